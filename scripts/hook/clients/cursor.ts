import { join } from "node:path";
import { isFields, textOf } from "./client.js";
import type { Client } from "./client.js";

/** Hooks of Cursor: https://cursor.com/docs/agent/hooks */
export const cursor: Client = {
  title: "Cursor",
  settingsFile: (home) => join(home, ".cursor", "hooks.json"),
  projectFile: join(".cursor", "hooks.json"),
  events: { start: "sessionStart", prompt: "beforeSubmitPrompt", answer: "afterAgentResponse" },
  fresh: { version: 1 },
  entry: (command) => ({ command }),
  commands: (entry) => (isFields(entry) ? [textOf(entry["command"]) ?? []].flat() : []),
  told: (input) => ({
    conversation: textOf(input["conversation_id"]),
    folder: firstOf(input["workspace_roots"]),
    prompt: textOf(input["prompt"]),
    answer: textOf(input["text"]),
  }),
  printed(moment, context) {
    if (moment === "prompt") return JSON.stringify({ continue: true });
    return JSON.stringify(context === undefined ? {} : { additional_context: context });
  },
  note: "Cursor takes context only when a conversation begins, not with each prompt: connect the MCP server too, so that the model can recall.",
};

function firstOf(value: unknown): string | undefined {
  return Array.isArray(value) ? textOf(value[0]) : undefined;
}
