import { LIMITS } from "../../src/domain/limits.js";
import type { Doc } from "./data-set.js";

/**
 * What is stored of a document: its speaker and its text. One longer than a memory may be becomes several, cut
 * between paragraphs where possible, as a user of the API would have to do.
 */
export function contentsOf({ speaker, text, caption }: Doc, captions: boolean): string[] {
  const shown = captions && caption ? `${text}\n[picture: ${caption}]` : text;
  const room = LIMITS.contentBytes - Buffer.byteLength(`${speaker}: `);
  return cut(shown, room).map((part) => `${speaker}: ${part}`);
}

const BORDERS = ["\n\n", "\n", " "] as const;

function cut(text: string, bytes: number): string[] {
  if (Buffer.byteLength(text) <= bytes) return [text];
  const window = fitting(text, bytes);
  // A border in the second half: a part of a few words is useless.
  const border = BORDERS.map((mark) => window.lastIndexOf(mark)).find((at) => at > window.length / 2);
  const end = border ?? window.length;
  return [text.slice(0, end), ...cut(text.slice(end).trimStart(), bytes)];
}

/** The longest beginning of at most `bytes` of UTF-8 that splits no surrogate pair. */
function fitting(text: string, bytes: number): string {
  let size = 0;
  let end = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
