// Runs the bundled service that lies beside it; with `--prepare` loads it only.
require("./cached.cjs");
const { join } = require("node:path");

const main = join(__dirname, "main.cjs");
const prepares = process.argv.includes("--prepare");
// What a configuration mustn't say, a test says to the program.
const originalsEveryMs = Number(process.env["TEST_ORIGINALS_EVERY_MS"] ?? 0);
// It serves only as the file that Node was called with.
if (!prepares && originalsEveryMs === 0) process.argv[1] = main;
const { serveUntilSignal } = require(main);
if (originalsEveryMs > 0) serveUntilSignal({ originalsEveryMs });
