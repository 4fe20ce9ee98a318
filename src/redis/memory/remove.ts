import type { Trail } from "../../access/trail.js";
import { itemHash } from "../../memory/hash.js";
import type { ItemRef, MemoryRef, RemoveOnly, RemoveOutcome } from "../../memory/ports.js";
import type { Keys } from "../keys.js";
import type { StoreDeps } from "./deps.js";

const KINDS = ["removed", "missing", "conflict", "published"] as const;

export async function remove(
  deps: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  only: RemoveOnly,
): Promise<RemoveOutcome> {
  const target = { namespace, named: deps.keys.record(namespace, id), id, key: "" };
  return (await run(deps, trail, target, only)).kind;
}

/** By its key, in one round trip; with the id of what was removed. */
export async function removeItem(
  deps: StoreDeps,
  trail: Trail,
  { namespace, key }: ItemRef,
  expectedVersion: number | undefined,
): Promise<{ readonly kind: RemoveOutcome; readonly id: string }> {
  const target = { namespace, named: itemKey(deps.keys, { namespace, key }), id: "", key };
  return run(deps, trail, target, { version: expectedVersion });
}

/** What names an item's id. */
export function itemKey(keys: Keys, { namespace, key }: ItemRef): string {
  return keys.contentHash(namespace, itemHash(key));
}

async function run(
  { auditor, meter, keys }: StoreDeps,
  trail: Trail,
  { namespace, named, id, key }: { namespace: string; named: string; id: string; key: string },
  { version, untouched = false }: RemoveOnly,
): Promise<{ readonly kind: RemoveOutcome; readonly id: string }> {
  const { code, text } = await auditor.run(namespace, trail, (client, audit) =>
    client.removeMemory(
      audit,
      meter(namespace),
      [named],
      [
        version === undefined ? "" : String(version),
        keys.contentHashPrefix(namespace),
        id,
        keys.turnPrefix(namespace),
        keys.recordPrefix(namespace),
        keys.remainsSuffix(),
        key,
        untouched ? "1" : "0",
      ],
    ),
  );
  const kind = KINDS[code];
  if (kind === undefined) throw new Error(`remove.lua returned ${code}`);
  return { kind, id: text };
}
