import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { cursorsOf } from "../../domain/cursor.js";
import { addCounts } from "../../pii/kinds.js";
import type { PiiCounts, PiiKind } from "../../pii/kinds.js";
import { countsOf, inspect } from "../../pii/treat.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { MemoryDetail } from "../model/record.js";
import type { RecordStore } from "../ports/records.js";
import type { SearchStore } from "../ports/search.js";
import type { Using } from "../services.js";
import { walkMemories } from "./walk.js";

export interface ScanInput {
  readonly kinds: readonly PiiKind[];
  /** How many memories to examine. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ScanOutcome {
  readonly examined: number;
  readonly counts: PiiCounts;
  /** Ids of the memories that hold some, by kind. */
  readonly memories: Readonly<Partial<Record<PiiKind, readonly string[]>>>;
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Memories that are read together: one of them may be large. */
const PAGE = 50;
/** A request ends after this, with what it has: at the end of a page, or at a memory within it. */
const BUDGET_MS = 5_000;

/**
 * Looks for personal data in the current versions of a namespace's memories, a part at a time: following the cursor
 * examines each memory that was there at the first page once. Nothing is changed.
 */
export async function scanPii(
  {
    store,
    audit,
    archive,
  }: Using<SearchStore & RecordStore & Pick<LifecycleStore, "defaultsOf">, "archive" | "audit">,
  context: Context,
  namespace: string,
  { kinds, limit, cursor }: ScanInput,
  budgetMs = BUDGET_MS,
): Promise<ScanOutcome> {
  await authorize(audit, context, namespace, { verb: "read", act: "pii.scan" });
  const cursors = cursorsOf("namespace or kinds", namespace, kinds.toSorted());
  const place = cursors.read(cursor, /^\d{1,15}$/)?.[0];
  await audit.record(namespace, trailOf(context, "pii.scan"), "ok");
  const { pii } = await store.defaultsOf(namespace);
  const actions = Object.fromEntries(kinds.map((kind) => [kind, "tag"] as const));
  const policy = { actions, state: false, region: pii?.region };

  const memories: Partial<Record<PiiKind, string[]>> = {};
  let counts: PiiCounts = {};
  const { examined, after } = await walkMemories(store, {
    namespace,
    after: place === undefined ? undefined : Number(place),
    limit,
    pageSize: PAGE,
    budgetMs,
    read: async (ids) => archive.whole(await store.peekDetails(namespace, ids)),
    visit: async (memory) => {
      if (memory === undefined || !isAlive(memory, context.now())) return;
      const { pieces } = await inspect(policy, saidBy(memory));
      const own = countsOf(pieces);
      counts = addCounts(counts, own);
      for (const kind of kinds) if (own[kind] !== undefined) (memories[kind] ??= []).push(memory.id);
    },
  });
  return { examined, counts, memories, cursor: cursors.write(after?.toString()) };
}

/** What its writer said; the content of an interaction is made of its parts, so it counts once. */
function saidBy({ content, metadata, tags, fact, interaction }: MemoryDetail): object {
  const stated = fact === null ? undefined : [fact.subject, fact.predicate, fact.object];
  return interaction === undefined ? { content, metadata, tags, stated } : { ...interaction, metadata, tags };
}
