import {
  isFactName,
  keptObservation,
  keptRelation,
  keptType,
  observationContent,
  REFERENCE,
} from "../../../../src/mcp/reference/statements.js";
import type { Kept } from "../../../../src/mcp/reference/statements.js";
import { memoriesOf, memoryOf } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { linesOf } from "../input/reading.js";
import type { Item, Source } from "../source.js";
import { fieldsOf, listAt, own, textAt, textOf } from "../values.js";
import type { Fields } from "../values.js";

/** The knowledge graph of the reference memory server of MCP: entities with observations, and relations. */
export const mcpMemory: Source = {
  title: "MCP memory server (memory.jsonl)",
  isFile: (name) => /\.jsonl?$/.test(name),
  read: linesOf(REFERENCE, itemsOf),
};

function* itemsOf(origin: Origin, where: string, value: unknown): Generator<Item> {
  const record = fieldsOf(value);
  switch (own(record, "type")) {
    case "entity":
      return yield* entityItems(origin, where, record);
    case "relation":
      return yield relationItem(origin, where, record);
    default:
      yield { kind: "failed", where, reason: "it is neither an entity nor a relation" };
  }
}

/** An entity's type is a fact; so is each observation that is short enough for one. */
function* entityItems(origin: Origin, where: string, record: Fields | undefined): Generator<Item> {
  const name = textAt(record, "name");
  if (name === undefined || !isFactName(name)) {
    yield { kind: "failed", where, reason: "its name is missing or too long" };
    return;
  }
  const type = textAt(record, "entityType");
  if (type !== undefined && isFactName(type)) yield factItem(origin, where, keptType(name, type));
  for (const each of listAt(record, "observations")) {
    const text = textOf(each);
    if (text === undefined) {
      yield { kind: "failed", where, reason: "an observation isn't a text" };
      continue;
    }
    const { ref, entity, fact } = keptObservation(name, text);
    const draft = { memory_type: "semantic", ...(fact === undefined ? {} : { fact }) } as const;
    yield* memoriesOf(origin, { where, ref, about: { entity }, draft }, observationContent(name, text));
  }
}

function relationItem(origin: Origin, where: string, record: Fields | undefined): Item {
  const [from, relationType, to] = ["from", "relationType", "to"].map((name) => textAt(record, name));
  if (from === undefined || relationType === undefined || to === undefined) {
    return { kind: "failed", where, reason: "from, to or relationType is missing" };
  }
  if (![from, relationType, to].every(isFactName)) {
    return { kind: "failed", where, reason: "from, to or relationType is too long" };
  }
  return factItem(origin, where, keptRelation({ from, relationType, to }));
}

function factItem(origin: Origin, where: string, { ref, fact }: Kept): Item {
  const draft = { memory_type: "semantic", ...(fact === undefined ? {} : { fact }) } as const;
  return memoryOf(origin, { where, ref, draft }, undefined);
}
