import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { cursorsOf } from "../../domain/cursor.js";
import { eachOf } from "../../domain/each-of.js";
import { DomainError } from "../../domain/errors.js";
import { facetQuery } from "../conditions/filter.js";
import type { MemoryFilter } from "../conditions/filter.js";
import type { SearchStore } from "../ports/search.js";
import type { Services, Using } from "../services.js";

/** Either ids, or a filter. */
export interface RestoreInput {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: MemoryFilter | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** `not_archived`: it is hot, or there is no such memory. */
export type RestoreFailure = "not_archived" | "unavailable" | "damaged" | "quota_exceeded";

export interface RestoreOutcome {
  readonly restored: readonly string[];
  readonly failed: readonly { readonly id: string; readonly reason: RestoreFailure }[];
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Memories that are brought back at the same time. */
const TOGETHER = 8;

/** Makes archived memories hot again, as they were. What fails stays archived, and is named. */
export async function restoreArchived(
  services: Using<SearchStore, "audit" | "archive">,
  context: Context,
  namespace: string,
  input: RestoreInput,
): Promise<RestoreOutcome> {
  // The answer says which memories there are.
  const need = { verbs: ["write", "read"], act: "archive.restore" } as const;
  await authorize(services.audit, context, namespace, need);
  const { ids, next } = await chosen(services, namespace, input);
  const restored: string[] = [];
  const failed: { id: string; reason: RestoreFailure }[] = [];
  await eachOf(ids, TOGETHER, async (id) => {
    const reason = await bringBack(services, context, namespace, id);
    if (reason === undefined) restored.push(id);
    else failed.push({ id, reason });
  });
  return { restored, failed, cursor: next };
}

async function chosen(
  { store }: Using<SearchStore>,
  namespace: string,
  { ids, filter = {}, limit, cursor }: RestoreInput,
): Promise<{ readonly ids: readonly string[]; readonly next: string | undefined }> {
  if (ids !== undefined) return { ids: [...new Set(ids)], next: undefined };
  const query = facetQuery({ ...filter, archived: true });
  const cursors = cursorsOf("namespace or filter", namespace, query);
  const after = cursors.read(cursor, /^\d{1,15}$/)?.[0];
  const page = await store.list({
    namespace,
    filter: query,
    order: "asc",
    quarantined: "any",
    superseded: "any",
    limit,
    after: after === undefined ? undefined : Number(after),
  });
  return { ids: page.refs.map(({ id }) => id), next: cursors.write(page.next?.toString()) };
}

const REASONS: Readonly<Record<string, RestoreFailure>> = {
  archive_unavailable: "unavailable",
  archive_damaged: "damaged",
};

/** Undefined: it is hot again. */
async function bringBack(
  { archive }: Pick<Services, "archive">,
  context: Context,
  namespace: string,
  id: string,
): Promise<RestoreFailure | undefined> {
  try {
    const outcome = await archive.bringBack(trailOf(context, "archive.restore"), namespace, id);
    if (outcome.kind === "missing") return "not_archived";
    return outcome.kind === "full" ? "quota_exceeded" : undefined;
  } catch (error) {
    const reason = error instanceof DomainError ? REASONS[error.code] : undefined;
    if (reason === undefined) throw error;
    return reason;
  }
}
