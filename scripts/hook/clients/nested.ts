import { isFields, textOf } from "./client.js";
import type { Client, Fields, Moment } from "./client.js";

/** Longer than a hook takes, so that the client never ends one that would have ended itself. */
const TIMEOUT_SECONDS = 15;

/** The commands of an entry that groups hooks, as Claude Code, Codex and Gemini CLI have it. */
export function nestedCommands(entry: unknown): readonly string[] {
  const hooks = isFields(entry) && Array.isArray(entry["hooks"]) ? entry["hooks"] : [];
  return hooks.flatMap((hook: unknown) => (isFields(hook) ? (textOf(hook["command"]) ?? []) : []));
}

/** `unit`: parts of a second in which the client gives a timeout. */
export const nestedEntry =
  (unit: 1 | 1000) =>
  (command: string): Fields => ({
    hooks: [{ type: "command", command, timeout: TIMEOUT_SECONDS * unit }],
  });

/** The output by which these clients add context for the model. */
export function addedContext(
  events: Client["events"],
  moment: Moment,
  context: string | undefined,
): Fields | undefined {
  if (context === undefined) return undefined;
  return { hookSpecificOutput: { hookEventName: events[moment], additionalContext: context } };
}

/** Input fields that these clients share. */
export const sharedFields = (input: Fields) => ({
  conversation: textOf(input["session_id"]),
  folder: textOf(input["cwd"]),
  prompt: textOf(input["prompt"]),
});
