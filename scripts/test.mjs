// node scripts/test.mjs [VITEST ARGS]: a part of a file's path, -t "a name", --reporter=json ...
import { spawn } from "node:child_process";
import { join } from "node:path";
import "./bootstrap/node-version.mjs";

const { bootstrap } = await import("./bootstrap/bootstrap.mjs");
const { repositoryRoot } = await import("./bootstrap/root.mjs");

await bootstrap({ tools: true });
const root = repositoryRoot();
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const child = spawn(
  process.execPath,
  [vitest, "run", "--config", join(root, "test", "vitest.config.ts"), ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);
// Ctrl-C reaches vitest by itself; this process only has to outlive its teardown.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
