import { LIMITS } from "../../../../src/domain/limits.js";
import { memoriesOf, memoryOf, refOf } from "../drafts.js";
import type { Origin, SourceRecord } from "../drafts.js";
import { jsonLinesOf } from "../input/json-lines.js";
import type { Draft, Item, Source } from "../source.js";
import { fieldsOf, listAt, objectAt, own, textAt, textOf, timeOf } from "../values.js";
import type { Fields } from "../values.js";
import { lastLines, leftFor } from "./last-lines.js";
import type { LastLines } from "./last-lines.js";

const NAME = "mneme-export";

/** The memories of an export, written as new ones: what restores them as they were is the import of an export. */
export const mnemeExport: Source = {
  title: "memories of an export, as new ones",
  isFile: (name) => name.endsWith(".jsonl"),
  async *read({ files, trust }, meter) {
    const last = await lastLines(files);
    let position = 0;
    for (const file of files) {
      for await (const { where, value, problem } of jsonLinesOf(file, meter)) {
        position++;
        if (problem !== undefined) yield { kind: "failed", where, reason: problem };
        else yield* itemsOf({ source: NAME, trust }, { where, position, last }, fieldsOf(value));
      }
    }
  },
};

interface Place {
  readonly where: string;
  readonly position: number;
  readonly last: LastLines;
}

function* itemsOf(
  origin: Origin,
  { where, position, last }: Place,
  line: Fields | undefined,
): Generator<Item> {
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
  } else {
    const reason = leftFor(last, line, position) ?? heldBack(memory);
    if (reason !== undefined) yield { kind: "skipped", where, reason };
    else yield* memoryItems(origin, { where, id, type }, memory);
  }
}

/** Why no recall finds the memory where it comes from; undefined: one does. */
function heldBack(memory: Fields): string | undefined {
  if (typeof own(memory, "superseded_at") === "number") return "superseded";
  if (own(memory, "quarantined") === true) return "in quarantine";
  const end = own(memory, "expires_at");
  return typeof end === "number" && end <= Date.now() ? "expired" : undefined;
}

/** What is left of the life that its writer or its origin gave it; that of its type is for the new namespace to say. */
function secondsLeft(memory: Fields): number | undefined {
  const end = own(memory, "expires_at");
  const given =
    textAt(objectAt(memory, "lifetime"), "by") !== "type" || objectAt(memory, "origin") !== undefined;
  if (typeof end !== "number" || !given) return undefined;
  return Math.min(Math.max(1, Math.ceil((end - Date.now()) / 1000)), LIMITS.ttlSeconds);
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
  const ttl = secondsLeft(memory);
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
      ...(ttl === undefined ? {} : { ttl_seconds: ttl }),
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
