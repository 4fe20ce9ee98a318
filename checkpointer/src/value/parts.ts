import type { Client } from "../store/client.js";
import { PART } from "./form.js";

/** Bytes of text of one part: escaped in JSON it stays below 64 KiB, the limit of a memory's metadata. */
export const PART_BYTES = 30 * 1024;
const AT_ONCE = 16;
/** Parts outlive the item that they belong to. */
const GRACE_SECONDS = 60;

/** A value has about 140 at most. */
export const MAX_PARTS = 256;

/** Parts are items of the namespace of theirs: its grants, settings and quota hold for them. The store shows none. */
export interface PartSet {
  readonly namespace: string;
  readonly set: string;
  readonly parts: number;
}

const keyOf = (set: string, n: number): string => `~part.${set}.${n}`;

export async function writeParts(
  client: Client,
  { namespace, set }: PartSet,
  texts: readonly string[],
  ttlSeconds: number | undefined,
): Promise<void> {
  const ttl = ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds + GRACE_SECONDS };
  await eachOf(texts.length, (n) =>
    client.putItem(namespace, keyOf(set, n), { metadata: { [PART]: set, text: texts[n] ?? "" }, ...ttl }),
  );
}

/** Undefined: they aren't all there. */
export async function readParts(
  client: Client,
  { namespace, set, parts }: PartSet,
): Promise<string | undefined> {
  const texts: unknown[] = [];
  await eachOf(parts, async (n) => {
    texts[n] = (await client.getItem(namespace, keyOf(set, n)))?.metadata["text"];
  });
  return texts.every((text) => typeof text === "string") ? texts.join("") : undefined;
}

export async function deleteParts(client: Client, { namespace, set, parts }: PartSet): Promise<void> {
  await eachOf(parts, (n) => client.deleteItem(namespace, keyOf(set, n)));
}

async function eachOf(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
}

/**
 * A text cut to parts. Cut after a quote, a comma or a space where one is near, which no address or number holds: the
 * service's policy for personal data sees each part alone.
 */
export function partsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = endOfPart(bytes, from);
    parts.push(bytes.toString("utf8", from, end));
    from = end;
  }
  return parts;
}

const NEAR = 2048;
const BREAKS = new Set(Buffer.from('", \n'));

function endOfPart(bytes: Buffer, from: number): number {
  const most = from + PART_BYTES;
  if (most >= bytes.length) return bytes.length;
  for (let end = most; end > most - NEAR; end--) if (BREAKS.has(bytes[end - 1] ?? 0)) return end;
  let end = most;
  // Bytes 10xxxxxx continue a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}
