import type { JsonObject, JsonValue } from "../domain/json.js";
import { OpaqueValue } from "./ports.js";

/**
 * What of a checkpoint is shown. What is left out is always described: a cut text by its size and its beginning, the
 * rest of a list by its length.
 */
const TEXT_CHARACTERS = 16_384;
const SHOWN_CHARACTERS = 1_024;
const ENTRIES = 1_000;
const DEPTH = 48;

/** How much may still be shown, in characters of JSON, of all that one answer holds. */
export interface Allowance {
  left: number;
}

export const newAllowance = (): Allowance => ({ left: 2_000_000 });

/**
 * Shows as JSON what LangGraph's serializer wrote: a message by its type and fields, what JSON has no form for (bytes,
 * undefined, a Map, a Set, an Error) as `{ "$type": … }`. Reads the serializer's records as data: nothing is called.
 */
export function describeValue(value: unknown, allowance: Allowance, depth = 0): JsonValue {
  if (allowance.left <= 0) return { $type: "omitted", $reason: "size" };
  if (depth > DEPTH) return { $type: "omitted", $reason: "depth" };
  if (typeof value === "string") return describeText(value, allowance);
  allowance.left -= 8;
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (value instanceof OpaqueValue) return { $type: value.type, bytes: value.bytes };
  if (Array.isArray(value)) return describeList(value, allowance, depth);
  if (typeof value !== "object") return { $type: typeof value };
  const record: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  if (record.get("lc") === 1 && record.get("type") === "constructor") {
    return describeLangChain(record, allowance, depth);
  }
  if (record.get("lc") === 2) return describeRecord(record, allowance, depth);
  return describeFields(record, allowance, depth);
}

function describeText(text: string, allowance: Allowance): JsonValue {
  const shown = text.length <= TEXT_CHARACTERS && text.length <= allowance.left ? text : undefined;
  allowance.left -= shown?.length ?? SHOWN_CHARACTERS;
  if (shown !== undefined && shown.isWellFormed()) return shown;
  const beginning = text.slice(0, SHOWN_CHARACTERS).toWellFormed();
  return { $type: "string", bytes: Buffer.byteLength(text), beginning };
}

function describeList(list: readonly unknown[], allowance: Allowance, depth: number): JsonValue {
  const shown: JsonValue[] = [];
  for (const element of list) {
    if (shown.length === ENTRIES || allowance.left <= 0) break;
    shown.push(describeValue(element, allowance, depth + 1));
  }
  return shown.length === list.length
    ? shown
    : [...shown, { $type: "omitted", elements: list.length - shown.length }];
}

function describeFields(
  record: ReadonlyMap<string, unknown>,
  allowance: Allowance,
  depth: number,
): JsonObject {
  const shown: [string, JsonValue][] = [];
  for (const [name, value] of record) {
    if (shown.length === ENTRIES || allowance.left <= 0) break;
    allowance.left -= name.length;
    shown.push([name.toWellFormed(), describeValue(value, allowance, depth + 1)]);
  }
  if (shown.length < record.size)
    shown.push(["$omitted", { $type: "omitted", fields: record.size - shown.length }]);
  return Object.fromEntries(shown);
}

/** A message, mostly: `{ lc: 1, type: "constructor", id: [..., "HumanMessage"], kwargs: { content, … } }`. */
function describeLangChain(
  record: ReadonlyMap<string, unknown>,
  allowance: Allowance,
  depth: number,
): JsonValue {
  const id = record.get("id");
  const kwargs = record.get("kwargs");
  const fields = new Map(Object.entries(typeof kwargs === "object" && kwargs !== null ? kwargs : {}));
  // Empty for most messages, and noise for a reader.
  const told = [...fields].filter(([, value]) => !isEmpty(value));
  return { $type: nameOf(id), ...describeFields(new Map(told), allowance, depth) };
}

/** What LangGraph's serializer writes for what isn't JSON. */
function describeRecord(
  record: ReadonlyMap<string, unknown>,
  allowance: Allowance,
  depth: number,
): JsonValue {
  const type = record.get("type");
  if (type === "undefined") return { $type: "undefined" };
  if (type === "delta_snapshot") {
    return { $type: "DeltaSnapshot", value: describeValue(record.get("value"), allowance, depth + 1) };
  }
  const name = nameOf(record.get("id"));
  const args = record.get("args");
  const [first, second] = Array.isArray(args) ? args : [];
  if (name === "Uint8Array" && Array.isArray(first)) return { $type: name, bytes: first.length };
  if (name === "Map" && Array.isArray(first)) {
    return { $type: name, entries: describeList(first, allowance, depth) };
  }
  if (name === "Set" && Array.isArray(first)) {
    return { $type: name, values: describeList(first, allowance, depth) };
  }
  if (name === "RegExp") return { $type: name, pattern: `/${String(first)}/${String(second)}` };
  if (name === "Error") return { $type: name, message: describeValue(first, allowance, depth + 1) };
  return { $type: name, args: describeValue(args, allowance, depth + 1) };
}

function nameOf(id: unknown): string {
  const name: unknown = Array.isArray(id) ? id.at(-1) : undefined;
  return typeof name === "string" ? name.slice(0, 128).toWellFormed() : "unknown";
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === undefined;
  return Object.keys(value).length === 0;
}
