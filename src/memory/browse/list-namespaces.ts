import { authorizeSome } from "../../access/authorize.js";
import type { Scope } from "../../access/grants.js";
import { allowedParts, allowsIn } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { LIMITS } from "../../domain/limits.js";
import type { FacetQuery } from "../conditions/filter.js";
import { facetQuery } from "../conditions/filter.js";
import { cursorsOf } from "../../domain/cursor.js";
import { readableNamespaces, WHOLE } from "./readable-namespaces.js";
import type { Using } from "../services.js";
import type { SearchStore } from "../ports/search.js";

export interface NamespacesInput {
  /** Labels that a namespace begins and ends with; `*` matches any one label. */
  readonly prefix: readonly string[];
  readonly suffix: readonly string[];
  /** Maximum number of labels. Longer namespaces are truncated to it and listed once. */
  readonly max_depth?: number | undefined;
  readonly items_only?: boolean | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface NamespaceCount {
  readonly namespace: string;
  /** Memories in it; if namespaces are cut to a depth, in all that the caller may read at and below it. */
  readonly memories: number;
}

export interface NamespacesOutcome {
  readonly namespaces: readonly NamespaceCount[];
  /** Undefined at the end. A page may hold fewer than `limit`, even none, before the end. */
  readonly cursor: string | undefined;
}

/**
 * The namespaces that hold memories now and that the caller may read, in a fixed order. Those that it may not read look
 * absent.
 */
export async function listNamespaces(
  { store, audit }: Using<SearchStore, "audit">,
  context: Context,
  input: NamespacesInput,
): Promise<NamespacesOutcome> {
  await authorizeSome(audit, context, { verb: "read", act: "namespace.list" });
  const cursors = cursorsOf("list", input.prefix, input.suffix, input.max_depth, input.items_only);
  const after = cursors.read(input.cursor, /^[A-Za-z0-9_.-]{1,256}\/?$/)?.[0];
  const filter = facetQuery({ items_only: input.items_only });
  const depth = input.max_depth ?? Infinity;
  const page = await walkNamespaces(store, context, input, filter, after);
  const namespaces =
    depth === Infinity ? page.found : await countBelow(store, context, page.found, depth, filter);
  await audit.system(trailOf(context, "namespace.list", { other: input.prefix.join(".") || "**" }), "ok");
  return { namespaces, cursor: cursors.write(page.place) };
}

interface Page {
  readonly found: readonly NamespaceCount[];
  /** Where the next page begins; undefined at the end. */
  readonly place: string | undefined;
}

async function walkNamespaces(
  store: SearchStore,
  context: Context,
  input: NamespacesInput,
  filter: FacetQuery,
  start: string | undefined,
): Promise<Page> {
  const { grants } = context.actor;
  const scope = scopeOfPrefix(input.prefix);
  const found: NamespaceCount[] = [];
  let scanned = 0;
  let place = start;

  /** Undefined once it has come to the end; else where to go on. */
  async function scan(): Promise<string | undefined> {
    for await (const names of readableNamespaces(store, grants, scope, place)) {
      const wanted = names.filter((name) => fits(name, input));
      const counts = await count(store, wanted, filter);
      scanned += names.length;
      for (const [index, name] of wanted.entries()) {
        const memories = counts[index] ?? 0;
        if (memories === 0) continue;
        const cut = cutTo(name, input.max_depth);
        if (cut === name) {
          found.push({ namespace: name, memories });
          if (found.length === input.limit) return name;
        } else {
          // All that is cut to the same stands together; `cut` itself, if it is in the list, came before.
          const listed = (await holds(store, context, cut, input, filter)) > 0;
          if (!listed) found.push({ namespace: cut, memories: 0 });
          return `${cut}${WHOLE}`;
        }
      }
      if (scanned >= LIMITS.scannedNamespaces) return names.at(-1);
    }
    return undefined;
  }

  do place = await scan();
  while (place !== undefined && found.length < input.limit && scanned < LIMITS.scannedNamespaces);
  return { found, place };
}

/**
 * The number of memories in a namespace that is listed by its own name. Then entries that are cut to that name need no
 * line of their own.
 */
async function holds(
  store: SearchStore,
  context: Context,
  name: string,
  input: NamespacesInput,
  filter: FacetQuery,
): Promise<number> {
  if (!fits(name, input) || !allowsIn(context.actor.grants, "read", name)) return 0;
  const [memories = 0] = await count(store, [name], filter);
  return memories;
}

function count(store: SearchStore, names: readonly string[], filter: FacetQuery) {
  return names.length === 0
    ? Promise.resolve([])
    : store.countIn(names.map((root) => ({ scopes: [{ root, below: false }], filter })));
}

async function countBelow(
  store: SearchStore,
  { actor }: Context,
  found: readonly NamespaceCount[],
  depth: number,
  filter: FacetQuery,
): Promise<NamespaceCount[]> {
  // Namespaces below a shorter one are listed themselves.
  const stands = found.filter(({ namespace }) => namespace.split(".").length === depth);
  const queries = stands.map(({ namespace }) => ({
    scopes: allowedParts(actor.grants, "read", { root: namespace, below: true }),
    filter,
  }));
  const counts = queries.length === 0 ? [] : await store.countIn(queries);
  const below = new Map(stands.map((entry, index) => [entry, counts[index] ?? 0]));
  return found.map((entry) => ({ ...entry, memories: below.get(entry) ?? entry.memories }));
}

/** The part of the directory to walk: the prefix bounds it up to the first `*`. */
function scopeOfPrefix(prefix: readonly string[]): Scope {
  const wild = prefix.indexOf("*");
  return { root: (wild === -1 ? prefix : prefix.slice(0, wild)).join("."), below: true };
}

function fits(name: string, { prefix, suffix }: NamespacesInput): boolean {
  const labels = name.split(".");
  if (Math.max(prefix.length, suffix.length) > labels.length) return false;
  const matches = (pattern: string | undefined, label: string | undefined): boolean =>
    pattern === "*" || pattern === label;
  const offset = labels.length - suffix.length;
  return (
    prefix.every((pattern, index) => matches(pattern, labels[index])) &&
    suffix.every((pattern, index) => matches(pattern, labels[offset + index]))
  );
}

function cutTo(name: string, depth: number | undefined): string {
  return depth === undefined ? name : name.split(".").slice(0, depth).join(".");
}
