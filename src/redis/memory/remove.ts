import type { StoreDeps } from "../deps.js";
import type { Trail } from "../../access/trail.js";
import type { ItemRef, MemoryRef } from "../../memory/model/ref.js";
import type { RemoveOnly, Removal } from "../../memory/ports/records.js";
import { itemKey } from "../keys.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { eraseAnswers } from "../idempotency/erase.js";

export async function remove(
  deps: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  only: RemoveOnly,
): Promise<Removal> {
  const target = { namespace, named: deps.keys.record(namespace, id), id, key: "" };
  return run(deps, trail, target, only);
}

/** Removes an item by its key, in one round trip; returns the removed id. */
export async function removeItem(
  deps: StoreDeps,
  trail: Trail,
  { namespace, key }: ItemRef,
  only: RemoveOnly,
): Promise<Removal> {
  const target = { namespace, named: itemKey(deps.keys, { namespace, key }), id: "", key };
  return run(deps, trail, target, only);
}

async function run(
  { auditor, meter, keys, redis }: StoreDeps,
  trail: Trail,
  { namespace, named, id, key }: { namespace: string; named: string; id: string; key: string },
  { version, untouched = false, derived = false }: RemoveOnly,
): Promise<Removal> {
  const [code, removed = id, notes, told, ...gone] = await auditor.run(namespace, trail, (client, audit) =>
    client.removeMemory(
      audit,
      meter(namespace),
      [named, keys.erasures(namespace), keys.erasureDue(namespace)],
      [
        version === undefined ? "" : String(version),
        keys.contentHashPrefix(namespace),
        id,
        keys.turnPrefix(namespace),
        keys.recordPrefix(namespace),
        keys.remainsSuffix(),
        key,
        untouched ? "1" : "0",
        namespace,
        derived ? "1" : "0",
      ],
    ),
  );
  const kind = kindOf(code, told === "1");
  await eraseAnswers({ redis, keys }, gone);
  return { kind, id: removed, noted: Number(notes ?? 0) > 0 };
}

function kindOf(code: number, told: boolean): Removal["kind"] {
  return meaningOf("memory/lua/remove", code, {
    [CODE.DONE]: told ? "published" : "removed",
    [CODE.MISSING]: "missing",
    [CODE.CONFLICT]: "conflict",
  });
}
