import type { Comparison } from "../../memory/ports/trust.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import { MAX_CORROBORATORS } from "../../memory/model/record.js";
import type { Memory } from "../../memory/model/record.js";
import { decodeMemory } from "../codec/decode.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { dueKeys } from "../search/due.js";
import { peekMany } from "../memory/get.js";
import { BUFFERS, nearestTo } from "../search/nearest.js";

export async function pendingCorroborations(
  deps: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly MemoryRef[]> {
  return (await dueKeys(deps, "corroborate_at", now, limit)).map(refOfKey);
}

/** Compares the first passage's vectors: compared memories are short, and the rest of a long text may say anything. */
export async function comparisonOf(
  deps: StoreDeps,
  { namespace, id }: MemoryRef,
  limit: number,
  model: string | undefined,
): Promise<Comparison | "pending" | undefined> {
  const { redis, keys } = deps;
  const record = keys.record(namespace, id);
  const [json, vector] = await redis.run((client) =>
    Promise.all([
      client.sendCommand(["JSON.GET", record, "$.memory", "$.index.corroborate_at"]),
      model === undefined
        ? null
        : client.withTypeMapping(BUFFERS).hGet(keys.vector(model, namespace, id, 0), "v"),
    ]),
  );
  const memory = typeof json === "string" ? dueMemory(json) : undefined;
  if (memory === undefined) return undefined;
  if (model === undefined) return { memory, near: [] };
  if (vector === null) return memory.embedding.status === "refused" ? { memory, near: [] } : "pending";
  const rows = (await nearestTo(deps, namespace, memory.memory_type, { model, bytes: vector }, limit)).filter(
    (row) => row.id !== id,
  );
  const found = await peekMany(
    deps,
    namespace,
    rows.map((row) => row.id),
  );
  return {
    memory,
    near: rows.flatMap(({ similarity }, index) => {
      const other = found[index];
      return other === undefined ? [] : [{ memory: other, similarity }];
    }),
  };
}

/** Undefined: it was compared, or removed, in between. */
function dueMemory(json: string): Memory | undefined {
  const found = JSON.parse(json) as { "$.memory": unknown[]; "$.index.corroborate_at": number[] };
  if (found["$.index.corroborate_at"].length === 0) return undefined;
  return decodeMemory(JSON.stringify(found["$.memory"]));
}

export async function corroborate(
  { redis, keys }: StoreDeps,
  memory: Memory,
  others: readonly Memory[],
): Promise<void> {
  const key = ({ namespace, id }: Memory): string => keys.record(namespace, id);
  await redis.run((client) =>
    client.corroborate(
      [key(memory), ...others.map(key)],
      [String(memory.version), String(MAX_CORROBORATORS), ...others.map(({ version }) => String(version))],
    ),
  );
}

export async function postponeCorroboration(
  { redis, keys }: StoreDeps,
  { namespace, id }: MemoryRef,
  at: number,
): Promise<void> {
  // XX: only where it is still due.
  await redis.run((client) =>
    client.sendCommand(["JSON.SET", keys.record(namespace, id), "$.index.corroborate_at", String(at), "XX"]),
  );
}
