import { mkdirSync, readFileSync, readdirSync, symlinkSync, lstatSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../support/run/temp-dir.js";
import { hook } from "./support.js";

const FILES = {
  "claude-code": ".claude/settings.json",
  codex: ".codex/hooks.json",
  cursor: ".cursor/hooks.json",
  gemini: ".gemini/settings.json",
};
const ANSWERED = { "claude-code": "Stop", codex: "Stop", cursor: "afterAgentResponse", gemini: "AfterAgent" };
const OTHERS = {
  model: "opus",
  hooks: {
    Stop: [{ hooks: [{ type: "command", command: "say done" }] }],
    afterAgentResponse: [{ command: "say done" }],
    AfterAgent: [{ hooks: [{ type: "command", command: "say done" }] }],
    Notification: [{ hooks: [{ type: "command", command: "beep" }] }],
  },
};

function homeWith(file: string, text: string) {
  const home = tempDir();
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return { home, path, settings: () => JSON.parse(readFileSync(path, "utf8")) as typeof OTHERS };
}

describe.each(Object.entries(FILES))("%s", (client, file) => {
  const event = ANSWERED[client as keyof typeof ANSWERED] as "Stop";

  test("gets its hooks beside those of others, once however often, and loses only mneme's again", async () => {
    const { home, path, settings } = homeWith(file, JSON.stringify(OTHERS));
    for (const port of [8080, 8081]) {
      const url = `http://127.0.0.1:${port}`;
      const ran = await hook({ home }, "install", client, "--namespace", "me.code", "--url", url);
      expect(ran).toMatchObject({ code: 0, stdout: "" });
      expect(ran.stderr).toContain(path);
    }
    expect(settings()).toMatchObject({ model: "opus", hooks: { Notification: OTHERS.hooks.Notification } });
    expect(settings().hooks[event]).toHaveLength(2);
    expect(settings().hooks[event][0]).toEqual(OTHERS.hooks[event][0]);
    expect(JSON.stringify(settings())).not.toContain("8080");
    const backups = readdirSync(dirname(path)).filter((name) => name.includes("mneme-backup"));
    const saved = backups.map(
      (name) => JSON.parse(readFileSync(join(dirname(path), name), "utf8")) as unknown,
    );
    expect(saved).toContainEqual(OTHERS);

    expect(await hook({ home }, "uninstall", client)).toMatchObject({ code: 0 });
    expect(settings().hooks).toEqual(OTHERS.hooks);
    expect((await hook({ home }, "uninstall", client)).stderr).toContain("has no hooks of mneme");
  });

  test("without a file gets one that only its user may read", async () => {
    const home = tempDir();
    await hook({ home }, "install", client, "--namespace", "me.code");
    expect(lstatSync(join(home, file)).mode & 0o777).toBe(0o600);
  });
});

test("only a project's settings are changed with --project, and nothing is with --dry-run", async () => {
  const [home, cwd] = [tempDir(), tempDir()];
  const args = ["install", "claude-code", "--namespace", "me.code", "--project"];
  const shown = await hook({ home, cwd }, ...args, "--dry-run");
  expect(Object.keys((JSON.parse(shown.stdout) as typeof OTHERS).hooks)).toEqual([
    "SessionStart",
    "UserPromptSubmit",
    "Stop",
  ]);
  expect(readdirSync(cwd)).toEqual([]);
  expect(await hook({ home, cwd }, ...args)).toMatchObject({ code: 0 });
  expect(readdirSync(join(cwd, ".claude"))).toEqual(["settings.local.json"]);
  expect(readdirSync(home)).not.toContain(".claude");
});

test("a link to a settings file elsewhere stays a link", async () => {
  const { home, path } = homeWith(".claude/settings.json", "{}");
  const elsewhere = join(tempDir(), "dotfile.json");
  writeFileSync(elsewhere, "{}");
  const linked = join(home, ".claude", "linked");
  mkdirSync(linked);
  symlinkSync(elsewhere, join(linked, "settings.json"));
  await hook(
    { home, env: { CLAUDE_CONFIG_DIR: linked } },
    "install",
    "claude-code",
    "--namespace",
    "me.code",
  );
  expect(lstatSync(join(linked, "settings.json")).isSymbolicLink()).toBe(true);
  expect(readFileSync(elsewhere, "utf8")).toContain("UserPromptSubmit");
  expect(readFileSync(path, "utf8")).toBe("{}");
});

test.each([
  ["isn't plain JSON", `{ "model": "opus", // mine\n }`],
  [`"hooks" isn't an object`, `{ "hooks": [] }`],
  [`"hooks.Stop" isn't a list`, `{ "hooks": { "Stop": {} } }`],
  ["doesn't contain a JSON object", `[]`],
])("a file that %s is left as it is", async (reason, text) => {
  const { home, path } = homeWith(".claude/settings.json", text);
  const ran = await hook({ home }, "install", "claude-code", "--namespace", "me.code");
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toContain(reason);
  expect(ran.stderr).not.toMatch(/^ +at /m);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each([
  ["--namespace", ["--namespace", "no; rm -rf"]],
  ["--url", ["--namespace", "a", "--url", "file:///etc"]],
  ["--key-file", ["--namespace", "a", "--key-file", "nowhere"]],
  ["--within", ["--namespace", "a", "--within", "soon"]],
])("a wrong %s is refused in a sentence", async (option, args) => {
  const ran = await hook({ home: tempDir() }, "install", "claude-code", ...args);
  expect(ran.stdout).toBe("");
  expect([1, 2]).toContain(ran.code);
  expect(ran.stderr).toContain(option);
});
