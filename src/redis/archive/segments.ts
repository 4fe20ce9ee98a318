import type { NextLook, SegmentFacts, SegmentRef } from "../../memory/ports/archive.js";
import { parseStored } from "../codec/document.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** Segments that one look takes up. */
const DUE = 100;

export async function openSegment(
  { redis, keys }: StoreDeps,
  { namespace, segment }: SegmentRef,
  facts: SegmentFacts,
  ids: readonly string[],
  due: number,
): Promise<void> {
  await redis.run(async (client) => {
    // Another slot, so ahead of the segment: a namespace that is listed in vain does no harm.
    await client.zAdd(keys.archivingNamespaces(), { value: namespace, score: 0 });
    await client.openSegment(keysOf(keys, namespace), [
      segment,
      encodeFacts(facts),
      ids.join(""),
      String(due),
    ]);
  });
}

export async function markSegment(
  { redis, keys }: StoreDeps,
  { namespace, segment }: SegmentRef,
  facts: SegmentFacts,
  { due, before }: NextLook,
): Promise<void> {
  await redis.run((client) =>
    client.markSegment(
      [keys.archiveSegments(namespace), keys.archiveDue(namespace)],
      [segment, encodeFacts(facts), String(due ?? ""), String(before ?? "")],
    ),
  );
}

export async function dropSegment(
  { redis, keys }: StoreDeps,
  { namespace, segment }: SegmentRef,
): Promise<void> {
  await redis.run((client) => client.dropSegment(keysOf(keys, namespace), [segment]));
}

const keysOf = (keys: StoreDeps["keys"], namespace: string) => [
  keys.archiveSegments(namespace),
  keys.archiveIds(namespace),
  keys.archiveDue(namespace),
];

export async function allSegments({ redis, keys }: StoreDeps, namespace: string): Promise<readonly string[]> {
  return redis.run((client) => client.hKeys(keys.archiveSegments(namespace)));
}

export async function segments(
  { redis, keys }: StoreDeps,
  namespace: string,
  names: readonly string[],
): Promise<readonly (SegmentFacts | undefined)[]> {
  if (names.length === 0) return [];
  const values = await redis.run((client) => client.hmGet(keys.archiveSegments(namespace), [...names]));
  return values.map((value) => (value === null ? undefined : decodeFacts(value)));
}

export async function dueSegments(
  { redis, keys }: StoreDeps,
  namespace: string,
  now: number,
): Promise<readonly string[]> {
  return redis.run((client) =>
    client.zRange(keys.archiveDue(namespace), "-inf", String(now), {
      BY: "SCORE",
      LIMIT: { offset: 0, count: DUE },
    }),
  );
}

/** A memory's id has this many characters. */
const ID_LENGTH = 26;

export async function idsIn(
  { redis, keys }: StoreDeps,
  { namespace, segment }: SegmentRef,
): Promise<readonly string[]> {
  const ids = (await redis.run((client) => client.hGet(keys.archiveIds(namespace), segment))) ?? "";
  return Array.from({ length: ids.length / ID_LENGTH }, (_, index) =>
    ids.slice(index * ID_LENGTH, (index + 1) * ID_LENGTH),
  );
}

export async function liveIn(
  { redis, keys }: StoreDeps,
  { namespace, segment }: SegmentRef,
  ids: readonly string[],
): Promise<readonly (number | undefined)[]> {
  if (ids.length === 0) return [];
  return redis.run((client) =>
    client.liveInSegment(
      ids.map((id) => keys.record(namespace, id)),
      [segment],
    ),
  );
}

export async function repoint(
  { redis, keys }: StoreDeps,
  { namespace, segment }: SegmentRef,
  to: string,
  ids: readonly string[],
): Promise<number> {
  const records = ids.map((id) => keys.record(namespace, id));
  return redis.run((client) =>
    client.repointStubs(
      [keys.archiveSegments(namespace), keys.archiveDue(namespace), ...records],
      [segment, to],
    ),
  );
}

export async function segmentsOf(
  { redis, keys }: StoreDeps,
  namespace: string,
  ids: readonly string[],
): Promise<readonly (string | undefined)[]> {
  if (ids.length === 0) return [];
  const records = ids.map((id) => keys.record(namespace, id));
  const replies = await redis.run((client) =>
    client.sendCommand(["JSON.MGET", ...records, "$.memory.archived.segment"]),
  );
  return arrayOf(replies).map((reply) =>
    typeof reply === "string" ? parseStored<[string?]>(reply)[0] : undefined,
  );
}

/** Scripts read the beginning. */
export function encodeFacts({ state, at, memories, bytes, sha256 }: SegmentFacts): string {
  return [state, at, memories, bytes, sha256].join(" ");
}

export function decodeFacts(text: string): SegmentFacts {
  const [state, at, memories, bytes, sha256 = ""] = text.split(" ");
  return {
    state: state === "open" ? "open" : "closed",
    at: Number(at),
    memories: Number(memories),
    bytes: Number(bytes),
    sha256,
  };
}
