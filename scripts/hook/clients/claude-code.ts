import { join } from "node:path";
import { textOf } from "./client.js";
import type { Client } from "./client.js";
import { addedContext, nestedCommands, nestedEntry, sharedFields } from "./nested.js";

const events = { start: "SessionStart", prompt: "UserPromptSubmit", answer: "Stop" };

/** Hooks of Claude Code: https://code.claude.com/docs/en/hooks */
export const claudeCode: Client = {
  title: "Claude Code",
  settingsFile: (home, env) => join(env["CLAUDE_CONFIG_DIR"] ?? join(home, ".claude"), "settings.json"),
  projectFile: join(".claude", "settings.local.json"),
  events,
  fresh: {},
  entry: nestedEntry(1),
  commands: nestedCommands,
  told: (input) => ({ ...sharedFields(input), answer: textOf(input["last_assistant_message"]) }),
  printed(moment, context) {
    const output = addedContext(events, moment, context);
    return output === undefined ? "" : JSON.stringify(output);
  },
  note: "New conversations use the hooks. /hooks lists them.",
};
