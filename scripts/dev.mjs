import "./bootstrap/node-version.mjs";

const { bootstrap, importBuilt } = await import("./bootstrap/bootstrap.mjs");
await bootstrap({ tools: true });
await importBuilt("dev/main.js");
