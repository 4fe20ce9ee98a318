import type { JsonValue } from "../../domain/json.js";
import { isJsonObject } from "../../domain/json.js";
import type { CountTokens } from "../../domain/tokens.js";
import type { ChatMessage, Unit } from "./conversation.js";
import { contentText, messageTokens } from "./message-tokens.js";

/** Of what newer turns may take, the part that is kept for the user's last message. */
const QUESTION_SHARE = 0.5;
/** What is left of a text: so much of its beginning, the rest of its end, where a question often stands. */
const HEAD = 0.7;
/** No more characters than these a token are looked at first: few texts have as many. */
const CHARACTERS_A_TOKEN = 8;
const MOST_TRIES = 12;

/**
 * Turns from the user's last message on, within a number of tokens that doesn't hold them: the newest ones whole, the
 * first one that doesn't fit shortened, and that message, shortened likewise. What stands between is left out. Empty if
 * there is no room for anything.
 */
export function shortenTurns(count: CountTokens, units: readonly Unit[], most: number): Unit[] {
  const [question, ...later] = units;
  if (question === undefined) return [];
  const kept: Unit[] = [];
  let left = later.length === 0 ? most : most - Math.min(question.tokens, Math.floor(most * QUESTION_SHARE));
  for (let unit = later.pop(); unit !== undefined; unit = later.pop()) {
    const fitting = unit.tokens <= left ? unit : shortenUnit(count, unit, left);
    if (fitting !== undefined) kept.unshift(fitting);
    if (fitting !== unit) break;
    left -= unit.tokens;
  }
  const room = most - kept.reduce((sum, { tokens }) => sum + tokens, 0);
  const asked = question.tokens <= room ? question : shortenUnit(count, question, room);
  return asked === undefined ? kept : [asked, ...kept];
}

/** With its longest texts cut; undefined where even without them it has more tokens. */
export function shortenUnit(count: CountTokens, unit: Unit, most: number): Unit | undefined {
  const longest = Math.max(...unit.messages.map(({ content }) => contentText(content).length));
  let length = Math.min(longest, Math.max(0, most) * CHARACTERS_A_TOKEN);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const messages = unit.messages.map((message) => shortenMessage(message, length));
    const tokens = messages.reduce((sum, message) => sum + messageTokens(count, message), 0);
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

/** A part that is no text is left out where it is longer. */
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

/** Without half a character at either end. */
function wellFormed(text: string): string {
  const from = /^[\uDC00-\uDFFF]/.test(text) ? 1 : 0;
  return text.slice(from, /[\uD800-\uDBFF]$/.test(text) ? -1 : undefined);
}
