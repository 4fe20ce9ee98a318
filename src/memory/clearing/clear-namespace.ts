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
/** When the deletion began, the number of the last change of state before, and a {@link Place}. */
const CURSOR =
  /^(\d{1,15}) (\d{1,15}) ((?:m\d{0,15}|s(?:\d{1,20}:[!-~]{0,64})?|d.{0,600}|r(?:~\d{1,12} \d{1,16}-\d{1,20}|k(?:l|[\da-f]{12}\.\d{1,4}\.)?\d{1,19})?|e))$/s;

/**
 * Where a step begins: `m`, memories after a sequence number; `s`, sessions after a place of their list; `d`, documents
 * after a place of their walk; `r`, receipts after a place of theirs; `e`, the end: traces.
 */
type Place = string;

interface Step {
  readonly memories?: number;
  readonly sessions?: number;
  readonly state_documents?: number;
  readonly next: Place | undefined;
}

interface Clearing {
  readonly services: ClearServices;
  readonly context: Context;
  readonly namespace: string;
  readonly query: FacetQuery | undefined;
  readonly dryRun: boolean;
  readonly begun: ClearStart;
}

/**
 * Deletes a namespace's memories, or those that fulfil a filter. Each goes as by a single deletion: with its vectors
 * and versions, recorded by itself, and its copies follow. Without a filter, sessions, state and the traces of both go
 * as well.
 *
 * A request ends after a minute, or when its caller has gone, but not before its first step; the cursor goes on from
 * there. A deletion that broke off can simply be requested again. Anything written while it runs stays, unless it belongs
 * to something that was there: a new message of a session, a new version of a memory or document.
 */
export async function clearNamespace(
  services: ClearServices,
  context: Context,
  namespace: string,
  input: ClearInput,
  budgetMs = BUDGET_MS,
): Promise<ClearOutcome> {
  const { audit } = services.memory;
  const { filter, dry_run } = input;
  // A filter that is missing by mistake would delete everything, so that takes `admin`.
  const verbs = filter === undefined ? (["write", "read", "admin"] as const) : (["write", "read"] as const);
  await authorize(audit, context, namespace, { verbs, act: ACT });
  const query = filter === undefined ? undefined : facetQuery(filter);
  const cursors = cursorsOf("namespace or filter", namespace, query ?? "all");
  const [, began, changed, start = "m"] = cursors.read(input.cursor, CURSOR) ?? [];
  const { lastChange } = services.contents;
  const begun: ClearStart = {
    time: began === undefined ? context.now() : Number(began),
    change: changed === undefined ? await lastChange(namespace) : Number(changed),
  };
  await audit.record(namespace, trailOf(context, ACT), dry_run ? "dry_run" : "ok");

  const deadline = performance.now() + budgetMs;
  const isOver = (): boolean => performance.now() > deadline || context.gone?.() === true;
  const clearing: Clearing = { services, context, namespace, query, dryRun: dry_run, begun };
  const counts = { memories: 0, sessions: 0, state_documents: 0 };
  let place: Place | undefined = start;
  do {
    const step: Step = await stepFrom(clearing, place, isOver);
    counts.memories += step.memories ?? 0;
    counts.sessions += step.sessions ?? 0;
    counts.state_documents += step.state_documents ?? 0;
    place = step.next;
  } while (place !== undefined && !isOver());
  const cursor = place === undefined ? undefined : `${begun.time} ${begun.change} ${place}`;
  return { ...counts, cursor: cursors.write(cursor) };
}

/** A bounded piece of work. */
function stepFrom(clearing: Clearing, place: Place, isOver: () => boolean): Promise<Step> {
  const [kind, rest] = [place.slice(0, 1), place.slice(1)];
  // With a filter, only memories go.
  if (kind === "m" || clearing.query !== undefined) return clearMemories(clearing, rest);
  if (kind === "s") return clearSessions(clearing, rest);
  if (kind === "d") return clearState(clearing, rest);
  if (kind === "r") return clearReceipts(clearing, rest, isOver);
  return clearTraces(clearing);
}

async function clearMemories(clearing: Clearing, after: string): Promise<Step> {
  const { services, context, namespace, query, dryRun, begun } = clearing;
  const page = await memoryPage(services.memory, namespace, query, after === "" ? undefined : Number(after));
  const doomed = page.vitals.filter(({ recordedAt }) => recordedAt <= begun.time);
  const memories = dryRun
    ? doomed.length
    : await countTrue(doomed, (each) => removeOne(services.memory, context, namespace, query, each));
  if (page.next !== undefined) return { memories, next: `m${page.next}` };
  if (query === undefined) return { memories, next: "s" };
  if (!dryRun) await erase(services.memory, context, namespace);
  return { memories, next: undefined };
}

/** Those that were there at the start; what is deleted of a page doesn't move the next one. */
async function clearSessions(clearing: Clearing, after: string): Promise<Step> {
  const { services, context, namespace, dryRun, begun } = clearing;
  const page = await services.sessions.list(trailOf(context, ACT), namespace, PAGE, sessionPlace(after));
  const doomed = page.sessions.filter(({ created_at }) => created_at <= begun.time);
  const sessions = dryRun
    ? doomed.length
    : await countTrue(doomed, async ({ sessionId }) => {
        const ref = { namespace, sessionId };
        return (await services.sessions.remove(sessionTrail(context, ACT, ref), ref, false)) !== undefined;
      });
  return { sessions, next: page.next === undefined ? "d" : `s${page.next.moment}:${page.next.facet}` };
}

function sessionPlace(after: string): SessionPlace | undefined {
  const end = after.indexOf(":");
  return end === -1 ? undefined : { moment: after.slice(0, end), facet: after.slice(end + 1) };
}

async function clearState(clearing: Clearing, after: string): Promise<Step> {
  const { services, context, namespace, dryRun, begun } = clearing;
  const { contents } = services;
  const page = await contents.statePage(namespace, after === "" ? undefined : after);
  const next = page.next === undefined ? "r" : `d${page.next}`;
  if (dryRun && page.deleted) return { next };
  const { live, expired } = await contents.stateBefore(namespace, page.keys, begun.change);
  if (dryRun) return { state_documents: live.length, next };
  const removed = await countTrue([...live, ...expired], (key) =>
    contents.removeState(trailOf(context, ACT, { ids: [key] }), namespace, key),
  );
  // What is left of those that were deleted before, or written since.
  await contents.dropHistories(namespace, page.keys, begun.change);
  return { state_documents: removed, next };
}

async function clearReceipts(
  { services, namespace, dryRun, begun }: Clearing,
  rest: string,
  isOver: () => boolean,
): Promise<Step> {
  if (dryRun) return { next: undefined };
  const after = rest === "" ? undefined : rest;
  const { receipts } = services.memory;
  const place = await receipts.forget(namespace, { after, began: begun.time, isOver });
  return { next: place === undefined ? "e" : `r${place}` };
}

async function clearTraces({ services, context, namespace, dryRun, begun }: Clearing): Promise<Step> {
  if (!dryRun) await services.contents.dropTraces(trailOf(context, ACT), namespace, begun);
  return { next: undefined };
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
