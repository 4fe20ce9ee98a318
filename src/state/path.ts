import { invalid } from "../domain/errors.js";
import type { JsonPath, Step } from "./json-path.js";
import { parseJsonPath, PathProblem, writeStep } from "./json-path.js";

const MAX_BYTES = 512;
const MAX_FILTERS = 2;

/** A path at which something is written. */
export interface WritePath extends JsonPath {
  /** The most levels that can be above what is written. */
  readonly depth: number;
  /** Once the value is there, the path may lead elsewhere. */
  readonly filtered: boolean;
  /** Where the path leads to elements of arrays. */
  readonly elements: ElementsPath | undefined;
}

/** See state/lua/transact.lua, which makes each of these arrays one element longer before it changes an element. */
export interface ElementsPath {
  /** The arrays, as RedisJSON gets it. */
  readonly arrays: string;
  /** The elements, once there is one more behind them. */
  readonly shifted: string;
}

/**
 * Reads a JSONPath that RedisJSON evaluates in time that grows with the document alone; else throws
 * `invalid_request`.
 *
 * Redis does nothing else meanwhile, and a path can multiply: `$[?(@.a==$[*].a)]` compares all with all and took 55 s
 * on 256 KiB, `$..*..*..*` makes 76 MB of them. So: one recursive descent, one union, two filters, and in a filter
 * only names and places of the element itself. A regular expression would be compiled for each element.
 */
export function readPath(field: string, path: string): JsonPath {
  if (Buffer.byteLength(path) > MAX_BYTES) throw invalid(field, `Must not exceed ${MAX_BYTES} bytes.`);
  if (!path.isWellFormed()) throw invalid(field, "Must be well-formed Unicode (it has a lone surrogate).");
  const parsed = parse(field, path);
  const problem = costProblem(parsed.steps);
  if (problem !== undefined) throw invalid(field, problem);
  return parsed;
}

/** As {@link readPath}, of a path at which something is written. */
export function readWritePath(field: string, path: string): WritePath {
  const parsed = readPath(field, path);
  const { steps } = parsed;
  // It would lead as deep as the document is, and each write could make that deeper.
  if (steps.some(({ descends }) => descends))
    throw invalid(field, "Must not hold a recursive descent (..) in a write.");
  if (steps.some((step) => step.kind === "names" && step.names.some(isUnwritable))) {
    throw invalid(field, "In a write, a name in a path must not hold a backslash or both kinds of quotes.");
  }
  return {
    ...parsed,
    depth: steps.length,
    filtered: steps.some(({ kind }) => kind === "filter"),
    elements: elementsOf(field, steps),
  };
}

function parse(field: string, path: string): JsonPath {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (error instanceof PathProblem) throw invalid(field, error.message);
    throw error;
  }
}

function costProblem(steps: readonly Step[]): string | undefined {
  if (count(steps, ({ descends }) => descends) > 1)
    return "Must not hold more than one recursive descent (..).";
  if (count(steps, isUnion) > 1) return "Must not hold more than one union ([a,b]).";
  if (count(steps, ({ kind }) => kind === "filter") > MAX_FILTERS)
    return `Must not hold more than ${MAX_FILTERS} filters.`;
  return undefined;
}

function isUnion(step: Step): boolean {
  return (
    (step.kind === "names" && step.names.length > 1) || (step.kind === "places" && step.places.length > 1)
  );
}

/** RedisJSON 2.8 takes a quoted name as it is written where it changes something, escapes and all. */
function isUnwritable(name: string): boolean {
  return name.includes("\\") || (name.includes('"') && name.includes("'"));
}

function elementsOf(field: string, steps: readonly Step[]): ElementsPath | undefined {
  const last = steps.at(-1);
  if (last === undefined || last.kind === "names") return undefined;
  const above = steps.slice(0, -1);
  // The same array twice would be made longer twice.
  if (
    above.some(
      (step) =>
        step.kind === "places" && step.places.some((place) => place < 0) && step.places.some((p) => p >= 0),
    )
  ) {
    throw invalid(field, "In a write, a union must not mix indexes from the start and from the end.");
  }
  const arrays = `$${above.map(writeStep).join("")}`;
  return { arrays, shifted: arrays + writeStep(shift(last)) };
}

/** The same elements, counted from the end, when one more is behind them. */
function shift(step: Step): Step {
  if (step.kind === "places") return { ...step, places: step.places.map(shiftPlace) };
  if (step.kind !== "slice") return step;
  const { from, to, by } = step.bounds;
  return {
    ...step,
    bounds: { from: from && shiftPlace(from), to: to === undefined ? -1 : shiftPlace(to), by },
  };
}

function shiftPlace(place: number): number {
  return place < 0 ? place - 1 : place;
}

function count(steps: readonly Step[], fits: (step: Step) => boolean): number {
  return steps.filter(fits).length;
}
