import type { JsonObject } from "../../domain/json.js";
import { fulfils } from "../../memory/conditions/fulfils.js";
import type { Condition } from "../../memory/conditions/condition.js";
import { needsLook } from "../../memory/conditions/filter.js";
import type { FacetQuery } from "../../memory/conditions/filter.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import { decodeMetadata } from "../codec/decode.js";
import type { StoreDeps } from "../deps.js";
import { arrayOf } from "../scripts/replies.js";

/** Records in one command: others wait for it. */
const SLICE = 200;

/** Whether each memory fulfils the part of a filter that the index can't decide; reads each memory once. */
export type Fits = (refs: readonly MemoryRef[]) => Promise<readonly boolean[]>;

/** Undefined: the index decides all of it. */
export function fitsOf(deps: Pick<StoreDeps, "redis" | "keys">, filter: FacetQuery): Fits | undefined {
  if (!needsLook(filter)) return undefined;
  const { condition } = filter;
  // Includes questions under way: the lists of one recall examine much the same memories, at the same time.
  const verdicts = new Map<string, Promise<boolean>>();
  // One after the other: a hundred at once would wait for each other, and the last for longer than Redis may take.
  let last: Promise<unknown> = Promise.resolve();
  return (refs) => {
    const names = refs.map((ref) => keyOf(deps, ref));
    const unknown = refs.filter((_, index) => !verdicts.has(names[index] ?? ""));
    for (const group of byNamespace(unknown)) {
      for (let from = 0; from < group.length; from += SLICE) {
        const slice = group.slice(from, from + SLICE).map((ref) => keyOf(deps, ref));
        const answers = last.then(() => judge(deps, slice, condition));
        last = answers;
        for (const [index, name] of slice.entries()) {
          verdicts.set(
            name,
            answers.then((all) => all[index] ?? false),
          );
        }
      }
    }
    return Promise.all(names.map((name) => verdicts.get(name) ?? false));
  };
}

const keyOf = ({ keys }: Pick<StoreDeps, "keys">, { namespace, id, version }: MemoryRef): string =>
  version === undefined ? keys.record(namespace, id) : keys.old(namespace, id, version);

/** A namespace is a slot of its own. */
function byNamespace(refs: readonly MemoryRef[]): Iterable<readonly MemoryRef[]> {
  const groups = new Map<string, MemoryRef[]>();
  for (const ref of refs) {
    const group = groups.get(ref.namespace);
    if (group === undefined) groups.set(ref.namespace, [ref]);
    else group.push(ref);
  }
  return groups.values();
}

async function judge(
  deps: Pick<StoreDeps, "redis">,
  names: readonly string[],
  condition: Condition,
): Promise<readonly boolean[]> {
  const replies = arrayOf(
    await deps.redis.search((client) => client.sendCommand(["JSON.MGET", ...names, "$.memory.metadata"])),
    "JSON.MGET",
  );
  return names.map((_, index) => {
    const metadata = metadataIn(replies[index]);
    return metadata !== undefined && fulfils(metadata, condition);
  });
}

/** A missing record fulfils nothing. */
function metadataIn(reply: unknown): JsonObject | undefined {
  return typeof reply === "string" ? decodeMetadata(reply) : undefined;
}
