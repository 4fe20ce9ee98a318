import { notStored, problemWith } from "../saver/lossless.js";

/**
 * How a value is written: `plain` as the item's metadata, each of its fields to be filtered on; `json` as JSON text, where
 * it is too large or too deep for that; `langgraph` as LangGraph's serializer writes what JSON has no form for.
 */
export type Form = "plain" | "json" | "langgraph";

/** What the service takes as metadata. */
const PLAIN_BYTES = 64 * 1024;
const PLAIN_DEPTH = 16;
const PLAIN_LEAVES = 1024;

/** The field that says that the others aren't the value's own, and the one of a part of a value. A value with them is never plain. */
export const MARK = "mneme:value";
export const PART = "mneme:part";

/** Throws a TypeError that names `what`, for a value that would read as another one. */
export function formOf(what: string, value: object): Form {
  const { refused, instances, records } = readable(what, () => lookedThrough(value));
  if (refused !== undefined) throw notStored(what, problemWith(value, "langgraph") ?? refused);
  if (!instances && problemWith(value, "json") === undefined) return isPlain(value) ? "plain" : "json";
  const problem = problemWith(value, "langgraph");
  if (problem !== undefined) throw notStored(what, problem);
  if (records) throw notStored(what, MIXED);
  return "langgraph";
}

/** A getter or a proxy of the caller's may throw. */
function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw notStored(
      what,
      `a member can't be read (${error instanceof Error ? error.message : String(error)})`,
      error,
    );
  }
}

const MIXED =
  'it holds both what only LangGraph\'s serializer keeps and an object with the member "lc": 1 or 2, which that would read as an instance of a class. Rename the member.';

interface Looked {
  /** What a serializer would write as something else, as a sentence. */
  readonly refused: string | undefined;
  /** Messages of LangChain or the like, which only LangGraph's serializer reads back. */
  readonly instances: boolean;
  /** Plain objects that LangGraph's serializer would make instances of. */
  readonly records: boolean;
}

function lookedThrough(root: object): Looked {
  let instances = false;
  let records = false;
  const seen = new Set<object>([root]);
  for (const value of seen) {
    if (isLangChains(value)) instances = true;
    else if ("toJSON" in value && typeof value.toJSON === "function") {
      const refused = `it holds a ${value.constructor?.name ?? "value"} with toJSON, which would be read as what that gives. Convert it first.`;
      return { refused, instances, records };
    } else if (isRecord(value)) records = true;
    if (ArrayBuffer.isView(value)) continue;
    const children =
      value instanceof Map ? [...value].flat() : value instanceof Set ? value : Object.values(value);
    for (const child of children) if (typeof child === "object" && child !== null) seen.add(child as object);
  }
  return { refused: undefined, instances, records };
}

const isRecord = (value: object): boolean =>
  Object.hasOwn(value, "lc") && "lc" in value && (value.lc === 1 || value.lc === 2);

const isLangChains = (value: object): boolean => "lc_serializable" in value && value.lc_serializable === true;

function isPlain(value: object): boolean {
  if (Object.hasOwn(value, MARK) || Object.hasOwn(value, PART)) return false;
  let leaves = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const containers = level.filter((each): each is object => typeof each === "object" && each !== null);
    leaves += level.length - containers.length;
    if (leaves > PLAIN_LEAVES || (depth >= PLAIN_DEPTH && containers.length > 0)) return false;
    if (!level.every((each) => typeof each !== "string" || each.isWellFormed())) return false;
    if (!containers.every((each) => Object.keys(each).every((name) => name.isWellFormed()))) return false;
    level = containers.flatMap((each) => Object.values(each));
  }
  return Buffer.byteLength(JSON.stringify(value)) <= PLAIN_BYTES;
}
