import { join } from "node:path";
import { claudeCode } from "./claude-code.js";
import type { Client } from "./client.js";

/** Hooks of Codex, whose events and fields are those of Claude Code: https://developers.openai.com/codex/hooks */
export const codex: Client = {
  ...claudeCode,
  title: "Codex",
  settingsFile: (home, env) => join(env["CODEX_HOME"] ?? join(home, ".codex"), "hooks.json"),
  projectFile: join(".codex", "hooks.json"),
  note: "Codex asks once whether you trust the hooks. Releases before May 2026 need `codex_hooks = true` under [features] in config.toml.",
};
