import { sentencesIn } from "../text/sentences.js";
import type { Message, Role } from "./session.js";
import { fitLines, line } from "../text/lines.js";
import { contentText } from "./message-tokens.js";

const SPEAKERS: Readonly<Record<Role, string>> = {
  system: "System",
  developer: "Developer",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
};

/** Messages as lines of text, within the limit of a content. */
export function transcriptOf(messages: readonly Message[]): string {
  const text = fitLines(messages.flatMap(linesOf));
  return text === "" ? "(without text)" : text;
}

function linesOf(message: Message): string[] {
  const speaker = message.name ?? SPEAKERS[message.role];
  return [
    line(speaker, contentText(message.content)),
    ...(message.tool_calls ?? []).map((call) => line(`Tool ${call.name}`, call.arguments ?? {})),
  ].filter((text) => text !== undefined);
}
/** The most characters of one message; longer ones aren't prose. */
const PROSE = 8_000;

/** A session's prose, sentence by sentence, each with its speaker. Results of tools aren't prose, and are skipped. */
export function sentencesOf(messages: readonly Message[]): string[] {
  return messages
    .filter(({ role }) => role !== "tool")
    .flatMap((message) => {
      const speaker = message.name ?? SPEAKERS[message.role];
      const prose = contentText(message.content).slice(0, PROSE);
      return sentencesIn(prose).map((sentence) => `${speaker}: ${sentence}`);
    });
}
