import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";
import { notStored } from "../saver/lossless.js";
import { langchainObject } from "./messages.js";

/** The record in which LangGraph for Python writes a set, by its `id`. */
export const SET: readonly string[] = ["builtins", "set"];

type Fields = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

export interface Reading {
  /** What is read, for people. */
  readonly what: string;
  /** Gets a sentence for each object that is kept as a record, because JavaScript has no class for it. */
  readonly kept: string[];
  /** Whether an object with nothing but `__bytes__` stands for bytes. */
  readonly bytes: boolean;
}

const MAX_DEPTH = 512;
const MAX_PATH = 200;

/**
 * A value of JSON that LangGraph for Python wrote, as LangGraph for JavaScript has it. What neither has a counterpart nor
 * can be kept as a record throws.
 */
export function revive(reading: Reading, value: unknown, path: Path = []): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (path.length > MAX_DEPTH) throw notStored(reading.what, `it is nested deeper than ${MAX_DEPTH} levels.`);
  if (Array.isArray(value))
    return value.map((each: unknown, index) => revive(reading, each, [...path, index]));
  const fields = value as Fields;
  if (fields["lc"] === 1 || fields["lc"] === 2) return record(reading, fields, path);
  if (Object.hasOwn(fields, "__proto__"))
    throw notStored(reading.what, "an object key can't be named __proto__.");
  const names = Object.keys(fields);
  const { __bytes__: bytes } = fields;
  if (reading.bytes && names.length === 1 && typeof bytes === "string") {
    return new Uint8Array(Buffer.from(bytes, "base64"));
  }
  const revived = members(reading, fields, path);
  if (fields["__interrupt__"] === true && "value" in fields) return interrupt(revived);
  if (fields["__delta_snapshot__"] === true && names.length === 2 && "value" in fields) {
    return new DeltaSnapshot(revived["value"]);
  }
  if (fields["__send__"] === true && names.length === 3 && "node" in fields && "arg" in fields) {
    return { node: revived["node"], args: revived["arg"] };
  }
  return revived;
}

const members = (reading: Reading, fields: Fields, path: Path): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, each]) => [name, revive(reading, each, [...path, name])]),
  );

function interrupt(fields: Fields): Fields {
  const { __interrupt__: _, response_schema: schema, ...rest } = fields;
  return schema === undefined || schema === null ? rest : { ...rest, response_schema: schema };
}

function record(reading: Reading, fields: Fields, path: Path): unknown {
  const { lc, type, id } = fields;
  if (lc === 2 && type === "constructor" && isId(id)) {
    const set = String(id) === String(SET) ? itemsOfSet(fields) : undefined;
    if (set !== undefined) return new Set(set.map((each, index) => revive(reading, each, [...path, index])));
    keep(reading, id, path);
    return members(reading, fields, path);
  }
  if (lc === 1 && type === "constructor" && isId(id)) {
    const kwargs = fields["kwargs"] ?? {};
    if (typeof kwargs !== "object" || Array.isArray(kwargs))
      throw notStored(reading.what, `its ${id.join(".")} has no fields.`);
    insideMessage(reading, kwargs, [...path, "kwargs"]);
    return langchainObject(reading.what, id, kwargs as Fields);
  }
  if (lc === 1 && type === "not_implemented" && isId(id)) keep(reading, id, path);
  else if (READ_OTHERWISE.has(`${lc} ${String(type)}`))
    throw notStored(
      reading.what,
      `it holds an object with "lc": ${lc} and "type": ${JSON.stringify(type)}, which LangGraph for JavaScript would read as another one.`,
    );
  return members(reading, fields, path);
}

/** What LangGraph's serializer for JavaScript makes an object of. */
const READ_OTHERWISE: ReadonlySet<string> = new Set([
  "1 constructor",
  "2 constructor",
  "2 undefined",
  "2 delta_snapshot",
]);

const isId = (id: unknown): id is string[] =>
  Array.isArray(id) && id.length > 1 && id.every((part) => typeof part === "string");

function itemsOfSet({ args, kwargs }: Fields): readonly unknown[] | undefined {
  const items: unknown = Array.isArray(args) ? args[0] : (kwargs as Fields | undefined)?.["__set_items__"];
  return Array.isArray(items) ? items : undefined;
}

/** A message is written as JSON by LangChain, which doesn't know LangGraph's other types. */
function insideMessage(reading: Reading, value: unknown, path: Path): void {
  if (typeof value !== "object" || value === null) return;
  if (path.length > MAX_DEPTH) throw notStored(reading.what, `it is nested deeper than ${MAX_DEPTH} levels.`);
  if (value instanceof Uint8Array) throw notStored(reading.what, "it holds bytes in a message.");
  const { lc, type, id } = value as Fields;
  if (lc === 2 && type === "constructor" && isId(id)) keep(reading, id, path);
  else if (lc === 1 || lc === 2)
    throw notStored(reading.what, "it holds an object of LangChain inside of another one.");
  for (const [name, each] of Object.entries(value)) insideMessage(reading, each, [...path, name]);
}

function keep({ what, kept }: Reading, id: readonly string[], path: Path): void {
  const place = path.length === 0 ? "" : `, at ${path.join(".").slice(0, MAX_PATH)}`;
  kept.push(`${what} holds a ${id.join(".")} of Python, kept as a record${place}.`);
}
