import type { JsonValue } from "../../domain/json.js";
import { isJsonObject } from "../../domain/json.js";
import type { TokenCounter } from "../../domain/tokens.js";
import type { ChatMessage, Unit } from "./conversation.js";
import { contentText, messageTokens } from "./message-tokens.js";

/** The share of newer turns' room that is kept for the user's last message. */
const QUESTION_SHARE = 0.5;
/** A shortened text keeps this share of its room for its beginning, the rest for its end, where a question often is. */
const HEAD = 0.7;
const DENSER = 1.3;
const MOST_TRIES = 12;

/**
 * Turns from the user's last message on, for a budget that doesn't hold them all: the newest ones whole, the first one
 * that doesn't fit shortened, and that message, shortened likewise. Turns between them are dropped. Empty if there is
 * no room for anything.
 */
export async function shortenTurns(
  counter: TokenCounter,
  units: readonly Unit[],
  most: number,
): Promise<Unit[]> {
  const [question, ...later] = units;
  if (question === undefined) return [];
  const kept: Unit[] = [];
  let left = later.length === 0 ? most : most - Math.min(question.tokens, Math.floor(most * QUESTION_SHARE));
  for (let unit = later.pop(); unit !== undefined; unit = later.pop()) {
    const fitting = unit.tokens <= left ? unit : await shortenUnit(counter, unit, left);
    if (fitting !== undefined) kept.unshift(fitting);
    if (fitting !== unit) break;
    left -= unit.tokens;
  }
  const room = most - kept.reduce((sum, { tokens }) => sum + tokens, 0);
  const asked = question.tokens <= room ? question : await shortenUnit(counter, question, room);
  return asked === undefined ? kept : [asked, ...kept];
}

/** Cuts the unit's longest texts; undefined if it has too many tokens even without them. */
export async function shortenUnit(
  counter: TokenCounter,
  unit: Unit,
  most: number,
): Promise<Unit | undefined> {
  const lengths = unit.messages.map(({ content }) => contentText(content).length);
  const perToken = lengths.reduce((sum, each) => sum + each, 0) / Math.max(1, unit.tokens);
  // The rest may have more characters per token than the whole.
  let length = Math.min(Math.max(...lengths), Math.ceil(Math.max(0, most) * (1 + DENSER * perToken)));
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const messages = unit.messages.map((message) => shortenMessage(message, length));
    let tokens = 0;
    for (const message of messages) tokens += await messageTokens(counter, message);
    if (tokens <= most) return { ...unit, messages, tokens, shortened: true };
    if (length === 0) return undefined;
    length = tries === MOST_TRIES - 2 ? 0 : Math.floor(length * Math.min(0.9, (0.95 * most) / tokens));
  }
  return undefined;
}

function shortenMessage(message: ChatMessage, length: number): ChatMessage {
  const { content } = message;
  if (content === null) return message;
  if (typeof content === "string") return { ...message, content: shortenText(content, length) };
  return { ...message, content: content.map((part) => shortenPart(part, length)) };
}

/** A part that isn't text is dropped if it is longer. */
function shortenPart(part: JsonValue, length: number): JsonValue {
  if (isJsonObject(part) && typeof part["text"] === "string") {
    return { ...part, text: shortenText(part["text"], length) };
  }
  const whole = JSON.stringify(part);
  return whole.length <= length ? part : { type: "text", text: marker(whole.length) };
}

const marker = (characters: number): string => `[… ${characters} characters left out here …]`;

function shortenText(text: string, length: number): string {
  const head = wellFormed(text.slice(0, Math.ceil(length * HEAD)));
  const tail = wellFormed(text.slice(text.length - Math.floor(length * (1 - HEAD))));
  const kept = head.length + tail.length;
  const cut = `${head}${marker(text.length - kept)}${tail}`;
  return kept >= text.length || cut.length >= text.length ? text : cut;
}

/** Drops half a character at either end. */
function wellFormed(text: string): string {
  const from = /^[\uDC00-\uDFFF]/.test(text) ? 1 : 0;
  return text.slice(from, /[\uD800-\uDBFF]$/.test(text) ? -1 : undefined);
}
