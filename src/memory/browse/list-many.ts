import { authorizedParts } from "../../access/authorize.js";
import { allowsIn, covers, patternOf } from "../../access/grants.js";
import type { Scope } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { LIMITS } from "../../domain/limits.js";
import { facetQuery, matches } from "../conditions/filter.js";
import type { FacetQuery, MemoryFilter } from "../conditions/filter.js";
import { judgeAll } from "../trust/judge.js";
import type { ListOutcome } from "./list.js";
import { cursorsOf } from "../../domain/cursor.js";
import type { MemoryRef } from "../model/ref.js";
import { readableNamespaces } from "./readable-namespaces.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { SearchStore } from "../ports/search.js";
import type { RecordStore } from "../ports/records.js";

export interface ListManyInput {
  readonly scope: Scope;
  readonly filter: MemoryFilter;
  /** Whether the contents of archived memories are read from the archive. */
  readonly includeArchive: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of the memories of all namespaces of a scope that the caller may read: namespace by namespace in a fixed
 * order, within each in the order of recording. Following the cursor visits each memory that was there at the first
 * page, and wasn't deleted in between, exactly once.
 */
export async function listMany(
  services: Using<SearchStore & RecordStore, "archive" | "audit" | "accuracies">,
  context: Context,
  input: ListManyInput,
): Promise<ListOutcome> {
  const { store, audit } = services;
  const { scope, limit } = input;
  const parts = await authorizedParts(audit, context, scope, { verb: "read", act: "list" });
  const filter = facetQuery(input.filter);
  const cursors = cursorsOf("list", scope, filter);
  const [, after, position = ""] = cursors.read(input.cursor, PLACE) ?? [];
  const start = { after, position: position === "" ? undefined : Number(position) };
  const trail = trailOf(context, "list", scope.below ? { other: patternOf(scope) } : {});
  const found =
    parts.length === 0
      ? { refs: [], place: undefined }
      : await walkNamespaces(store, context, scope, filter, limit, start);
  if (found.refs.length === 0 && scope.below) await audit.system(trail, "ok");
  const memories = await store.load(trail, scope.below ? [] : [scope.root], found.refs);
  const now = context.now();
  const fitting = memories
    .filter((memory) => memory !== undefined)
    .filter((memory) => isAlive(memory, now) && matches(memory, filter) && !memory.quarantined);
  const shown = input.includeArchive ? (await services.archive.refill(fitting)).memories : fitting;
  return {
    memories: await judgeAll(services, shown, now),
    cursor: cursors.write(found.place),
  };
}

/** A namespace that was reached, and how far in it; nothing after the blank where it is done with. */
const PLACE = /^([A-Za-z0-9_.-]{1,256}) (\d{0,15})$/;

interface Place {
  readonly after: string | undefined;
  readonly position: number | undefined;
}

interface Found {
  readonly refs: readonly MemoryRef[];
  /** Where the next page begins; undefined at the end. */
  readonly place: string | undefined;
}

async function walkNamespaces(
  store: SearchStore,
  context: Context,
  scope: Scope,
  filter: FacetQuery,
  limit: number,
  start: Place,
): Promise<Found> {
  const refs: MemoryRef[] = [];
  let { after, position } = start;

  /** Takes what is left of a namespace, or as much as fits; true when the page is full. */
  async function take(namespace: string, from: number | undefined): Promise<boolean> {
    let next = from;
    do {
      const page = await store.list({
        namespace,
        filter,
        order: "asc",
        quarantined: false,
        limit: limit - refs.length,
        after: next,
      });
      refs.push(...page.refs);
      next = page.next;
      position = next;
    } while (next !== undefined && refs.length < limit);
    after = namespace;
    return refs.length >= limit;
  }

  const place = (): string => `${after ?? ""} ${position ?? ""}`;
  if (after !== undefined && position !== undefined && isReadable(context, scope, after)) {
    if (await take(after, position)) return { refs, place: place() };
  }
  let scanned = 0;
  for await (const names of readableNamespaces(store, context.actor.grants, scope, after)) {
    const counts = await store.countIn(names.map((root) => ({ scopes: [{ root, below: false }], filter })));
    for (const [index, name] of names.entries()) {
      if ((counts[index] ?? 0) > 0 && (await take(name, undefined))) return { refs, place: place() };
    }
    scanned += names.length;
    after = names.at(-1);
    position = undefined;
    if (scanned >= LIMITS.scannedNamespaces) return { refs, place: place() };
  }
  return { refs, place: undefined };
}

function isReadable({ actor }: Context, scope: Scope, namespace: string): boolean {
  return covers(scope, { root: namespace, below: false }) && allowsIn(actor.grants, "read", namespace);
}
