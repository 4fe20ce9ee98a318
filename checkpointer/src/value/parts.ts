import type { Client } from "../store/client.js";
import { fromStored, toStored } from "./cut.js";
import { PART } from "./form.js";

const AT_ONCE = 16;
/** Parts outlive the item that they belong to. */
const GRACE_SECONDS = 60;

/** A value has about 160 at most; if it is cut badly, twice that. */
export const MAX_PARTS = 512;

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
  // Use prolongs an item that has no time to live of its own, but not its parts: so they have no end.
  const ttl = { ttl_seconds: ttlSeconds === undefined ? null : ttlSeconds + GRACE_SECONDS };
  await eachOf(texts.length, (n) =>
    client.putItem(namespace, keyOf(set, n), {
      metadata: { [PART]: set, text: toStored(texts[n] ?? "") },
      ...ttl,
    }),
  );
}

/** Undefined: they aren't all there. */
export async function readParts(
  client: Client,
  { namespace, set, parts }: PartSet,
): Promise<string | undefined> {
  const texts: (string | undefined)[] = [];
  await eachOf(parts, async (n) => {
    texts[n] = fromStored((await client.getItem(namespace, keyOf(set, n)))?.metadata["text"]);
  });
  return texts.every((text) => text !== undefined) ? texts.join("") : undefined;
}

export async function deleteParts(client: Client, { namespace, set, parts }: PartSet): Promise<void> {
  await eachOf(parts, (n) => client.deleteItem(namespace, keyOf(set, n)));
}

/** After a failure no more is begun, and what was begun has ended when it rejects. */
async function eachOf(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    try {
      while (next < count) await work(next++);
    } catch (error) {
      next = count;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
