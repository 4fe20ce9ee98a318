import type { Context } from "../domain/context.js";
import { authorizedParts, authorizeScope } from "./authorize.js";
import type { EntryContent, StoredEntry } from "./entry.js";
import { contentOf, placeOf } from "./entry.js";
import type { Scope } from "./grants.js";
import { covers, patternOf, scopeOf } from "./grants.js";
import type { AuditLog, AuditReader } from "./ports.js";
import type { AuditVerb } from "./trail.js";
import { trailOf } from "./trail.js";

/** Conditions on entries. A missing condition matches all; several values of one condition match any of them. */
export interface AuditFilter {
  /** A namespace or a pattern of them; undefined: all that the caller administrates. */
  readonly namespace?: string | undefined;
  readonly agent?: string | undefined;
  readonly key_id?: string | undefined;
  /** A memory's id or a state's key, among those of the entry. */
  readonly id?: string | undefined;
  readonly verbs?: readonly AuditVerb[] | undefined;
  readonly outcomes?: readonly string[] | undefined;
  /** Milliseconds since the epoch: from the first, before the last. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** An entry as its readers get it. */
export interface AuditEntry extends EntryContent {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /**
   * The act's namespace. For a refusal, the namespace or pattern that was refused. Null for an act in no single
   * namespace.
   */
  readonly namespace: string | null;
}

export interface AuditServices {
  readonly audit: AuditLog;
  readonly reader: AuditReader;
}

export const DENIED = "denied";

/** Where a caller's query looks, and which entries the caller may see. */
export interface AuditView {
  readonly trails: readonly string[];
  /** The entry for its reader; undefined: not this reader's. */
  readonly show: (stored: StoredEntry) => AuditEntry | undefined;
  /** Puts this reading on record: in the namespace that was asked for, else among the acts in no single one. */
  readonly record: (outcome: string) => Promise<void>;
}

const NEED = { verb: "admin", act: "audit.read" } as const;

/**
 * The part of the audit trail that the caller may see: the trails of the namespaces that it administers, and refusals
 * there. An administrator of everything also sees the acts in no single namespace. Rejects with `forbidden` if that is
 * nothing.
 */
export async function openView(
  { audit, reader }: AuditServices,
  context: Context,
  filter: AuditFilter,
): Promise<AuditView> {
  const wanted = scopeOf(filter.namespace ?? "**");
  const parts = await authorizedParts(audit, context, wanted, NEED);
  if (parts.length === 0) await authorizeScope(audit, context, wanted, NEED);
  const own = await namespacesOf(reader, parts);
  const onlyDenied = filter.outcomes?.every((outcome) => outcome === DENIED) ?? false;
  const neverDenied = filter.outcomes?.includes(DENIED) === false;
  const everything = covers(parts[0] ?? wanted, scopeOf("**"));
  const trail = trailOf(context, NEED.act, wanted.below ? { other: patternsOf(parts) } : {});
  return {
    trails: [
      ...(onlyDenied ? [] : own),
      ...(onlyDenied || !everything ? [] : [reader.system]),
      ...(neverDenied ? [] : [reader.denials]),
    ],
    show: (stored) => {
      const content = contentOf(stored);
      const denial = stored.trail === reader.denials;
      // A refusal without a namespace is shown to administrators of everything only.
      if (denial && !parts.some((part) => covers(part, scopeOf(content.other ?? "**")))) return undefined;
      const namespace = denial ? content.other : stored.trail === reader.system ? null : stored.trail;
      return {
        ...content,
        id: stored.id,
        at: placeOf(stored).time,
        namespace,
        other: denial ? null : content.other,
      };
    },
    record: (outcome) =>
      wanted.below ? audit.system(trail, outcome) : audit.record(wanted.root, trail, outcome),
  };
}

export function fits(entry: AuditEntry, filter: AuditFilter): boolean {
  const { agent, key_id, id, verbs, outcomes } = filter;
  return (
    (agent === undefined || entry.agent === agent) &&
    (key_id === undefined || entry.keyId === key_id) &&
    (id === undefined || entry.ids.includes(id)) &&
    (verbs === undefined || verbs.some((verb) => verb === entry.verb)) &&
    (outcomes === undefined || outcomes.includes(entry.outcome))
  );
}

/** The milliseconds of a filter's times, both ends included, up to where the trails are complete. */
export function rangeOf({ from, to }: AuditFilter, horizon: number): { from: number; to: number } {
  return { from: Math.max(0, from ?? 0), to: Math.min(horizon, to === undefined ? horizon : to - 1) };
}

async function namespacesOf(reader: AuditReader, parts: readonly Scope[]): Promise<string[]> {
  const found: string[] = [];
  for (const part of parts) for (const name of await reader.namespaces(part)) found.push(name);
  return found;
}

/** A key may have many grants. This many show what was read, in an entry of bounded size. */
const MAX_PATTERNS = 16;

function patternsOf(parts: readonly Scope[]): string {
  const patterns = parts.map(patternOf);
  return patterns.length <= MAX_PATTERNS
    ? patterns.join(" ")
    : [...patterns.slice(0, MAX_PATTERNS), "..."].join(" ");
}
