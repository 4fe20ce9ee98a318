import { normaliseName } from "../../domain/normalise-name.js";
import type { ToolContext } from "../tool.js";
import { factsNamed, newRoom, withMetadata } from "./find.js";
import { relationOf } from "./graph.js";
import type { StoredMemory } from "./graph.js";
import { isFactName, keptObservation, OBSERVATION, relationKey, TYPE } from "./statements.js";
import type { Relation } from "./statements.js";

/** Which of these names, in their normal form, are entities: they have a type or an observation. */
export async function knownAmong(context: ToolContext, names: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const predicate of [TYPE, OBSERVATION]) {
    const left = names.filter((name) => !known.has(normaliseName(name)));
    const facts = await factsNamed(context, "fact_subject", left, newRoom(), [["fact_predicate", predicate]]);
    for (const { fact } of facts) if (fact !== undefined) known.add(normaliseName(fact.subject));
  }
  return known;
}

/** The memories that say these things of an entity, by the text of the observation. */
export async function observationsAmong(
  context: ToolContext,
  name: string,
  texts: readonly string[],
): Promise<Map<string, StoredMemory[]>> {
  const room = newRoom();
  const short = await factsNamed(context, "fact_object", texts.filter(isFactName), room, [
    ["fact_subject", name],
    ["fact_predicate", OBSERVATION],
  ]);
  const refs = new Map(
    texts.filter((text) => !isFactName(text)).map((text) => [keptObservation(name, text).ref, text]),
  );
  const long = await withMetadata(context, "source_ref", [...refs.keys()], room);
  const found = new Map<string, StoredMemory[]>();
  for (const memory of [...short, ...long]) {
    const ref = memory.metadata["source_ref"];
    const text = memory.fact?.object ?? (typeof ref === "string" ? refs.get(ref) : undefined);
    // Names are compared without case, and observations as they are.
    if (text === undefined || !texts.includes(text)) continue;
    found.set(text, [...(found.get(text) ?? []), memory]);
  }
  return found;
}

/** The memories that say these relations, by {@link relationKey}. */
export async function relationsAmong(
  context: ToolContext,
  relations: readonly Relation[],
): Promise<Map<string, StoredMemory[]>> {
  const asked = new Set(relations.map(relationKey));
  const found = new Map<string, StoredMemory[]>();
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of relations) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  for (const [from, names] of targets) {
    const facts = await factsNamed(context, "fact_object", [...names], newRoom(), [["fact_subject", from]]);
    for (const memory of facts) {
      if (memory.fact === undefined) continue;
      const key = relationKey(relationOf(memory.fact));
      if (asked.has(key)) found.set(key, [...(found.get(key) ?? []), memory]);
    }
  }
  return found;
}
