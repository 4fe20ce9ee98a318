import { DeltaSnapshot } from "@langchain/langgraph-checkpoint";

/** The serializer of a value: LangGraph's knows a few types that JSON doesn't. */
export type Writer = "langgraph" | "json";

/**
 * Throws, naming `what`, if a serializer would store something other than the value.
 *
 * LangGraph's serializer drops functions and symbols, writes NaN as null and a circle as a word. If it can't write JSON
 * at all, it stores a sentence of apology in place of the whole value. A value with `toJSON` is stored as the result of
 * that, and an instance of a class as its fields.
 */
export function assertLossless(what: string, value: unknown, writer: Writer): void {
  const problem = problemWith(value, writer);
  if (problem !== undefined) throw notStored(what, problem);
}

/** A value that wouldn't come back as it is. */
export class NotStoredError extends TypeError {
  constructor(what: string, reason: string, cause?: unknown) {
    super(`${what} can't be stored: ${reason}`, { cause });
  }
}

export const notStored = (what: string, reason: string, cause?: unknown): NotStoredError =>
  new NotStoredError(what, reason, cause);

/** Runs a serializer; if it fails, the error names what it was to write. */
export async function naming<T>(what: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw notStored(what, error instanceof Error ? error.message : String(error), error);
  }
}

interface Node {
  readonly value: object;
  readonly key: string | number;
  readonly parent: Node | undefined;
  /** Its children follow on the stack; values after them aren't descendants. */
  entered: boolean;
}

/** What a serializer would write as something else, as a sentence. Iterative: a value may be nested deeper than the call stack is. */
export function problemWith(root: unknown, writer: Writer): string | undefined {
  const ancestors = new Set<object>();
  const open: Node[] = [];

  const visit = (given: unknown, key: string | number, parent: Node | undefined): string | undefined => {
    let value = given;
    try {
      value = written(given, String(key));
    } catch (error) {
      return at(`toJSON failed (${messageOf(error)})`, key, parent);
    }
    // It writes this key, but reading gives the object another prototype instead.
    const lost = key === "__proto__" && writer === "langgraph";
    const problem = lost ? "an object key can't be named __proto__" : problemOf(value, writer, parent);
    if (problem !== undefined) return at(problem, key, parent);
    if (typeof value !== "object" || value === null || isLeaf(value)) return undefined;
    if (ancestors.has(value)) return at("it contains itself (a cycle)", key, parent);
    open.push({ value, key, parent, entered: false });
    return undefined;
  };

  const first = visit(root, "", undefined);
  if (first !== undefined) return first;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.entered) {
      ancestors.delete(node.value);
      continue;
    }
    // A sibling further down the stack may be this same object: that isn't a circle.
    if (ancestors.has(node.value)) return at("it contains itself (a cycle)", node.key, node.parent);
    node.entered = true;
    ancestors.add(node.value);
    open.push(node);
    try {
      for (const [key, child] of childrenOf(node.value)) {
        const problem = visit(child, key, node);
        if (problem !== undefined) return problem;
      }
    } catch (error) {
      return at(`a property can't be read (${messageOf(error)})`, node.key, node.parent);
    }
  }
  return undefined;
}

/** The value that JSON would write. */
function written(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !("toJSON" in value)) return value;
  const { toJSON } = value;
  return typeof toJSON === "function" ? (toJSON.call(value, key) as unknown) : value;
}

function problemOf(value: unknown, writer: Writer, parent: Node | undefined): string | undefined {
  switch (typeof value) {
    case "bigint":
      return "JSON has no BigInt";
    case "function":
      return "JSON has no functions";
    case "symbol":
      return "JSON has no symbols";
    case "number":
      return Number.isFinite(value) ? undefined : `JSON has no ${value}`;
    case "undefined":
      // In an object it is dropped, which reads the same.
      return writer === "json" && Array.isArray(parent?.value) ? "JSON has no undefined" : undefined;
    case "object":
      return value === null ? undefined : problemOfObject(value, writer);
    default:
      return undefined;
  }
}

function problemOfObject(value: object, writer: Writer): string | undefined {
  if (ArrayBuffer.isView(value)) {
    return writer === "langgraph" && value instanceof Uint8Array ? undefined : noForm(value);
  }
  const known =
    value instanceof Map || value instanceof Set || value instanceof RegExp || value instanceof Error;
  if (known) return writer === "langgraph" ? undefined : noForm(value);
  return UNWRITABLE.some((type) => value instanceof type) ? noForm(value) : undefined;
}

const noForm = (value: object): string => `JSON has no ${value.constructor.name}`;

/** JSON makes `{}` of these. */
const UNWRITABLE = [ArrayBuffer, SharedArrayBuffer, Promise, WeakMap, WeakSet, WeakRef];

/** LangGraph's serializer writes these by itself. */
function isLeaf(value: object): boolean {
  return value instanceof Uint8Array || value instanceof RegExp || value instanceof Error;
}

function childrenOf(value: object): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Map)
    return [...value].flatMap(([key, child]) => [["key", key] as const, [String(key), child] as const]);
  if (value instanceof Set) return [...value].entries();
  if (value instanceof DeltaSnapshot) return [["value", value.value]];
  return Object.entries(value);
}

function at(reason: string, key: string | number, parent: Node | undefined): string {
  if (parent === undefined) return `${reason}.`;
  const path = [key];
  for (let node: Node | undefined = parent; node?.parent !== undefined; node = node.parent)
    path.push(node.key);
  return `${reason}, at ${path.toReversed().slice(0, MAX_STEPS).join(".").slice(0, MAX_PATH)}.`;
}

const MAX_STEPS = 32;
const MAX_PATH = 200;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
