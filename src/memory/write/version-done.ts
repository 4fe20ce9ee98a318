import type { AuditLog } from "../../access/ports.js";
import { trailOf } from "../../access/trail.js";
import type { AuditVerb } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import type { Memory } from "../model/record.js";
import type { RecordStore } from "../ports/records.js";

export interface VersionDone {
  readonly kind: "created" | "revised";
  readonly memory: Memory;
}

/**
 * The version that an earlier try of the operation has made, whose answer was lost; undefined: there was none. Preconditions
 * held then, and may not hold now, so this comes before them.
 */
export async function versionDone(
  { store, audit }: { readonly store: Pick<RecordStore, "versions">; readonly audit: AuditLog },
  context: Context,
  namespace: string,
  act: AuditVerb,
): Promise<VersionDone | undefined> {
  const { operation, again } = context;
  if (operation === undefined || again !== true) return undefined;
  const done = await audit.done(namespace, operation);
  const [, kind, id = "", version] = /^(created|revised) (\w+) (\d+)$/.exec(done ?? "") ?? [];
  if (kind === undefined) return undefined;
  const trail = trailOf(context, act, { ids: [id] });
  const [memory] = (await store.versions(trail, { namespace, id }, Number(version) + 1, 1)) ?? [];
  if (memory?.version === Number(version)) return { kind: kind === "created" ? kind : "revised", memory };
  throw new DomainError(
    "answer_erased",
    "This request was already processed, but what it has written has been deleted since.",
  );
}
