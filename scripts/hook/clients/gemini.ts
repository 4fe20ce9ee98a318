import { join } from "node:path";
import { textOf } from "./client.js";
import type { Client } from "./client.js";
import { addedContext, nestedCommands, nestedEntry, sharedFields } from "./nested.js";

const events = { start: "SessionStart", prompt: "BeforeAgent", answer: "AfterAgent" };

/** Hooks of Gemini CLI: https://geminicli.com/docs/hooks/reference */
export const gemini: Client = {
  title: "Gemini CLI",
  settingsFile: (home) => join(home, ".gemini", "settings.json"),
  projectFile: join(".gemini", "settings.json"),
  events,
  fresh: {},
  entry: nestedEntry(1000),
  commands: nestedCommands,
  told: (input) => ({ ...sharedFields(input), answer: textOf(input["prompt_response"]) }),
  // It takes nothing but JSON.
  printed: (moment, context) => JSON.stringify(addedContext(events, moment, context) ?? {}),
  note: "New conversations use the hooks. /hooks panel lists them.",
};
