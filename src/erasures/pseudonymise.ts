import { covers, scopeOf } from "../access/grants.js";
import type { JsonObject, JsonValue } from "../domain/json.js";
import { isJsonObject } from "../domain/json.js";
import type { ErasureJob, ErasureTarget } from "./job.js";
import { identifiersOf } from "./matcher.js";
import type { Mentions } from "./mentions.js";
import { mentionsOf } from "./mentions.js";
import type { Doomed } from "./ports.js";

/** What stands in an entry of the audit trail for a text that was erased. */
export const ERASED = "erased";

/** Ids that mneme makes (ULIDs, and the facets of sessions): they say nothing of a person. */
const MADE = /^(?:[0-7][0-9A-HJKMNP-TV-Z]{25}|s[\w-]{16})$/;

/** Changes an entry's text; undefined: it stays. */
export type Pseudonymise = (raw: string) => string | undefined;

/**
 * Replaces what identifies the subject in entries of the audit trail: names of agents, keys of items and state, ids of
 * threads and requests. Who did what, when and with which outcome stays.
 */
export function pseudonymiser(
  job: Pick<ErasureJob, "id" | "scopes">,
  target: ErasureTarget,
  found: readonly Doomed[],
): { readonly inTrail: (namespace: string) => Pseudonymise; readonly inDenials: Pseudonymise } {
  const words = target.kind === "subject" ? identifiersOf(target.subject) : [];
  const named = mentionsOf([
    ...words,
    ...found.filter(({ kind }) => kind === "entity" || kind === "alias").map(({ id }) => id),
  ]);
  const agents = new Set(target.kind === "subject" ? target.subject.agent_id : []);
  const texts = new Map<string, Set<string>>();
  for (const { kind, namespace, id } of found) {
    if (kind !== "key" && kind !== "state" && kind !== "thread") continue;
    const trail = namespace ?? "";
    texts.set(trail, (texts.get(trail) ?? new Set()).add(id));
  }
  const isWithin = (pattern: string): boolean => job.scopes.some((scope) => covers(scope, scopeOf(pattern)));
  const change =
    (names: (id: string) => boolean): Pseudonymise =>
    (raw) =>
      changed(raw, job.id, { agents, named, names });
  return {
    inTrail(namespace) {
      const own = texts.get(namespace);
      const whole = target.kind === "namespace" && isWithin(namespace);
      return change((id) => whole || own?.has(id) === true || named(id));
    },
    inDenials(raw) {
      const other = parsed(raw)?.["n"];
      return typeof other === "string" && isWithin(other) ? change(named)(raw) : undefined;
    },
  };
}

interface Identifying {
  readonly agents: ReadonlySet<string>;
  readonly named: Mentions;
  readonly names: (id: string) => boolean;
}

/** See docs/audit.md for the names of an entry's fields. */
function changed(raw: string, erasure: string, { agents, named, names }: Identifying): string | undefined {
  const entry = parsed(raw);
  if (entry === undefined) return undefined;
  const next: JsonObject = { ...entry };
  const { a: agent, r: request, n: other, i: ids } = entry;
  if (typeof agent === "string" && (agents.has(agent) || named(agent))) next["a"] = ERASED;
  if (typeof other === "string" && !MADE.test(other) && named(other)) next["n"] = ERASED;
  if (Array.isArray(ids)) {
    next["i"] = ids.map((id) => (typeof id === "string" && !MADE.test(id) && names(id) ? ERASED : id));
  }
  const same = JSON.stringify(next) === JSON.stringify(entry);
  if (same && !(typeof request === "string" && named(request))) return undefined;
  // A hash of the whole entry stays in the chain. Without the request's id, nobody can try out what it was made of.
  return JSON.stringify({ ...next, r: ERASED, x: erasure });
}

/** An entry that mneme didn't write may be anything. */
function parsed(raw: string): JsonObject | undefined {
  try {
    const entry = JSON.parse(raw) as JsonValue;
    return isJsonObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}
