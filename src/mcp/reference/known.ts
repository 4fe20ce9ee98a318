import { normaliseName } from "../../domain/normalise-name.js";
import { ApiRefusal } from "../api.js";
import type { ToolContext } from "../tool.js";
import { factsNamed, factsSaying, searchingRoom, withMetadata } from "./find.js";
import type { Room } from "./find.js";
import { relationOf } from "./graph.js";
import type { StoredMemory } from "./graph.js";
import { isFactName, keptObservation, OBSERVATION, relationKey, TYPE } from "./statements.js";
import type { Relation } from "./statements.js";

/** Which of these names, in their normal form, are entities: they have a type or an observation. */
export async function knownAmong(context: ToolContext, names: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  const room = searchingRoom();
  for (const predicate of [TYPE, OBSERVATION]) {
    const left = names.filter((name) => !known.has(normaliseName(name)));
    await factsNamed(context, "fact_subject", left, room, [["fact_predicate", predicate]], {
      // One fact of each name is enough.
      wanted: ({ fact }) => {
        const name = fact === undefined ? undefined : normaliseName(fact.subject);
        const isNew = name !== undefined && !known.has(name);
        if (isNew) known.add(name);
        return isNew;
      },
      enough: () => left.every((name) => known.has(normaliseName(name))),
    });
  }
  refuseUnread(room);
  return known;
}

/** Texts that are said of an entity. */
interface Said {
  readonly entityName: string;
  readonly texts: readonly string[];
}

/** The memories that say these things of entities, by {@link saidKey}. */
export async function observationsAmong(
  context: ToolContext,
  said: readonly Said[],
): Promise<Map<string, StoredMemory[]>> {
  const room = searchingRoom();
  const each = said.flatMap(({ entityName, texts }) => texts.map((text) => ({ entityName, text })));
  const asked = new Set(each.map(({ entityName, text }) => saidKey(entityName, text)));
  const facts = await factsSaying(
    context,
    each
      .filter(({ text }) => isFactName(text))
      .map(({ entityName, text }) => ({ subject: entityName, predicate: OBSERVATION, object: text })),
    room,
  );
  const refs = new Map(
    each
      .filter(({ text }) => !isFactName(text))
      .map(({ entityName, text }) => [keptObservation(entityName, text).ref, saidKey(entityName, text)]),
  );
  const long = await withMetadata(context, "source_ref", [...refs.keys()], room);
  refuseUnread(room);
  const found = new Map<string, StoredMemory[]>();
  for (const memory of [...facts, ...long]) {
    const { fact, metadata } = memory;
    const ref = metadata["source_ref"];
    const key =
      fact === undefined
        ? typeof ref === "string" && refs.get(ref)
        : // Names are compared without case, and observations as they are.
          saidKey(fact.subject, fact.object);
    if (typeof key === "string" && asked.has(key)) found.set(key, [...(found.get(key) ?? []), memory]);
  }
  return found;
}

/** A key by which equal observations are equal. */
export const saidKey = (entityName: string, text: string): string =>
  JSON.stringify([normaliseName(entityName), text]);

/** The memories that say these relations, by {@link relationKey}. */
export async function relationsAmong(
  context: ToolContext,
  relations: readonly Relation[],
): Promise<Map<string, StoredMemory[]>> {
  const room = searchingRoom();
  const facts = await factsSaying(
    context,
    relations.map(({ from, relationType, to }) => ({ subject: from, predicate: relationType, object: to })),
    room,
  );
  refuseUnread(room);
  const found = new Map<string, StoredMemory[]>();
  for (const memory of facts) {
    if (memory.fact === undefined) continue;
    const key = relationKey(relationOf(memory.fact));
    found.set(key, [...(found.get(key) ?? []), memory]);
  }
  return found;
}

/** What wasn't read would be taken for unknown: stored again, or not deleted. */
function refuseUnread({ full }: Room): void {
  if (!full) return;
  throw new ApiRefusal(
    "Nothing was changed. Too many facts have these names, so not all were examined. Name fewer in one call.",
  );
}
