import { randomUUID } from "node:crypto";
import type { StoreContext } from "../store/context.js";
import { naming, notStored } from "../saver/lossless.js";
import { formOf, MARK } from "./form.js";
import { costOf, PART_BYTES, partsOf, toStored } from "./cut.js";
import { deleteParts, writeParts } from "./parts.js";
import { toText } from "./text-form.js";

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
  const json = await naming(what, async () => {
    if (form === "json") return JSON.stringify(value);
    const [, bytes] = await settings.serde.dumpsTyped(value);
    return Buffer.from(bytes).toString("utf8");
  });
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_BYTES) throw notStored(what, `it is ${bytes} bytes of JSON, more than 4 MiB.`);
  const text = toText(json);
  if (costOf(text) <= PART_BYTES) return { [MARK]: form, text: toStored(text) };
  const texts = partsOf(text);
  const parts = { namespace, set: randomUUID(), parts: texts.length };
  largeValues.written();
  try {
    await writeParts(client, parts, texts, settings.ttlSeconds);
  } catch (error) {
    await deleteParts(client, parts).catch(() => undefined);
    throw error;
  }
  return { [MARK]: form, set: parts.set, parts: parts.parts };
}
