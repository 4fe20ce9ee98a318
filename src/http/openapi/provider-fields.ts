import type { JsonValue } from "../../domain/json.js";
import { readStrictJson } from "../../domain/strict-json.js";

/** Chat models answer with these roles too. */
const ROLES_OF_PROVIDERS: Readonly<Record<string, string>> = { function: "tool" };

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A provider sends null or an empty list (`refusal: null`, `annotations: []`) for no value. */
function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** The fields of an object that stay. All others go to its metadata. */
interface KnownFields {
  readonly all: ReadonlySet<string>;
  /** Fields that are dropped when empty. */
  readonly optional: ReadonlySet<string>;
}

/** The member of metadata for what metadata has a member of that name for already. */
const ASIDE = "provider_fields";

/** Fields that aren't known become members of `metadata`, unless they are empty, and so does `more`. */
function moveToMetadata(
  value: Fields,
  { all, optional }: KnownFields,
  more: readonly (readonly [string, unknown])[],
): Fields {
  const fields: [string, unknown][] = [];
  const moved = [...more];
  for (const [name, field] of Object.entries(value)) {
    if (!all.has(name)) {
      if (!isEmpty(field)) moved.push([name, field]);
    } else if (!optional.has(name) || !isEmpty(field)) {
      fields.push([name, field]);
    }
  }
  return withMetadata(Object.fromEntries(fields), moved);
}

/**
 * Adds fields to the caller's metadata. A field whose name is taken goes to `provider_fields`. Metadata that isn't an
 * object stays as it is, and is refused; so is a field whose name is taken there too.
 */
function withMetadata(value: Fields, added: readonly (readonly [string, unknown])[]): Fields {
  const { metadata = {} } = value;
  if (added.length === 0 || !isFields(metadata)) return value;
  const free = added.filter(([name]) => !Object.hasOwn(metadata, name));
  const taken = added.filter(([name]) => Object.hasOwn(metadata, name));
  const all = { ...metadata, ...Object.fromEntries(free) };
  if (taken.length === 0) return { ...value, metadata: all };
  const aside: unknown = Object.hasOwn(all, ASIDE) ? all[ASIDE] : {};
  const kept = isFields(aside) ? taken.filter(([name]) => !Object.hasOwn(aside, name)) : [];
  const refused = taken.filter((each) => !kept.includes(each));
  return {
    ...value,
    ...Object.fromEntries(refused),
    metadata:
      isFields(aside) && kept.length > 0
        ? { ...all, [ASIDE]: { ...aside, ...Object.fromEntries(kept) } }
        : all,
  };
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
  return moveToMetadata(message, MESSAGE, more.length === 0 ? [] : [["tool_calls", more]]);
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

/** A model's text stays a text if it isn't JSON, or if reading it would lose something. */
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
