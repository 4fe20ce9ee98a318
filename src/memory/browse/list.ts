import { cursorsOf } from "../../domain/cursor.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { MemoryFilter } from "../conditions/filter.js";
import { facetQuery, matches } from "../conditions/filter.js";
import type { Judged } from "../trust/judge.js";
import { judgeAll } from "../trust/judge.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { SearchStore } from "../ports/search.js";
import type { RecordStore } from "../ports/records.js";

export interface ListInput {
  readonly filter: MemoryFilter;
  readonly order: "asc" | "desc";
  /** Memories in quarantine instead of the others. Takes `write`. */
  readonly quarantined: boolean;
  /** Superseded memories instead of the others. */
  readonly superseded: boolean;
  /** Whether the contents of archived memories are read from the archive. */
  readonly includeArchive: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ListOutcome {
  readonly memories: readonly Judged[];
  /** Undefined at the end. A page may hold fewer than `limit`, even none, before the end. */
  readonly cursor: string | undefined;
}

/**
 * A page of a namespace's memories, in the order of recording. Following the cursor visits each memory that was there
 * at the first page, and wasn't deleted in between, exactly once. A memory that was revised since it was found, and no
 * longer fits the filter, is skipped.
 */
export async function list(
  services: Using<SearchStore & RecordStore, "archive" | "audit" | "accuracies">,
  context: Context,
  namespace: string,
  input: ListInput,
): Promise<ListOutcome> {
  const { store, audit } = services;
  const { quarantined, superseded } = input;
  await authorize(audit, context, namespace, {
    verbs: quarantined ? ["read", "write"] : ["read"],
    act: "list",
  });
  const filter = facetQuery(input.filter);
  const kinds = [...(quarantined ? ["quarantined"] : []), ...(superseded ? ["superseded"] : [])];
  const cursors = cursorsOf("namespace, filter or order", namespace, filter, input.order, ...kinds);
  const after = cursors.read(input.cursor, /^\d{1,15}$/)?.[0];
  const page = await store.list({
    namespace,
    filter,
    order: input.order,
    limit: input.limit,
    after: after === undefined ? undefined : Number(after),
    quarantined,
    superseded: superseded ? "only" : undefined,
  });
  const memories = await store.load(trailOf(context, "list"), [namespace], page.refs);
  const now = context.now();
  const fitting = memories
    .filter((memory) => memory !== undefined)
    .filter((memory) => isAlive(memory, now) && matches(memory, filter))
    .filter((memory) => memory.quarantined === quarantined && (memory.superseded_at !== null) === superseded);
  const shown = input.includeArchive ? (await services.archive.refill(fitting)).memories : fitting;
  return {
    memories: await judgeAll(services, shown, now),
    cursor: cursors.write(page.next?.toString()),
  };
}
