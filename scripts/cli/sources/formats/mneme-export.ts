import { memoriesOf, memoryOf, refOf } from "../drafts.js";
import type { Origin, SourceRecord } from "../drafts.js";
import { linesOf } from "../input/reading.js";
import type { Draft, Item, Source } from "../source.js";
import { fieldsOf, listAt, objectAt, own, textAt, textOf, timeOf } from "../values.js";
import type { Fields } from "../values.js";

const NAME = "mneme-export";

/** The memories of an export, written as new ones: what restores them as they were is the import of an export. */
export const mnemeExport: Source = {
  title: "memories of an export, as new ones",
  isFile: (name) => name.endsWith(".jsonl"),
  read: linesOf(NAME, itemsOf),
};

function* itemsOf(origin: Origin, where: string, value: unknown): Generator<Item> {
  const line = fieldsOf(value);
  const kind = textAt(line, "kind");
  // Neither is a record.
  if (kind === "manifest" || kind === "part" || kind === "trailer") return;
  const memory = objectAt(line, "memory");
  const id = textAt(memory, "id");
  const type = own(memory, "memory_type");
  if (kind !== "memory" || memory === undefined) {
    yield { kind: "skipped", where, reason: `a line of kind ${kind ?? "missing"}` };
  } else if (id === undefined || (type !== "episodic" && type !== "semantic" && type !== "procedural")) {
    yield { kind: "failed", where, reason: "its id or memory_type is missing" };
  } else if (typeof own(memory, "superseded_at") === "number") {
    yield { kind: "skipped", where, reason: "superseded" };
  } else yield* memoryItems(origin, { where, id, type }, memory);
}

function* memoryItems(
  origin: Origin,
  {
    where,
    id,
    type,
  }: { readonly where: string; readonly id: string; readonly type: "episodic" | "semantic" | "procedural" },
  memory: Fields,
): Generator<Item> {
  const text = textAt(memory, "content");
  const statement = factOf(objectAt(memory, "fact"));
  if (text === undefined && statement === undefined) {
    return yield { kind: "skipped", where, reason: "without a text" };
  }
  const [from, to, time] = ["valid_from", "valid_to", "timestamp"].map((name) => momentOf(own(memory, name)));
  const importance = own(memory, "importance");
  const session = textAt(memory, "session_id");
  const metadata = objectAt(memory, "metadata");
  const record: SourceRecord = {
    where,
    ref: refOf(NAME, id),
    about: metadata ?? {},
    draft: {
      memory_type: type,
      ...(statement === undefined ? {} : { fact: statement }),
      ...(session === undefined ? {} : { session_id: session }),
      ...(from === undefined ? {} : { valid_from: from }),
      ...(to === undefined ? {} : { valid_to: to }),
      ...(time === undefined ? {} : { timestamp: time }),
      ...(typeof importance === "number" ? { importance } : {}),
      ...(own(memory, "pinned") === true ? { pinned: true } : {}),
      tags: listAt(memory, "tags").flatMap((tag) => textOf(tag) ?? []),
    },
  };
  if (text === undefined) yield memoryOf(origin, record, undefined);
  else yield* memoriesOf(origin, record, text);
}

/** Milliseconds, of any year. */
function momentOf(value: unknown): string | undefined {
  const date = new Date(typeof value === "number" ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : timeOf(date.toISOString());
}

function factOf(fact: Fields | undefined): Draft["fact"] {
  const [subject, predicate, object] = ["subject", "predicate", "object"].map((name) => textAt(fact, name));
  if (subject === undefined || predicate === undefined || object === undefined) return undefined;
  const cardinality = own(fact, "cardinality");
  const confidence = own(fact, "confidence");
  return {
    subject,
    predicate,
    object,
    ...(cardinality === "one" || cardinality === "many" ? { cardinality } : {}),
    ...(typeof confidence === "number" ? { confidence } : {}),
  };
}
