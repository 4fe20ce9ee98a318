import { LIMITS } from "../../../../src/domain/limits.js";
import { hashedRef, memoriesOf, memoryOf, shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { jsonLinesOf } from "../input/json-lines.js";
import type { Item, Meter, Source, SourceInput } from "../source.js";
import { fieldsOf, listAt, own, textAt, textOf } from "../values.js";
import type { Fields } from "../values.js";

const NAME = "mcp-memory";

/** The knowledge graph of the reference memory server of MCP: entities with observations, and relations. */
export const mcpMemory: Source = {
  title: "MCP memory server (memory.jsonl)",
  isFile: (name) => /\.jsonl?$/.test(name),
  read,
};

async function* read({ files, trust }: SourceInput, meter: Meter): AsyncGenerator<Item> {
  const origin = { source: NAME, trust };
  for (const file of files) {
    for await (const { where, value, problem } of jsonLinesOf(file, meter)) {
      if (problem !== undefined) yield { kind: "failed", where, reason: problem };
      else yield* itemsOf(origin, where, value);
    }
  }
}

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
  if (name === undefined || !isName(name)) {
    yield { kind: "failed", where, reason: "its name is missing or too long" };
    return;
  }
  const type = textAt(record, "entityType");
  if (type !== undefined && isName(type)) {
    yield fact(origin, where, ["type", name, type], { subject: name, predicate: "is_a", object: type });
  }
  for (const each of listAt(record, "observations")) {
    const text = textOf(each);
    if (text === undefined) {
      yield { kind: "failed", where, reason: "an observation isn't a text" };
      continue;
    }
    const ref = hashedRef(NAME, "observation", name, text);
    const statement = isName(text) ? { subject: name, predicate: "observation", object: text } : undefined;
    const draft = {
      memory_type: "semantic",
      ...(statement === undefined ? {} : { fact: statement }),
    } as const;
    yield* memoriesOf(origin, { where, ref, about: { entity: shortName(name) }, draft }, `${name}: ${text}`);
  }
}

function relationItem(origin: Origin, where: string, record: Fields | undefined): Item {
  const [subject, predicate, object] = ["from", "relationType", "to"].map((name) => textAt(record, name));
  if (subject === undefined || predicate === undefined || object === undefined) {
    return { kind: "failed", where, reason: "from, to or relationType is missing" };
  }
  if (![subject, predicate, object].every(isName)) {
    return { kind: "failed", where, reason: "from, to or relationType is too long" };
  }
  return fact(origin, where, ["relation", subject, predicate, object], { subject, predicate, object });
}

function fact(
  origin: Origin,
  where: string,
  parts: readonly string[],
  statement: { readonly subject: string; readonly predicate: string; readonly object: string },
): Item {
  const draft = { memory_type: "semantic", fact: statement } as const;
  return memoryOf(origin, { where, ref: hashedRef(NAME, ...parts), draft }, undefined);
}

const isName = (text: string): boolean => Buffer.byteLength(text) <= LIMITS.identifierBytes;
