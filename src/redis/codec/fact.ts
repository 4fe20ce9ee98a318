import { hash } from "node:crypto";
import { objectFacet } from "../../memory/model/facets.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { NewMemory } from "../../memory/ports/records.js";
import { predicateSetting } from "../keys.js";

/** A fact as memory/lua/insert.lua takes it; '' if there is none. A published copy only makes its names known. */
export function encodeFact({ memory, fact: placing }: NewMemory): string {
  const { fact, valid_from, valid_to } = memory;
  if (fact === null) return "";
  const names = [fact.subject, fact.object].map((name) => [normaliseName(name), name.trim()]);
  if (placing === undefined) return JSON.stringify({ names, own: false });
  return JSON.stringify({
    names,
    own: true,
    cardinality: placing.cardinality,
    setting: predicateSetting(normaliseName(fact.predicate)),
    timeline: timelinePlace(fact.subject, fact.predicate),
    object: objectFacet(fact.object),
    standing: placing.standing?.own ?? 1,
    rivals: placing.standing?.rivals ?? {},
    limit: Math.min(memory.trust_score, memory.source_trust ?? 1),
    dated: placing.dated,
    from: valid_from,
    to: valid_to ?? undefined,
  });
}

/** Callers' text is hashed: it may hold anything, and a key of ours shouldn't. */
export function timelinePlace(subject: string, predicate: string): string {
  const names = [subject, predicate].map(normaliseName);
  return hash("sha256", JSON.stringify(names), "base64url").slice(0, 22);
}
