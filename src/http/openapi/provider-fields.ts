import type { JsonValue } from "../../domain/json.js";
import { readStrictJson } from "../../domain/strict-json.js";

/** Chat models answer with these roles too. */
const ROLES_OF_PROVIDERS: Readonly<Record<string, string>> = { function: "tool" };

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** By null or an empty list (`refusal: null`, `annotations: []`) a provider says that there is nothing. */
function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** What of an object stays, and what goes to its metadata. */
export interface KnownFields {
  readonly all: ReadonlySet<string>;
  /** Left out where they are empty. */
  readonly optional: ReadonlySet<string>;
}

/**
 * Fields that aren't known become members of `metadata`, unless they are empty; one whose name metadata has already
 * stays where it is, and is refused.
 */
export function moveToMetadata(value: unknown, { all, optional }: KnownFields): unknown {
  if (!isFields(value)) return value;
  const { metadata } = value;
  const fields: [string, unknown][] = [];
  const moved: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    if (all.has(name)) {
      if (!optional.has(name) || !isEmpty(field)) fields.push([name, field]);
    } else if (!isEmpty(field)) {
      const clashes = isFields(metadata) ? Object.hasOwn(metadata, name) : !isEmpty(metadata ?? null);
      (clashes ? fields : moved).push([name, field]);
    }
  }
  if (moved.length > 0) {
    const given = isFields(metadata) ? Object.entries(metadata) : [];
    fields.push(["metadata", Object.fromEntries([...given, ...moved])]);
  }
  return Object.fromEntries(fields);
}

const OPTIONAL = ["id", "tool_calls", "tool_call_id", "name", "timestamp", "metadata"];
const MESSAGE: KnownFields = {
  all: new Set(["role", "content", ...OPTIONAL]),
  optional: new Set(OPTIONAL),
};

/** A message as providers give it, in the fields of one here. */
export function messageOfProvider(given: unknown): unknown {
  if (!isFields(given)) return given;
  const { role, tool_calls } = given;
  const known = typeof role === "string" && Object.hasOwn(ROLES_OF_PROVIDERS, role);
  const calls = Array.isArray(tool_calls) ? tool_calls.map(callOfProvider) : undefined;
  const more = calls?.flatMap((call) => call.more ?? []) ?? [];
  const message = {
    ...given,
    ...(known ? { role: ROLES_OF_PROVIDERS[role] } : {}),
    ...(calls === undefined ? {} : { tool_calls: calls.map(({ call }) => call) }),
  };
  const moved = moveToMetadata(message, MESSAGE);
  if (more.length === 0 || !isFields(moved)) return moved;
  const { metadata = {} } = moved;
  // Metadata of a caller's own comes first.
  return isFields(metadata) && !Object.hasOwn(metadata, "tool_calls")
    ? { ...moved, metadata: { ...metadata, tool_calls: more } }
    : moved;
}

const CALL: ReadonlySet<string> = new Set(["id", "name", "arguments"]);
/** Its place in a stream, and what it can only be. */
const PASSING: ReadonlySet<string> = new Set(["index", "type"]);

/** A call in the fields of one here; `more`: what else is said of it, with its id. */
function callOfProvider(given: unknown, index: number): { readonly call: unknown; readonly more?: object } {
  const flat = callOfOpenAi(given);
  if (!isFields(flat)) return { call: flat };
  // Some providers give calls no id. The answer to one has its place.
  const id = isEmpty(flat["id"] ?? null) || flat["id"] === "" ? `call-${index}` : flat["id"];
  const entries = Object.entries(flat).filter(([name, value]) => name === "arguments" || !isEmpty(value));
  const more = entries.filter(([name]) => !CALL.has(name) && !PASSING.has(name));
  const call = { ...Object.fromEntries(entries.filter(([name]) => CALL.has(name))), id };
  return more.length === 0 ? { call } : { call, more: { id, ...Object.fromEntries(more) } };
}

/** A call of OpenAI's chat completions, whose function is inside, as one object. */
export function callOfOpenAi(value: unknown): unknown {
  if (!isFields(value) || value["type"] !== "function") return value;
  const { type: _, function: called, ...rest } = value;
  if (!isFields(called)) return value;
  return typeof called["arguments"] === "string"
    ? { ...rest, ...called, arguments: parsed(called["arguments"]) }
    : { ...rest, ...called };
}

/** What a model wrote stays a text if it is no JSON, or if reading it would lose something. */
function parsed(json: string): unknown {
  try {
    const { value, loss } = readStrictJson(json);
    return loss === undefined ? value : json;
  } catch {
    return json;
  }
}

/** JSON with U+FFFD for each lone surrogate, which has no UTF-8. The same value if it has none. */
export function toWellFormed<Value extends JsonValue | undefined>(value: Value): Value;
export function toWellFormed(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const elements = value.map(toWellFormed);
    return elements.every((element, index) => element === value[index]) ? value : elements;
  }
  const entries = Object.entries(value);
  const members = entries.map(([name, member]): [string, JsonValue] => [
    name.toWellFormed(),
    toWellFormed(member),
  ]);
  const same = members.every(([name, member], index) => {
    const [before, was] = entries[index] ?? [];
    return name === before && member === was;
  });
  return same ? value : Object.fromEntries(members);
}

/** Fields of an object with lone surrogates replaced, and the names of those that had some. */
export function replaceSurrogates<Value extends object, Name extends keyof Value & string>(
  value: Value,
  names: readonly Name[],
): Value & { readonly replaced?: readonly string[] } {
  const changed = names.flatMap((name): [Name, unknown][] => {
    // Fields that hold JSON: their schemas say so.
    const before = value[name] as JsonValue | undefined;
    const after = toWellFormed(before);
    return after === before ? [] : [[name, after]];
  });
  if (changed.length === 0) return value;
  return { ...value, ...Object.fromEntries(changed), replaced: changed.map(([name]) => name) };
}
