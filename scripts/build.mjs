import "./bootstrap/node-version.mjs";

const { build } = await import("./bootstrap/build.mjs");
const { ensureDependencies } = await import("./bootstrap/dependencies.mjs");
ensureDependencies({ dev: true });
const [project] = process.argv.slice(2);
process.exitCode = build({ check: true, project }) ? 0 : 1;
