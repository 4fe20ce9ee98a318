// Imported first, and parsed by any Node that knows modules: no syntax or import newer than Node 14 here.
import { readFileSync } from "node:fs";

const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const [wantedMajor = 0, wantedMinor = 0] = engines.node.replace(">=", "").split(".").map(Number);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  console.error(
    `mneme needs Node ${engines.node}; this is ${process.versions.node}. Get a current one from https://nodejs.org or through nvm, fnm or volta.`,
  );
  process.exit(1);
}
