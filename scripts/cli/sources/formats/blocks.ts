import { fieldsOf, textAt, textOf } from "../values.js";

/** Blocks of a message that people read: its calls, its results and its reasoning aren't among them. */
const TEXTS = new Set(["text", "input_text", "output_text"]);

/** The texts of a message's blocks, which may be texts themselves; undefined: there is none. */
export function joinedTexts(blocks: readonly unknown[]): string | undefined {
  const texts = blocks.flatMap((block) => {
    const fields = fieldsOf(block);
    const type = textAt(fields, "type");
    return (
      textOf(block) ?? (type === undefined || TEXTS.has(type) ? textAt(fields, "text") : undefined) ?? []
    );
  });
  return textOf(texts.join("\n"));
}

/** A content is a text, or blocks. */
export const textOfContent = (content: unknown): string | undefined =>
  textOf(content) ?? (Array.isArray(content) ? joinedTexts(content as unknown[]) : undefined);
