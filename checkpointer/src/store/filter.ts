import { isDeepStrictEqual } from "node:util";

type Scalar = string | number | boolean | null;
type Conditions = Readonly<Record<string, unknown>>;

/** A filter of `search`, taken apart. */
export interface Filter {
  /**
   * A filter on metadata that lets through all that fulfils the conditions, and maybe more: there, a scalar also
   * equals an array that holds it. Undefined: there is none.
   */
  readonly pushed: Readonly<Record<string, Scalar | Scalar[]>> | undefined;
  /** Whether `pushed` may let through what doesn't match. */
  readonly rest: boolean;
  matches(value: Record<string, unknown>): boolean;
}

/** Beyond that, a filter in a URL might be refused. */
const MAX_PUSHED_BYTES = 2048;

/** Throws for an operator that isn't known: a condition that is passed over would widen the filter. */
export function readFilter(filter: Conditions = {}): Filter {
  const tests = Object.entries(filter).map(([field, condition]) => ({ field, checks: checksOf(condition) }));
  const pushed: Record<string, Scalar | Scalar[]> = {};
  for (const { field, checks } of tests) {
    const exact = checks.find(({ operator, operand }) => pushable(operator, operand));
    if (exact !== undefined && field.isWellFormed())
      setOwn(pushed, field, exact.operand as Scalar | Scalar[]);
  }
  const some =
    Object.keys(pushed).length > 0 && Buffer.byteLength(JSON.stringify(pushed)) <= MAX_PUSHED_BYTES;
  return {
    pushed: some ? pushed : undefined,
    rest: tests.length > 0,
    matches: (value) =>
      tests.every(({ field, checks }) => {
        const own = Object.hasOwn(value, field) ? value[field] : undefined;
        return checks.every(({ operator, operand }) => OPERATORS[operator](own, operand));
      }),
  };
}

/** A name such as `__proto__` is a name as any other. */
function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

interface Check {
  readonly operator: Operator;
  readonly operand: unknown;
}

/** As LangGraph's own stores compare: numbers as numbers, all else by identity; an object or a list by its content. */
const OPERATORS = {
  $eq: (value: unknown, operand: unknown) => same(value, operand),
  $ne: (value: unknown, operand: unknown) => !same(value, operand),
  $gt: (value: unknown, operand: unknown) => Number(value) > Number(operand),
  $gte: (value: unknown, operand: unknown) => Number(value) >= Number(operand),
  $lt: (value: unknown, operand: unknown) => Number(value) < Number(operand),
  $lte: (value: unknown, operand: unknown) => Number(value) <= Number(operand),
  $in: (value: unknown, operand: unknown) => listOf(operand).some((each) => same(value, each)),
  $nin: (value: unknown, operand: unknown) => !listOf(operand).some((each) => same(value, each)),
};

type Operator = keyof typeof OPERATORS;

function checksOf(condition: unknown): Check[] {
  if (typeof condition !== "object" || condition === null || Array.isArray(condition)) {
    return [{ operator: "$eq", operand: condition }];
  }
  const entries = Object.entries(condition);
  if (!entries.every(([name]) => name.startsWith("$"))) return [{ operator: "$eq", operand: condition }];
  return entries.map(([operator, operand]) => {
    if (!isOperator(operator)) {
      throw new TypeError(
        `A filter has the operators ${Object.keys(OPERATORS).join(", ")}, not ${operator}.`,
      );
    }
    if ((operator === "$in" || operator === "$nin") && !Array.isArray(operand)) {
      throw new TypeError(`${operator} takes a list.`);
    }
    return { operator, operand };
  });
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name);
}

const listOf = (operand: unknown): readonly unknown[] => (Array.isArray(operand) ? operand : []);

function same(value: unknown, operand: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === operand;
  return isDeepStrictEqual(value, operand);
}

function pushable(operator: Operator, operand: unknown): boolean {
  if (operator === "$eq") return isScalar(operand);
  return operator === "$in" && Array.isArray(operand) && operand.length > 0 && operand.every(isScalar);
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === "string") return value.isWellFormed();
  return (
    value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
  );
}
