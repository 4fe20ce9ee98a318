// node scripts/run.mjs NAME [ARGS]: runs scripts/NAME/main.ts, which finds ARGS in process.argv.slice(2).
import "./bootstrap/node-version.mjs";

const { bootstrap, importBuilt } = await import("./bootstrap/bootstrap.mjs");
const [name] = process.argv.splice(2, 1);
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error("usage: node scripts/run.mjs NAME [ARGS]");
  process.exit(2);
}
await bootstrap({ tools: true });
await importBuilt(`${name}/main.js`);
