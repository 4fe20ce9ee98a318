import { randomUUID } from "node:crypto";
import { cursorsOf } from "../../domain/cursor.js";
import { invalid } from "../../domain/errors.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { createBest } from "./best-heap.js";
import type { Erased } from "../erasure/erase.js";
import { erase, unlessNothing } from "../erasure/erase.js";
import type { FacetQuery } from "../conditions/filter.js";
import { facetQuery, matches } from "../conditions/filter.js";
import type { Bar, ForgetPolicy } from "./forget-policy.js";
import { isForgotten, worthOf } from "./forget-policy.js";
import { removeQuietly } from "../erasure/remove-quietly.js";
import type { Using } from "../services.js";
import type { Erasing } from "../erasure/erasing.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { SearchStore } from "../ports/search.js";
import type { Carrying } from "../publish/carry-publication.js";

export interface ForgetInput {
  readonly policy: ForgetPolicy;
  /** Whether to only report what would be forgotten. */
  readonly dry_run: boolean;
  /** How many memories to examine. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ForgetOutcome {
  readonly ids: readonly string[];
  /** Number of examined memories, without other types. */
  readonly examined: number;
  /** Undefined at the end. */
  readonly cursor: string | undefined;
  /** Effects on memories derived from them; undefined: none, or a dry run. */
  readonly derived: Erased | undefined;
}

/** The position of a walk, and what was decided when it began. */
interface Walk {
  readonly after: number | undefined;
  readonly now: number;
  readonly bar: Bar | "all" | undefined;
}

/**
 * Applies a policy, a part of the namespace at a time: following the cursor examines each memory that was there when
 * the walk began once. `keep_top` is decided at the beginning, over the whole namespace: while that takes longer than a
 * request may, the answers have only a cursor. A memory that was changed since it was examined, such as pinned, stays.
 *
 * Each memory goes as by a deletion, with its vectors and versions; its copies follow, and it is recorded by itself.
 */
export async function forget(
  services: Erasing & Using<LifecycleStore, "audit" | "forgotten">,
  context: Context,
  namespace: string,
  input: ForgetInput,
): Promise<ForgetOutcome> {
  const { audit } = services;
  // The answer names what is there.
  await authorize(audit, context, namespace, { verbs: ["write", "read"], act: "forget" });
  const { policy, dry_run, limit } = input;
  const cursors = cursorsOf("namespace or policy", namespace, ...partsOf(policy));
  await audit.record(namespace, trailOf(context, "forget"), dry_run ? "dry_run" : "ok");
  const place = cursors.read(input.cursor, PLACE);
  const walk = walkAt(place) ?? (await decide(services, context, namespace, policy, decisionAt(place)));
  if (walk.bar === "undecided")
    return {
      ids: [],
      examined: 0,
      cursor: cursors.write(`top ${walk.after} ${walk.now} ${walk.id}`),
      derived: undefined,
    };

  const page = await examine(services, namespace, policy, walk.after, limit);
  // Memories recorded during the walk aren't part of it.
  const doomed = page.vitals.filter(
    (each) => each.recordedAt <= walk.now && isForgotten(each, policy, walk.bar, walk.now),
  );
  const ids: string[] = [];
  for (const { id, version } of doomed) {
    const forgotten = dry_run || (await forgetOne(services, context, namespace, policy, { id, version }));
    if (forgotten) ids.push(id);
  }
  if (!dry_run) services.forgotten(ids.length);
  const derived =
    dry_run || ids.length === 0 ? undefined : unlessNothing(await erase(services, context, namespace));
  const next = page.next === undefined ? undefined : cursors.write(placeOf(walk, page.next));
  return { ids, examined: page.vitals.length, cursor: next, derived };
}

/** Whether it was forgotten: not if it was changed or removed since it was examined. */
async function forgetOne(
  services: Carrying,
  context: Context,
  namespace: string,
  policy: ForgetPolicy,
  { id, version }: { readonly id: string; readonly version: number },
): Promise<boolean> {
  const ref = { namespace, id };
  if (policy.filter !== undefined) {
    // The index checked the filter before the version was read, so check it again.
    const memory = await services.store.peek(ref);
    if (memory?.version !== version || !matches(memory, filterOf(policy))) return false;
  }
  return (await removeQuietly(services, context, ref, { version, derived: true }, "forget")) === "removed";
}

/** The types may be said in both places: then both hold. */
function filterOf({ filter = {}, memory_types }: ForgetPolicy): FacetQuery {
  const query = facetQuery(filter);
  if (memory_types === undefined) return query;
  return { ...query, groups: [...query.groups, ...facetQuery({ memory_types }).groups] };
}

type Examining = Using<SearchStore & Pick<LifecycleStore, "vitals" | "mergeTop">>;

const WALK_PAGE = 1000;
/** How long one request looks for the bar. Shorter than clients wait. */
const BUDGET_MS = 2_000;

/** A walk that still looks for the worst that `keep_top` keeps. */
interface Decision {
  readonly id: string;
  readonly after: number;
  readonly now: number;
}

interface Undecided extends Decision {
  readonly bar: "undecided";
}

/** Begins the walk; what `keep_top` keeps of a large namespace takes several requests to decide. */
async function decide(
  services: Examining,
  context: Context,
  namespace: string,
  { keep_top, ...policy }: ForgetPolicy,
  begun: Decision | undefined,
): Promise<Walk | Undecided> {
  const now = begun?.now ?? context.now();
  if (keep_top === undefined) return { after: undefined, now, bar: undefined };
  if (keep_top === 0) return { after: undefined, now, bar: "all" };
  const best = createBest(keep_top);
  const deadline = performance.now() + BUDGET_MS;
  let after = begun?.after;
  do {
    const page = await examine(services, namespace, policy, after, WALK_PAGE);
    for (const each of page.vitals) best.add({ worth: worthOf(each, now), id: each.id });
    after = page.next;
  } while (after !== undefined && performance.now() < deadline && context.gone?.() !== true);
  if (after === undefined && begun === undefined) return { after, now, bar: best.worst() };
  const id = begun?.id ?? randomUUID();
  const walk = { namespace, caller: context.actor.keyId ?? "anonymous", walk: id, size: keep_top };
  const bar = await services.store.mergeTop(walk, best.entries, begun === undefined);
  if (bar === "gone") throw invalid("cursor", "The cursor has expired. Begin again without it.");
  return after === undefined ? { after, now, bar } : { id, after, now, bar: "undecided" };
}

async function examine(
  { store }: Examining,
  namespace: string,
  policy: ForgetPolicy,
  after: number | undefined,
  limit: number,
) {
  const filter = filterOf(policy);
  const page = await store.list({
    namespace,
    filter,
    order: "asc",
    quarantined: "any",
    superseded: "any",
    limit,
    after,
  });
  const vitals = await store.vitals(
    namespace,
    page.refs.map(({ id }) => id),
  );
  return { vitals: vitals.filter((each) => each !== undefined), next: page.next };
}

/** With another policy, a walk would forget what it shouldn't. */
const partsOf = (policy: ForgetPolicy): readonly unknown[] => [
  policy.max_age,
  policy.inactive_for,
  policy.min_importance,
  policy.keep_top,
  policy.memory_types,
  policy.filter,
];

const PLACE =
  /^(?:(\d{1,15}) (\d{1,15}) (?:(all|none)|([\d.e-]{1,25}) ([0-9A-Z]{26}))|top (\d{1,15}) (\d{1,15}) ([0-9a-f-]{36}))$/;

function placeOf({ now, bar }: Walk, after: number): string {
  const edge = bar === undefined || bar === "all" ? (bar ?? "none") : `${bar.worth} ${bar.id}`;
  return `${after} ${now} ${edge}`;
}

function walkAt(place: RegExpExecArray | undefined): Walk | undefined {
  const [, after, now, whole, worth, id = ""] = place ?? [];
  if (after === undefined) return undefined;
  const bar = whole === "all" ? whole : whole === "none" ? undefined : { worth: Number(worth), id };
  return { after: Number(after), now: Number(now), bar };
}

function decisionAt(place: RegExpExecArray | undefined): Decision | undefined {
  const [after, now, id] = place?.slice(6) ?? [];
  return id === undefined ? undefined : { id, after: Number(after), now: Number(now) };
}
