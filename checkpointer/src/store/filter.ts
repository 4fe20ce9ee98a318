import { isDeepStrictEqual } from "node:util";

type Scalar = string | number | boolean | null;
type Value = Readonly<Record<string, unknown>>;

/** A filter on metadata in mneme's language. */
type Pushed = Readonly<Record<string, unknown>>;

/** A filter of `search`, taken apart. */
export interface Filter {
  /**
   * A filter on metadata in mneme's language that lets through everything that fulfils the conditions, and maybe more:
   * there, a scalar also equals an array that holds it. Undefined: there is none.
   */
  readonly pushed: Pushed | undefined;
  /** Whether `pushed` may let through items that don't match. */
  readonly rest: boolean;
  matches(value: Value): boolean;
}

/** A part of a filter, with what of it mneme can decide. */
interface Condition {
  readonly matches: (value: Value) => boolean;
  readonly pushed: Pushed | undefined;
}

/** Beyond that, a filter in a URL might be refused. */
const MAX_PUSHED_BYTES = 2048;
/** A filter that is nested deeper is a mistake, and would overflow the stack. */
const MAX_DEPTH = 32;

/** Throws for an operator that isn't known: a condition that is passed over would widen the filter. */
export function readFilter(filter: unknown = {}): Filter {
  const { matches, pushed } = readCondition(filter, 0);
  const small = pushed !== undefined && Buffer.byteLength(JSON.stringify(pushed)) <= MAX_PUSHED_BYTES;
  return {
    pushed: small ? pushed : undefined,
    rest: Object.keys(filter ?? {}).length > 0,
    matches,
  };
}

/** All fields and combinations of one object. */
function readCondition(filter: unknown, depth: number): Condition {
  if (!isPlainObject(filter))
    throw new TypeError(
      "A filter must be an object of fields. It may also hold $and, $or, $not and $literal.",
    );
  if (depth > MAX_DEPTH) throw new TypeError(`A filter can't be nested deeper than ${MAX_DEPTH} levels.`);
  return allOf(
    Object.entries(filter).map(([name, condition]) =>
      name.startsWith("$") ? readCombination(name, condition, depth) : readField(name, condition, depth),
    ),
  );
}

function readCombination(name: string, operand: unknown, depth: number): Condition {
  switch (name) {
    case "$and":
      return allOf(someOf(name, operand).map((part) => readCondition(part, depth + 1)));
    case "$or":
      return anyOf(someOf(name, operand).map((part) => readCondition(part, depth + 1)));
    case "$not":
      return not(readCondition(operand, depth + 1));
    case "$literal":
      if (!isPlainObject(operand)) throw new TypeError("$literal takes an object of fields.");
      return allOf(Object.entries(operand).map(([field, value]) => equals(field, value)));
    default:
      throw unknownOperator(name, ["$and", "$or", "$not", "$literal"]);
  }
}

function readField(field: string, condition: unknown, depth: number): Condition {
  if (!isPlainObject(condition)) return equals(field, condition);
  const entries = Object.entries(condition);
  const operators = entries.filter(([name]) => name.startsWith("$"));
  // {} too: a value to be equal to.
  if (operators.length === 0) return equals(field, condition);
  if (operators.length < entries.length) {
    throw new TypeError(
      `The filter on ${JSON.stringify(field)} has operators (${operators.map(([name]) => name).join(", ")}) with other keys. To compare with an object that has such keys, write it in $eq.`,
    );
  }
  if (depth > MAX_DEPTH) throw new TypeError(`A filter can't be nested deeper than ${MAX_DEPTH} levels.`);
  return allOf(operators.map(([name, operand]) => readOperator(field, name, operand, depth)));
}

function readOperator(field: string, name: string, operand: unknown, depth: number): Condition {
  switch (name) {
    case "$eq":
      return equals(field, operand);
    case "$ne":
      return not(equals(field, operand));
    case "$in":
      return isOneOf(field, listOf(name, operand));
    case "$nin":
      return not(isOneOf(field, listOf(name, operand)));
    case "$exists":
      if (typeof operand !== "boolean") throw new TypeError("$exists takes true or false.");
      return unpushed((value) => Object.hasOwn(value, field) === operand);
    case "$not":
      return not(readField(field, operand, depth + 1));
    default: {
      const compare = COMPARISONS.get(name);
      if (compare === undefined) throw unknownOperator(name, OPERATORS);
      return unpushed((value) => compare(Number(ownOf(value, field)), Number(operand)));
    }
  }
}

/** Compares as LangGraph's own stores do: a value that isn't a number is converted, or compares with nothing. */
const COMPARISONS = new Map<string, (value: number, operand: number) => boolean>([
  ["$gt", (value, operand) => value > operand],
  ["$gte", (value, operand) => value >= operand],
  ["$lt", (value, operand) => value < operand],
  ["$lte", (value, operand) => value <= operand],
]);
const OPERATORS = ["$eq", "$ne", ...COMPARISONS.keys(), "$in", "$nin", "$exists", "$not"];

function unknownOperator(name: string, known: readonly string[]): TypeError {
  return new TypeError(`Unknown operator ${name}. Operators allowed here: ${known.join(", ")}.`);
}

function listOf(name: string, operand: unknown): readonly unknown[] {
  if (Array.isArray(operand)) return operand;
  throw new TypeError(`${name} takes a list.`);
}

function someOf(name: string, operand: unknown): readonly unknown[] {
  const parts = listOf(name, operand);
  if (parts.length === 0) throw new TypeError(`${name} takes a list that isn't empty.`);
  return parts;
}

/** A scalar is the same by identity, an object or a list by its content. */
function equals(field: string, operand: unknown): Condition {
  return isOneOf(field, [operand]);
}

function isOneOf(field: string, operands: readonly unknown[]): Condition {
  const pushable = field.isWellFormed() && operands.length > 0 && operands.every(isScalar);
  return {
    matches: (value) => {
      const own = ownOf(value, field);
      return operands.some((operand) => same(own, operand));
    },
    // A field may be called like an operator of mneme's, or __proto__.
    pushed: pushable ? { $literal: Object.fromEntries([[field, operands]]) } : undefined,
  };
}

function allOf(parts: readonly Condition[]): Condition {
  const pushed = parts.flatMap((part): Pushed[] => (part.pushed === undefined ? [] : [part.pushed]));
  return {
    matches: (value) => parts.every((part) => part.matches(value)),
    pushed: pushed.length > 1 ? { $and: pushed } : pushed[0],
  };
}

function anyOf(parts: readonly Condition[]): Condition {
  const pushed = parts.flatMap((part): Pushed[] => (part.pushed === undefined ? [] : [part.pushed]));
  const whole = parts.length > 0 && pushed.length === parts.length;
  return {
    matches: (value) => parts.some((part) => part.matches(value)),
    pushed: whole ? { $or: pushed } : undefined,
  };
}

/** The contrary of more than fulfils a condition would be less than what doesn't. */
const not = ({ matches }: Condition): Condition => unpushed((value) => !matches(value));

const unpushed = (matches: Condition["matches"]): Condition => ({ matches, pushed: undefined });

const ownOf = (value: Value, field: string): unknown =>
  Object.hasOwn(value, field) ? value[field] : undefined;

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function same(value: unknown, operand: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === operand;
  return isDeepStrictEqual(value, operand);
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === "string") return value.isWellFormed();
  return (
    value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
  );
}
