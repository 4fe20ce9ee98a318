import { randomUUID } from "node:crypto";
import type { StoreContext } from "../store/context.js";
import { naming, notStored } from "../saver/lossless.js";
import { formOf, MARK } from "./form.js";
import { PART_BYTES, partsOf, writeParts } from "./parts.js";

/** Of the value's text, in JSON. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The metadata of an item with this value. Parts, where it has some, are written first: until the item names them, nothing
 * does.
 */
export async function writeValue(
  { client, settings, largeValues }: StoreContext,
  namespace: string,
  what: string,
  value: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const form = formOf(what, value);
  if (form === "plain") return value;
  const text = await naming(what, async () => {
    if (form === "json") return JSON.stringify(value);
    const [, bytes] = await settings.serde.dumpsTyped(value);
    return Buffer.from(bytes).toString("utf8");
  });
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) throw notStored(what, `it is ${bytes} bytes of JSON, more than 4 MiB.`);
  if (bytes <= PART_BYTES) return { [MARK]: form, text };
  const texts = partsOf(text);
  const parts = { namespace, set: randomUUID(), parts: texts.length };
  largeValues.written();
  await writeParts(client, parts, texts, settings.ttlSeconds);
  return { [MARK]: form, set: parts.set, parts: parts.parts };
}
