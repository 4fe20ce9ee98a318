import type { Trail } from "../../access/trail.js";
import type { ItemRef, MemoryRef } from "../../memory/model/ref.js";
import type { Memory, MemoryDetail, Source } from "../../memory/model/record.js";
import { bytesOfUlids } from "../codec/packed-text.js";
import { decodeDetail, decodeMemory, decodeUses } from "../codec/decode.js";
import type { StoreDeps } from "../deps.js";
import { itemKey } from "../keys.js";
import { situationOf } from "../codec/situation.js";
import type { Recorded, Situating } from "../../memory/ports/records.js";
import { arrayOf, text } from "../scripts/replies.js";

export async function get(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  asOf: number | undefined,
): Promise<MemoryDetail | "ended" | undefined> {
  const [found, raw, uses] = await auditor.run(namespace, trail, (client, audit) =>
    client.readMemory(
      audit,
      [keys.record(namespace, id), keys.uses(namespace)],
      [asOf === undefined ? "" : String(asOf), id],
    ),
  );
  if (found === undefined || found === "ended") return found;
  const memory = decodeDetail(found, raw);
  return asOf === undefined ? { ...memory, uses: decodeUses(uses) } : memory;
}

export async function versions(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  before: number | undefined,
  limit: number,
): Promise<readonly Memory[] | undefined> {
  const found = await auditor.run(namespace, trail, (client, audit) =>
    client.listVersions(
      audit,
      [keys.record(namespace, id)],
      [before === undefined ? "" : String(before), String(limit)],
    ),
  );
  return found?.filter((json) => json !== undefined).map(decodeMemory);
}

/** Part of an act that is recorded by itself. */
export async function peek({ redis, keys }: StoreDeps, ref: MemoryRef): Promise<MemoryDetail | undefined> {
  const key = keys.record(ref.namespace, ref.id);
  const reply = await redis.run((client) =>
    client.sendCommand(["JSON.GET", key, "$.memory", "$.raw", "$.published"]),
  );
  return typeof reply === "string" ? decodeDetail(reply) : undefined;
}

export async function getItem(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  ref: ItemRef,
): Promise<MemoryDetail | undefined> {
  const found = await auditor.run(ref.namespace, trail, (client, audit) =>
    client.readItem(audit, [itemKey(keys, ref)], [keys.recordPrefix(ref.namespace), ref.key]),
  );
  return found === undefined ? undefined : decodeDetail(found);
}

/** Part of an act that is recorded by itself. */
export async function peekItem({ redis, keys }: StoreDeps, ref: ItemRef): Promise<MemoryDetail | undefined> {
  const found = await redis.run((client) =>
    client.peekItem([itemKey(keys, ref)], [keys.recordPrefix(ref.namespace)]),
  );
  return found === undefined ? undefined : decodeDetail(found);
}

/** Memories of one namespace. Part of an act that is recorded by itself. */
export async function peekMany(
  { redis, keys }: StoreDeps,
  namespace: string,
  ids: readonly string[],
): Promise<readonly (Memory | undefined)[]> {
  if (ids.length === 0) return [];
  const records = ids.map((id) => keys.record(namespace, id));
  const replies = await redis.run((client) => client.sendCommand(["JSON.MGET", ...records, "$.memory"]));
  return arrayOf(replies).map((reply) => (typeof reply === "string" ? decodeMemory(reply) : undefined));
}

/** Memories of one namespace. Part of an act that is recorded by itself. */
export async function peekDetails(
  { redis, keys }: StoreDeps,
  namespace: string,
  ids: readonly string[],
): Promise<readonly (MemoryDetail | undefined)[]> {
  if (ids.length === 0) return [];
  const replies = await redis.run((client) =>
    Promise.all(
      ids.map((id) =>
        client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.memory", "$.raw", "$.published"]),
      ),
    ),
  );
  return replies.map((reply) => (typeof reply === "string" ? decodeDetail(reply) : undefined));
}

/** Reads each from the record or, if that has another version now, from the old version. */
export async function peekVersions(
  { redis, keys }: StoreDeps,
  namespace: string,
  wanted: readonly Source[],
): Promise<readonly (Memory | undefined)[]> {
  const places = wanted.flatMap(({ id, version }) => [
    keys.record(namespace, id),
    keys.old(namespace, id, version),
  ]);
  const replies = await redis.run((client) => client.sendCommand(["JSON.MGET", ...places, "$.memory"]));
  const found = arrayOf(replies).map((reply) =>
    typeof reply === "string" ? decodeMemory(reply) : undefined,
  );
  return wanted.map(({ version }, index) =>
    found.slice(2 * index, 2 * index + 2).find((memory) => memory?.version === version),
  );
}

/** One script a namespace, because a namespace is a slot of its own; all in one round trip. */
export async function load(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  namespaces: readonly string[],
  refs: readonly MemoryRef[],
  asOf: number | undefined,
  note: (recorded: Recorded) => void = () => {},
  situating?: Situating,
): Promise<readonly (Memory | undefined)[]> {
  const groups = new Map<string, { place: number; id: string; key: string }[]>(
    namespaces.map((name) => [name, []]),
  );
  for (const [place, { namespace, id, version }] of refs.entries()) {
    const group = groups.get(namespace) ?? [];
    groups.set(namespace, group);
    const key = version === undefined ? keys.record(namespace, id) : keys.old(namespace, id, version);
    group.push({ place, id, key });
  }
  const found: (Memory | undefined)[] = refs.map(() => undefined);
  const situated = (group: readonly { readonly place: number }[]): number =>
    group.filter(({ place }) => place < (situating?.first ?? 0)).length;
  await auditor.runAll((client, auditIn) =>
    Promise.all(
      [...groups].map(async ([namespace, group]) => {
        const wanted = group.map(({ id }) => id);
        const first = situated(group);
        const replies = await client.readMemories(
          auditIn(namespace, trail),
          group.map(({ key }) => key),
          [asOf === undefined ? "" : String(asOf), bytesOfUlids(wanted) ?? "", String(first), ...wanted],
        );
        for (const [index, { place }] of group.entries()) {
          const reply = replies[index];
          // A record that was deleted or has expired since it was found is skipped, not an error.
          if (reply === undefined) continue;
          const memory = decodeMemory(reply);
          found[place] = memory;
          if (index < first) situating?.note(situationOf(memory, replies[group.length + 1 + index]), place);
        }
        const ids = group.flatMap(({ id }, index) => (replies[index] === undefined ? [] : [id]));
        note({ namespace, entry: text(replies[group.length]), ids });
      }),
    ),
  );
  return found;
}
