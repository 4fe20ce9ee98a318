import type { AuditLog } from "../../access/ports.js";
import { trailOf } from "../../access/trail.js";
import type { AuditVerb } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { doneAndGone } from "../../domain/errors.js";
import type { Memory } from "../model/record.js";
import type { RecordStore } from "../ports/records.js";

/** As acts on memories note them. `seen`: it was there, and was counted once more; `unchanged`: it said so already. */
const KINDS = ["created", "revised", "seen", "unchanged"] as const;

export interface VersionDone {
  readonly kind: (typeof KINDS)[number];
  readonly memory: Memory;
}

/**
 * The version that an earlier try of the operation has made or found, whose answer was lost; undefined: there was none. Preconditions
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
  const [, noted, id = "", version] = /^(\w+) (\w+) (\d+)$/.exec(done ?? "") ?? [];
  const kind = KINDS.find((name) => name === noted);
  if (kind === undefined) return undefined;
  const trail = trailOf(context, act, { ids: [id] });
  const [memory] = (await store.versions(trail, { namespace, id }, Number(version) + 1, 1)) ?? [];
  if (memory?.version === Number(version)) return { kind, memory };
  throw doneAndGone();
}
