import "./bootstrap/node-version.mjs";

const { build, whileNoOtherBuilds } = await import("./bootstrap/build.mjs");
const { ensureDependencies } = await import("./bootstrap/dependencies.mjs");
const [project] = process.argv.slice(2);
process.exitCode = await whileNoOtherBuilds(() => {
  ensureDependencies({ dev: true });
  return build({ check: true, project }) ? 0 : 1;
});
