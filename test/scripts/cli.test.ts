import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/scripts/cli/main.js", import.meta.url));
const RUN = fileURLToPath(new URL("../../scripts/run.mjs", import.meta.url));
/** Reports each module of the process to stderr. */
const LOADER = `export async function load(url, context, next) {
  process._rawDebug("loads " + url);
  return next(url, context);
}`;
const urlOf = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const REGISTER = urlOf(`import { register } from "node:module"; register(${JSON.stringify(urlOf(LOADER))});`);

async function mneme(...args: readonly string[]) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--import",
    REGISTER,
    MAIN,
    ...args,
  ]);
  return { stdout, loaded: [...stderr.matchAll(/^loads (.*)$/gm)].map(([, url = ""]) => url) };
}

test("a command loads no other command, nor what only others need", async () => {
  const { stdout, loaded } = await mneme("start", "--help");
  expect(stdout).toContain("Usage: mneme start");
  expect(loaded.filter((url) => /\/commands?(\/|\.)/.test(url))).toEqual([
    expect.stringMatching(/\/commands\/start\.js$/),
  ]);
  expect(loaded.filter((url) => /node_modules\/(zod|redis|hono)\//.test(url))).toEqual([]);
});

test("the help lists all commands", async () => {
  const { stdout } = await mneme("--help");
  for (const name of [
    "start",
    "doctor",
    "keys",
    "audit",
    "export",
    "import",
    "erase",
    "migrate",
    "mcp",
    "hook",
    "bench",
    "eval",
  ])
    expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
});

test.each(["keys", "audit-verify", "bench", "eval"])(
  "npm run %s runs the command of that name",
  async (name) => {
    const { stdout } = await promisify(execFile)(process.execPath, [RUN, name, "--help"]);
    expect(stdout).toMatch(/^Usage: /);
  },
);
