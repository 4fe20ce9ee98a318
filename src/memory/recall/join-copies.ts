import { MAX_ORIGINS, nameOf, originalOf } from "../model/original.js";
import type { MemoryRef } from "../model/ref.js";
import type { Origin } from "../model/record.js";
import type { SearchStore } from "../ports/search.js";
import type { Using } from "../services.js";
import type { MemoryOf } from "./fusion.js";

/**
 * Says of found memories which of them are one: a memory and its published copies. A copy has its origin's id, so only
 * memories whose id was found in several namespaces are looked at; usually there are none, and nothing is read.
 */
export async function joinCopies(
  { store }: Using<SearchStore>,
  found: readonly MemoryRef[],
): Promise<MemoryOf> {
  const origins = new Map<string, Pick<Origin, "namespace" | "id"> | null>();
  let wanted = ofSeveral(found);
  if (wanted.length === 0) return nameOf;
  for (let step = 0; step < MAX_ORIGINS && wanted.length > 0; step++) {
    const read = await store.originsOf(wanted);
    for (const [index, ref] of wanted.entries()) origins.set(nameOf(ref), read[index] ?? null);
    // A copy of a copy, whose own origin is known to a namespace that wasn't searched.
    wanted = read.flatMap((origin) => (origin === undefined || origins.has(nameOf(origin)) ? [] : [origin]));
  }
  return (ref) => (origins.has(nameOf(ref)) ? originalOf(ref, (name) => origins.get(name)) : nameOf(ref));
}

function ofSeveral(found: readonly MemoryRef[]): MemoryRef[] {
  const namespace = found[0]?.namespace;
  if (found.every((ref) => ref.namespace === namespace)) return [];
  const byId = new Map<string, Map<string, MemoryRef>>();
  for (const ref of found) {
    const there = byId.get(ref.id);
    if (there === undefined) byId.set(ref.id, new Map([[ref.namespace, ref]]));
    else there.set(ref.namespace, ref);
  }
  return [...byId.values()].filter(({ size }) => size > 1).flatMap((there) => Array.from(there.values()));
}
