import { invalid } from "../domain/errors.js";
import type { JsonPath, ReadPath, Step } from "./json-path.js";
import { parseJsonPath, PathProblem, writeStep } from "./json-path.js";

const MAX_BYTES = 512;
const MAX_FILTERS = 2;
/** Each is a path of its own: see {@link partsOf}. */
const MAX_NEGATIVE = 4;

/** A path at which something is written. */
export interface WritePath extends JsonPath {
  /** The most levels that can be above what is written. */
  readonly depth: number;
  /** Once the value is there, the path may lead elsewhere. */
  readonly filtered: boolean;
  /** Set if the path leads to elements of arrays. */
  readonly elements: ElementsPath | undefined;
  /** Set if a write may add a member, but `text` has slices, at which RedisJSON adds nothing. */
  readonly fresh: FreshPath | undefined;
}

export interface FreshPath {
  /** The future parent of the member. Without a match, an index lies before its array's beginning. */
  readonly parent: string;
  /** The path with its negative indexes. */
  readonly text: string;
}

/** See state/lua/transact.lua, which makes each of these arrays two elements longer before it changes an element. */
export interface ElementsPath {
  /** The arrays, as RedisJSON gets it. */
  readonly arrays: string;
  /** The elements, once there are two more behind them. */
  readonly shifted: string;
  /** What the arrays hold may decide which ones they are. */
  readonly filtered: boolean;
}

/**
 * Reads a JSONPath that RedisJSON evaluates in time that grows with the document alone; else throws `invalid_request`.
 *
 * Evaluation blocks Redis, and a path can multiply: `$[?(@.a==$[*].a)]` compares all with all and took 55 s on 256 KiB,
 * `$..*..*..*` makes 76 MB of them. So: one recursive descent, one union, two filters, and in a filter only names and
 * places of the element itself. A regular expression would be compiled for each element.
 */
export function readPath(field: string, path: string): ReadPath {
  const read = checkedPath(field, path);
  return { ...read, parts: partsOf(read) };
}

function checkedPath(field: string, path: string): JsonPath {
  if (Buffer.byteLength(path) > MAX_BYTES) throw invalid(field, `Must not exceed ${MAX_BYTES} bytes.`);
  if (!path.isWellFormed()) throw invalid(field, "Must be well-formed Unicode (it has a lone surrogate).");
  const parsed = parse(field, path);
  const problem = costProblem(parsed.steps);
  if (problem !== undefined) throw invalid(field, problem);
  return parsed;
}

/** As {@link readPath}, for a path that is written to. */
export function readWritePath(field: string, path: string): WritePath {
  const parsed = checkedPath(field, path);
  const { steps } = parsed;
  // It would lead as deep as the document is, and each write could make that deeper.
  if (steps.some(({ descends }) => descends))
    throw invalid(field, "Must not hold a recursive descent (..) in a write.");
  if (steps.some((step) => step.kind === "names" && step.names.some(isUnwritable))) {
    throw invalid(field, "In a write, a name in a path must not hold a backslash or both kinds of quotes.");
  }
  if (steps.some((step) => isUnion(step) && countNegative(step) > 0)) {
    throw invalid(field, "In a write, a union must not hold negative indexes.");
  }
  return {
    ...parsed,
    depth: steps.length,
    filtered: steps.some(({ kind }) => kind === "filter"),
    elements: elementsOf(steps),
    fresh: freshOf(steps),
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
  if (steps.some((step) => countNegative(step) > MAX_NEGATIVE))
    return `A union must not hold more than ${MAX_NEGATIVE} negative indexes.`;
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

function elementsOf(steps: readonly Step[]): ElementsPath | undefined {
  const last = steps.at(-1);
  if (last === undefined || last.kind === "names") return undefined;
  const arrays = `$${steps.slice(0, -1).map(writeStep).join("")}`;
  const filtered = steps.slice(0, -1).some(({ kind }) => kind === "filter");
  return { arrays, shifted: arrays + writeStep(shift(last)), filtered };
}

function freshOf(steps: readonly Step[]): FreshPath | undefined {
  const indexed = steps.flatMap((step) => {
    const [only, ...others] = step.kind === "places" ? step.places : step.kind === "names" ? step.names : [];
    if (only === undefined || others.length > 0) return [];
    return typeof only === "number" ? `[${only}]` : writeStep(step);
  });
  if (indexed.length < steps.length || steps.at(-1)?.kind !== "names") return undefined;
  if (steps.every((step) => countNegative(step) === 0)) return undefined;
  return { parent: `$${steps.slice(0, -1).map(writeStep).join("")}`, text: `$${indexed.join("")}` };
}

/**
 * A union with negative indexes, split: RedisJSON 2.8 takes one before an array's beginning for its first element, which
 * only an index of its own can be kept from.
 */
function partsOf({ text, steps }: JsonPath): string[] {
  const at = steps.findIndex((step) => isUnion(step) && countNegative(step) > 0);
  const step = steps[at];
  if (step?.kind !== "places") return [text];
  const runs: number[][] = [];
  for (const place of step.places) {
    const run = runs.at(-1);
    if (place >= 0 && run?.[0] !== undefined && run[0] >= 0) run.push(place);
    else runs.push([place]);
  }
  return runs.map(
    (places) =>
      `$${steps
        .with(at, { ...step, places })
        .map(writeStep)
        .join("")}`,
  );
}

function countNegative(step: Step): number {
  return step.kind === "places" ? step.places.filter((place) => place < 0).length : 0;
}

/** Elements that a change puts behind those of an array. */
const ADDED = 2;

/** The same elements, counted from the end, when there are more behind them. */
function shift(step: Step): Step {
  if (step.kind === "places") return { ...step, places: step.places.map(shiftPlace) };
  if (step.kind !== "slice") return step;
  const { from, to, by } = step.bounds;
  return {
    ...step,
    bounds: { from: from && shiftPlace(from), to: to === undefined ? -ADDED : shiftPlace(to), by },
  };
}

function shiftPlace(place: number): number {
  return place < 0 ? place - ADDED : place;
}

function count(steps: readonly Step[], fits: (step: Step) => boolean): number {
  return steps.filter(fits).length;
}
