import type { SessionPlace } from "../sessions/ports.js";
import { cursorsOf } from "../../domain/cursor.js";
import { eachOf } from "../../domain/each-of.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { FacetQuery, MemoryFilter } from "../conditions/filter.js";
import { erase } from "../erasure/erase.js";
import { facetQuery, matches } from "../conditions/filter.js";
import { removeQuietly } from "../erasure/remove-quietly.js";
import type { Using } from "../services.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { SearchStore } from "../ports/search.js";
import type { Carrying } from "../publish/carry-publication.js";
import { tellCopies } from "../publish/tell-copies.js";
import { sessionTrail } from "../sessions/trail.js";
import type { ClearServices, ClearStart } from "./ports.js";

export interface ClearInput {
  /** Deletes only memories that fulfil this; undefined: everything in the namespace. */
  readonly filter: MemoryFilter | undefined;
  /** Only count. */
  readonly dry_run: boolean;
  readonly cursor?: string | undefined;
}

/** Counts of what this request deleted, or would delete. */
export interface ClearOutcome {
  readonly memories: number;
  readonly sessions: number;
  readonly state_documents: number;
  /** Undefined: nothing is left to do. */
  readonly cursor: string | undefined;
}

const ACT = "namespace.delete";
const PAGE = 500;
/** Deletions that are under way at a time. */
const AT_ONCE = 8;
/** Shorter than clients wait. */
const BUDGET_MS = 60_000;

/**
 * Deletes a namespace's memories, or those that fulfil a filter. Each goes as by a single deletion: with its vectors
 * and versions, recorded by itself, and its copies follow. Without a filter, sessions, state and the traces of both go
 * as well.
 *
 * A request ends after a minute, or when its caller has gone; the cursor goes on from there. A deletion that broke off can simply be requested
 * again. Anything written while it runs stays, unless it belongs to something that was there: a new message of a
 * session, a new version of a memory or document, an alias.
 */
export async function clearNamespace(
  services: ClearServices,
  context: Context,
  namespace: string,
  input: ClearInput,
): Promise<ClearOutcome> {
  const { audit } = services.memory;
  const { filter, dry_run } = input;
  // A filter that is missing by mistake would delete everything, so that takes `admin`.
  const verbs = filter === undefined ? (["write", "read", "admin"] as const) : (["write", "read"] as const);
  await authorize(audit, context, namespace, { verbs, act: ACT });
  const query = filter === undefined ? undefined : facetQuery(filter);
  const cursors = cursorsOf("namespace or filter", namespace, query ?? "all");
  const [, place, began, changed] = cursors.read(input.cursor, /^(\d{1,15}) (\d{1,15}) (\d{1,15})$/) ?? [];
  // Nothing has the sequence number 0.
  const start = place === undefined || Number(place) === 0 ? undefined : Number(place);
  const { lastChange } = services.contents;
  const begun: ClearStart = {
    time: began === undefined ? context.now() : Number(began),
    change: changed === undefined ? await lastChange(namespace) : Number(changed),
  };
  await audit.record(namespace, trailOf(context, ACT), dry_run ? "dry_run" : "ok");

  const deadline = performance.now() + BUDGET_MS;
  const inTime = (): boolean => performance.now() <= deadline && context.gone?.() !== true;
  const counts = { memories: 0, sessions: 0, state_documents: 0 };
  const cursorAt = (after: number | undefined) =>
    cursors.write(`${after ?? 0} ${begun.time} ${begun.change}`);
  let after = start;
  for (let next = after, first = true; first || next !== undefined; first = false) {
    if (!inTime()) return { ...counts, cursor: cursorAt(after) };
    const page = await memoryPage(services.memory, namespace, query, next);
    const doomed = page.vitals.filter(({ recordedAt }) => recordedAt <= begun.time);
    counts.memories += dry_run
      ? doomed.length
      : await countTrue(doomed, (each) => removeOne(services.memory, context, namespace, query, each));
    ({ next } = page);
    after = page.reached;
  }
  if (query !== undefined) {
    if (!dry_run) await erase(services.memory, context, namespace);
    return { ...counts, cursor: undefined };
  }

  const trail = trailOf(context, ACT);
  let complete = true;
  for await (const ids of sessionIds(services, context, namespace, begun)) {
    if (!(complete = inTime())) break;
    counts.sessions += dry_run
      ? ids.length
      : await countTrue(ids, async (sessionId) => {
          const ref = { namespace, sessionId };
          return (await services.sessions.remove(sessionTrail(context, ACT, ref), ref, false)) !== undefined;
        });
  }
  const seen = new Set<string>();
  for await (const keys of services.contents.stateKeys(namespace)) {
    if (!complete || !(complete = inTime())) break;
    const fresh = keys.filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    const { live, expired } = await services.contents.stateBefore(namespace, fresh, begun.change);
    counts.state_documents += dry_run
      ? live.length
      : await countTrue([...live, ...expired], (key) =>
          services.contents.removeState(trailOf(context, ACT, { ids: [key] }), namespace, key),
        );
  }
  if (complete && !dry_run) {
    await services.memory.receipts.forget(namespace);
    await services.contents.dropTraces(trail, namespace, begun);
  }
  return { ...counts, cursor: complete ? undefined : cursorAt(after) };
}

async function memoryPage(
  { store }: Using<SearchStore & Pick<LifecycleStore, "vitals">>,
  namespace: string,
  query: FacetQuery | undefined,
  after: number | undefined,
) {
  const filter = query ?? facetQuery({});
  const listed = { namespace, filter, order: "asc", quarantined: "any", superseded: "any" } as const;
  const page = await store.list({ ...listed, limit: PAGE, after });
  const ids = page.refs.map(({ id }) => id);
  const vitals = await store.vitals(namespace, ids);
  return {
    vitals: vitals.filter((each) => each !== undefined),
    next: page.next,
    reached: page.reached,
  };
}

/** With a filter, deletes only a version that fulfils it. */
async function removeOne(
  services: Carrying,
  context: Context,
  namespace: string,
  query: FacetQuery | undefined,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<boolean> {
  const ref = { namespace, id };
  if (query !== undefined) {
    const memory = await services.store.peek(ref);
    if (memory?.version !== version || !matches(memory, query)) return false;
    return (await removeQuietly(services, context, ref, { version, derived: true }, ACT)) === "removed";
  }
  // Its successor in the session is deleted as well, so its context needn't be taken out of that.
  const trail = trailOf(context, ACT, { ids: [id] });
  const { kind: outcome } = await services.store.remove(trail, ref, { version: undefined });
  if (outcome === "published") await tellCopies(services, context, ref);
  return outcome === "removed" || outcome === "published";
}

/** Pages of those that were there at the start; what is deleted of a page doesn't move the next one. */
async function* sessionIds(
  { sessions }: ClearServices,
  context: Context,
  namespace: string,
  start: ClearStart,
): AsyncGenerator<readonly string[]> {
  let after: SessionPlace | undefined;
  do {
    const page = await sessions.list(trailOf(context, ACT), namespace, PAGE, after);
    const doomed = page.sessions.filter(({ created_at }) => created_at <= start.time);
    yield doomed.map(({ sessionId }) => sessionId);
    after = page.next;
  } while (after !== undefined);
}

/** Counts the items for which the work resolves to true; a few at a time. */
async function countTrue<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<boolean>,
): Promise<number> {
  let count = 0;
  await eachOf(items, AT_ONCE, async (item) => {
    if (await work(item)) count += 1;
  });
  return count;
}
