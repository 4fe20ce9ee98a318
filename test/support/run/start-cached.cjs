// Runs the bundled service that lies beside it, from the bytecode that `--prepare` has left there. To compile the bundle
// is a quarter of a start. Node can do this by itself since release 22.
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname, join } = require("node:path");
const vm = require("node:vm");

const main = join(__dirname, "main.cjs");
const prepares = process.argv.includes("--prepare");
/** @type {[string, import("node:vm").Script][]} */
const compiled = [];

// Only the bundle's own files end so.
require.extensions[".cjs"] = (module, filename) => {
  const cache = `${filename}.bytecode`;
  const script = new vm.Script(wrap(readFileSync(filename, "utf8")), {
    filename,
    cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  compiled.push([cache, script]);
  const run = script.runInThisContext();
  run.call(module.exports, module.exports, createRequire(filename), module, filename, dirname(filename));
};

// What a configuration mustn't say, a test says to the program.
const originalsEveryMs = Number(process.env["TEST_ORIGINALS_EVERY_MS"] ?? 0);
// It serves only as the file that Node was called with.
if (!prepares && originalsEveryMs === 0) process.argv[1] = main;
const { serveUntilSignal } = require(main);
if (originalsEveryMs > 0) serveUntilSignal({ originalsEveryMs });
if (prepares) for (const [cache, script] of compiled) writeFileSync(cache, script.createCachedData());
