import "./bootstrap/node-version.mjs";

const { build } = await import("./bootstrap/build.mjs");
const { ensureDependencies } = await import("./bootstrap/dependencies.mjs");
ensureDependencies({ dev: true });
process.exitCode = build({ check: true }) ? 0 : 1;
