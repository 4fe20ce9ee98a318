import { fitLines, line } from "../remember/capture.js";
import { contentText } from "./message-tokens.js";
import type { Message, Role } from "./session.js";

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

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });
/** Of one message; what is longer is no prose. */
const PROSE = 8_000;

/** What was said, sentence by sentence, each with its speaker. What tools returned isn't prose, and is left out. */
export function sentencesOf(messages: readonly Message[]): string[] {
  return messages
    .filter(({ role }) => role !== "tool")
    .flatMap((message) => {
      const speaker = message.name ?? SPEAKERS[message.role];
      const prose = contentText(message.content).slice(0, PROSE);
      return sentencesIn(prose).map((sentence) => `${speaker}: ${sentence}`);
    });
}

/** Of one text; prose has a tenth of them. Each costs as much as 400 characters of it. */
const MOST_SENTENCES = 1000;

/** Each on one line, as it was said but for its white space; of very many, the first 1,000. */
export function sentencesIn(prose: string): string[] {
  const sentences: string[] = [];
  // In runs of white space only a line break matters: each of many would be a segment.
  const lines = prose.trim().replaceAll(/\s+/g, (space) => (LINE_BREAK.test(space) ? "\n" : " "));
  for (const { segment } of SENTENCES.segment(lines)) {
    const sentence = segment.trim().replaceAll(/\s+/g, " ");
    if (sentence !== "") sentences.push(sentence);
    if (sentences.length === MOST_SENTENCES) break;
  }
  return sentences;
}

const LINE_BREAK = /[\n\v\f\r\u2028\u2029]/;
