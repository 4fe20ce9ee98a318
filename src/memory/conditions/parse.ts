import type { JsonObject, JsonScalar, JsonValue } from "../../domain/json.js";
import { isJsonObject } from "../../domain/json.js";
import { jsonDepth } from "../model/metadata.js";
import type { Comparison, Condition } from "./condition.js";
import { COMPARISONS } from "./condition.js";
import { dateOf } from "./date.js";

/** The problem of a filter, and its place. */
export class FilterProblem extends Error {
  override readonly name = "FilterProblem";
  readonly place: readonly string[];

  constructor(place: readonly string[], message: string) {
    super(message);
    this.place = place;
  }
}

const LOGIC = ["and", "or", "not"] as const;
/** Operators at a field; each also works with a leading `$`. */
const OPERATORS = [...LOGIC, "eq", "ne", ...COMPARISONS, "in", "nin", "exists"] as const;
type Operator = (typeof OPERATORS)[number];

/** Its content mirrors the metadata, with any keys. */
const LITERAL = "$literal";
const ESCAPE = `To filter on metadata keys that are named like operators, put them inside ${LITERAL}.`;

export const EMPTY = "An empty object or array matches nothing. Omit it.";

/** Deeper than metadata can be, for the levels that operators add. */
const MAX_DEPTH = 48;

/**
 * Reads a filter on metadata. It mirrors the metadata, and each value may be a comparison:
 *
 * { "plan": "gold", "price": { "gte": 10, "lt": 20 }, "or": [{ "region": "eu" }, { "vip": { "exists": true } }] }
 *
 * A name with `$` is always an operator. Without it, `and`, `or` and `not` are operators at the top. Below a field, all
 * of them are operators if an object has nothing else: an object with both is refused, so that no filter is misread.
 * `$literal` holds a literal value. Throws a {@link FilterProblem}.
 */
export function parseCondition(filter: JsonObject): Condition {
  if (jsonDepth(filter, MAX_DEPTH) > MAX_DEPTH) {
    throw new FilterProblem([], `Must not be nested deeper than ${MAX_DEPTH} levels.`);
  }
  // No condition at all is allowed only here: everything fulfils it.
  return Object.keys(filter).length === 0 ? { kind: "all", of: [] } : parseObject(filter, [], []);
}

/** `path`: in the metadata; `place`: in the filter. */
function parseObject(object: JsonObject, path: readonly string[], place: readonly string[]): Condition {
  const entries = Object.entries(object);
  if (entries.length === 0) throw emptyAt(place);
  const words = entries.filter(([key]) => isWord(key, path));
  if (words.length > 0 && words.length < entries.length && path.length > 0) {
    const names = words.map(([key]) => key).join(", ");
    throw new FilterProblem(place, `Can't mix operators (${names}) with other keys. ${ESCAPE}`);
  }
  return all(
    entries.map(([key, value]) => {
      const here = [...place, key];
      if (key === LITERAL) return parseMirror(value, path, here);
      return isWord(key, path)
        ? parseOperator(operatorOf(key, here), value, path, here)
        : parseValue(value, [...path, key], here);
    }),
  );
}

/** Whether a key is an operator at this place. */
function isWord(key: string, path: readonly string[]): boolean {
  if (key.startsWith("$")) return true;
  return path.length === 0 ? LOGIC.some((word) => word === key) : isOperator(key);
}

const isOperator = (name: string): name is Operator => OPERATORS.some((operator) => operator === name);

function operatorOf(key: string, place: readonly string[]): Operator {
  const name = key.startsWith("$") ? key.slice(1) : key;
  if (isOperator(name)) return name;
  const known = [...OPERATORS.map((operator) => `$${operator}`), LITERAL].join(", ");
  throw new FilterProblem(place, `Unknown operator ${key}: there are ${known}. ${ESCAPE}`);
}

function parseValue(value: JsonValue, path: readonly string[], place: readonly string[]): Condition {
  if (isJsonObject(value)) return parseObject(value, path, place);
  if (!Array.isArray(value)) return equals(path, value, place);
  if (value.length === 0) throw emptyAt(place);
  return any(value.map((element, index) => parseValue(element, path, [...place, String(index)])));
}

/** As {@link parseValue}, without operators. */
function parseMirror(value: JsonValue, path: readonly string[], place: readonly string[]): Condition {
  if (isJsonObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) throw emptyAt(place);
    return all(entries.map(([key, child]) => parseMirror(child, [...path, key], [...place, key])));
  }
  if (!Array.isArray(value)) {
    if (path.length === 0) throw new FilterProblem(place, "Must be an object at the top of a filter.");
    return equals(path, value, place);
  }
  if (value.length === 0) throw emptyAt(place);
  return any(value.map((element, index) => parseMirror(element, path, [...place, String(index)])));
}

function parseOperator(
  operator: Operator,
  value: JsonValue,
  path: readonly string[],
  place: readonly string[],
): Condition {
  const wrong = (wanted: string): FilterProblem => new FilterProblem(place, `Must be ${wanted}. ${ESCAPE}`);
  if (operator === "and" || operator === "or") {
    if (!Array.isArray(value) || value.length === 0) throw wrong("an array of conditions that isn't empty");
    const parts = value.map((each, index) => parsePart(each, path, [...place, String(index)]));
    return operator === "and" ? all(parts) : any(parts);
  }
  if (operator === "not") return { kind: "not", of: parsePart(value, path, place) };
  if (path.length === 0) {
    throw new FilterProblem(
      place,
      `Needs a field around it, such as {"price": {"${operator}": …}}. ${ESCAPE}`,
    );
  }
  switch (operator) {
    case "eq":
    case "ne": {
      if (!isScalar(value)) throw wrong("a string, a number, a boolean or null");
      const same = equals(path, value, place);
      return operator === "eq" ? same : { kind: "not", of: same };
    }
    case "in":
    case "nin": {
      if (!Array.isArray(value) || value.length === 0 || !value.every(isScalar)) {
        throw wrong("an array of strings, numbers, booleans or null that isn't empty");
      }
      const one = any(value.map((each, index) => equals(path, each, [...place, String(index)])));
      return operator === "in" ? one : { kind: "not", of: one };
    }
    case "exists":
      if (typeof value !== "boolean") throw wrong("true or false");
      return value ? { kind: "exists", path } : { kind: "not", of: { kind: "exists", path } };
    default:
      return parseComparison(operator, value, path, place);
  }
}

/** Parses a part of a combination: a filter at the top, a field's value or operators below a field. */
function parsePart(value: JsonValue, path: readonly string[], place: readonly string[]): Condition {
  if (path.length > 0) return parseValue(value, path, place);
  if (!isJsonObject(value))
    throw new FilterProblem(place, `Must be a filter: an object of conditions. ${ESCAPE}`);
  return parseObject(value, path, place);
}

function parseComparison(
  comparison: Comparison,
  value: JsonValue,
  path: readonly string[],
  place: readonly string[],
): Condition {
  if (typeof value === "number" && Number.isFinite(value))
    return { kind: "compares", path, comparison, type: "number", bound: value };
  const time = typeof value === "string" ? dateOf(value) : undefined;
  if (time === undefined) {
    const wanted = "a number, or a date such as 2026-01-31 or 2026-01-31T09:30:00Z";
    throw new FilterProblem(place, `Must be ${wanted}. ${ESCAPE}`);
  }
  return { kind: "compares", path, comparison, type: "time", bound: time };
}

/** A number that JSON can't carry would be looked up as null. */
function equals(path: readonly string[], value: JsonScalar, place: readonly string[]): Condition {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new FilterProblem(place, "Must be a number that a double can hold.");
  }
  return { kind: "equals", path, value };
}

const isScalar = (value: JsonValue): value is JsonScalar => typeof value !== "object" || value === null;

/** A condition without a value would drop out of the filter, which must never be wider than what was asked for. */
function emptyAt(place: readonly string[]): FilterProblem {
  return new FilterProblem(place, EMPTY);
}

const all = (of: readonly Condition[]): Condition => combine("all", of);
const any = (of: readonly Condition[]): Condition => combine("any", of);

/** Flat, so that what the index knows of one field stays one clause. */
function combine(kind: "all" | "any", of: readonly Condition[]): Condition {
  const flat = of.flatMap((each) => (each.kind === kind ? each.of : [each]));
  const [only, ...others] = flat;
  return only !== undefined && others.length === 0 ? only : { kind, of: flat };
}
