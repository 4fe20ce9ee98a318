import type { JsonObject, JsonScalar, JsonValue } from "../../domain/json.js";
import { isJsonObject } from "../../domain/json.js";
import type { Compares, Condition } from "./condition.js";
import { dateOf } from "./date.js";

/** Whether metadata fulfils a condition. This defines what a condition means; an index may only be faster. */
export function fulfils(metadata: JsonObject, condition: Condition): boolean {
  switch (condition.kind) {
    case "all":
      return condition.of.every((each) => fulfils(metadata, each));
    case "any":
      return condition.of.some((each) => fulfils(metadata, each));
    case "not":
      return !fulfils(metadata, condition.of);
    case "equals":
      return scalarsAt(metadata, condition.path).some((value) => value === condition.value);
    case "compares":
      return scalarsAt(metadata, condition.path).some((value) => compares(value, condition));
    case "exists":
      return nodesAt(metadata, condition.path).length > 0;
  }
}

function compares(value: JsonScalar, { type, comparison, bound }: Compares): boolean {
  const number = type === "time" ? timeOf(value) : value;
  if (typeof number !== "number") return false;
  switch (comparison) {
    case "gt":
      return number > bound;
    case "gte":
      return number >= bound;
    case "lt":
      return number < bound;
    case "lte":
      return number <= bound;
  }
}

const timeOf = (value: JsonScalar): number | undefined =>
  typeof value === "string" ? dateOf(value) : undefined;

function scalarsAt(metadata: JsonObject, path: readonly string[]): JsonScalar[] {
  return elementsOf(nodesAt(metadata, path)).filter(
    (value): value is JsonScalar => typeof value !== "object" || value === null,
  );
}

/** The values at a path. Positions in arrays aren't steps of it, so there may be several. */
function nodesAt(metadata: JsonObject, path: readonly string[]): JsonValue[] {
  let nodes: JsonValue[] = [metadata];
  for (const step of path) {
    nodes = elementsOf(nodes).flatMap((node) => {
      // Own properties only: a filter may name `constructor`.
      const child = isJsonObject(node) && Object.hasOwn(node, step) ? node[step] : undefined;
      return child === undefined ? [] : [child];
    });
  }
  return nodes;
}

/** Arrays replaced by what is in them, however deep. */
function elementsOf(nodes: readonly JsonValue[]): JsonValue[] {
  return nodes.flatMap((node) => (Array.isArray(node) ? elementsOf(node) : [node]));
}
