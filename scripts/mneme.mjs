#!/usr/bin/env node
// npx mneme COMMAND: the command line, scripts/cli/main.ts.
import "./bootstrap/node-version.mjs";

const { bootstrap, importBuilt } = await import("./bootstrap/bootstrap.mjs");
await bootstrap();
await importBuilt("cli/main.js");
