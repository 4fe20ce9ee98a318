import "./bootstrap/node-version.mjs";

const { bootstrap, importBuilt } = await import("./bootstrap/bootstrap.mjs");
await bootstrap();
await importBuilt("start/main.js");
