import { parseJsonPath } from "../../../src/state/json-path.js";
import type { Step } from "../../../src/state/json-path.js";

/**
 * A model of what RedisJSON 8.4 and later do with arrays of numbers, by its source (`ijson`, array.rs): an array of
 * only integers, or of only fractions, is kept in a narrow type. When it has lost its elements it keeps the type, and
 * then aborts the server if something other than a number is put into it. An element is set by taking it out and
 * putting the new value in.
 */
export interface TypedArrays {
  /** Takes a command that a server was sent. */
  see(command: readonly string[]): void;
  /** What would have aborted the server, or changed what a caller sees. */
  readonly faults: readonly string[];
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
interface Place {
  readonly holder: Json[] | Record<string, Json>;
  readonly at: string | number;
}

export function createTypedArrays(): TypedArrays {
  const documents = new Map<string, { root: Json }>();
  /** Arrays in a narrow type; others hold values of any kind. */
  const typed = new WeakMap<Json[], "integers" | "fractions">();
  const faults: string[] = [];

  const classOf = (text: number): "integers" | "fractions" =>
    Number.isInteger(text) ? "integers" : "fractions";

  function parsed(text: string): Json {
    return typeArrays(JSON.parse(text) as Json);
  }

  function typeArrays(value: Json): Json {
    if (typeof value !== "object" || value === null) return value;
    for (const child of Object.values(value)) typeArrays(child);
    if (Array.isArray(value)) {
      const [first] = value;
      if (
        typeof first === "number" &&
        value.every((each) => typeof each === "number" && classOf(each) === classOf(first))
      )
        typed.set(value, classOf(first));
    }
    return value;
  }

  function copied(value: Json): Json {
    if (typeof value !== "object" || value === null) return value;
    if (!Array.isArray(value))
      return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, copied(child)]));
    const copy = value.map(copied);
    const type = typed.get(value);
    if (type !== undefined) typed.set(copy, type);
    return copy;
  }

  function insert(array: Json[], at: number, value: Json, command: string): void {
    const type = typed.get(array);
    if (array.length === 0 && typeof value === "number") typed.set(array, classOf(value));
    else if (array.length === 0 && type !== undefined) faults.push(`aborts: ${command}`);
    else if (type !== undefined && !(typeof value === "number" && classOf(value) === type))
      typed.delete(array);
    array.splice(at, 0, value);
  }

  function replace({ holder, at }: Place, value: Json, command: string): void {
    if (!Array.isArray(holder)) holder[at] = value;
    else if (!typed.has(holder)) holder[Number(at)] = value;
    else {
      holder.splice(Number(at), 1);
      insert(holder, Number(at), value, command);
    }
  }

  function places(root: { root: Json }, steps: readonly Step[]): Place[] {
    let found: Place[] = [{ holder: root, at: "root" }];
    for (const step of steps) {
      found = found.flatMap((place) => {
        const value = valueAt(place);
        if (typeof value !== "object" || value === null) return [];
        return membersOf(value, step).map((at) => ({ holder: value, at }));
      });
    }
    return found;
  }

  function merge(place: Place, patch: Json, command: string): void {
    const { holder } = place;
    if (Array.isArray(holder) && typed.has(holder)) faults.push(`merges nothing: ${command}`);
    place.holder[place.at as never] = merged(valueAt(place), patch) as never;
  }

  return {
    faults,
    see([name = "", key = "", ...rest]) {
      const command = name.toUpperCase();
      const line = [name, key, ...rest].join(" ");
      if (command === "COPY" || command === "RENAME") {
        const source = documents.get(key);
        if (source === undefined) return;
        documents.set(rest[0] ?? "", { root: command === "COPY" ? copied(source.root) : source.root });
        if (command === "RENAME") documents.delete(key);
        return;
      }
      if (command === "DEL") for (const each of [key, ...rest]) documents.delete(each);
      if (!command.startsWith("JSON.")) return;
      const [path = "$", ...values] = rest;
      const document = documents.get(key);
      if (command === "JSON.SET" && path === "$") {
        documents.set(key, { root: parsed(values[0] ?? "null") });
        return;
      }
      if (document === undefined || !CHANGES.has(command)) return;
      const { steps } = parseJsonPath(path);
      const found = places(document, steps);
      switch (command) {
        case "JSON.SET":
          if (found.length === 0) addMember(document, steps, parsed(values[0] ?? "null"));
          for (const place of found) replace(place, parsed(values[0] ?? "null"), line);
          return;
        case "JSON.MERGE":
          for (const place of found) merge(place, parsed(values[0] ?? "null"), line);
          return;
        case "JSON.NUMINCRBY":
          for (const place of found) increment(place, Number(values[0]), line);
          return;
        case "JSON.ARRAPPEND":
          for (const place of found) {
            const array = valueAt(place);
            if (Array.isArray(array))
              for (const value of values) insert(array, array.length, parsed(value), line);
          }
          return;
        case "JSON.ARRPOP":
          for (const place of found) {
            const array = valueAt(place);
            if (Array.isArray(array)) array.pop();
          }
          return;
        case "JSON.DEL":
          if (steps.length === 0) documents.delete(key);
          for (const { holder, at } of found.toReversed()) {
            if (Array.isArray(holder)) holder.splice(Number(at), 1);
            else delete holder[at];
          }
          return;
      }
    },
  };

  function increment(place: Place, by: number, command: string): void {
    const value = valueAt(place);
    if (typeof value !== "number") return;
    const { holder } = place;
    // The sum goes into the narrowest type, which RedisJSON 8.8 prints with fewer digits.
    if (Array.isArray(holder) && typed.has(holder) && holder.length === 1 && !Number.isInteger(value + by))
      faults.push(`narrows: ${command}`);
    replace(place, value + by, command);
  }

  function addMember(document: { root: Json }, steps: readonly Step[], value: Json): void {
    const last = steps.at(-1);
    if (last?.kind !== "names") return;
    for (const place of places(document, steps.slice(0, -1))) {
      const parent = valueAt(place);
      if (typeof parent === "object" && parent !== null && !Array.isArray(parent))
        for (const name of last.names) parent[name] = copied(value);
    }
  }

  function merged(value: Json, patch: Json): Json {
    if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
    const result: Record<string, Json> =
      typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
    for (const [name, child] of Object.entries(patch)) {
      if (child === null) delete result[name];
      else result[name] = merged(result[name] ?? null, child);
    }
    return result;
  }
}

const CHANGES: ReadonlySet<string> = new Set([
  "JSON.SET",
  "JSON.MERGE",
  "JSON.NUMINCRBY",
  "JSON.ARRAPPEND",
  "JSON.ARRPOP",
  "JSON.DEL",
]);

/** The place was found in the holder, so it is one of its members. */
const valueAt = ({ holder, at }: Place): Json => holder[at as never] as Json;

function membersOf(value: Json[] | Record<string, Json>, step: Step): (string | number)[] {
  if (step.kind === "all") return Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  if (!Array.isArray(value))
    return step.kind === "names" ? step.names.filter((name) => Object.hasOwn(value, name)) : [];
  const { length } = value;
  const within = (place: number): number => (place < 0 ? place + length : place);
  if (step.kind === "places") return step.places.map(within).filter((place) => place >= 0 && place < length);
  if (step.kind !== "slice") return [];
  const { from = 0, to = length, by = 1 } = step.bounds;
  return [...value.keys()].filter(
    (place) => place >= within(from) && place < within(to) && (place - within(from)) % by === 0,
  );
}

/** The command of a line of MONITOR. */
export function monitored(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, plain: string) =>
      hex === undefined ? (ESCAPES[plain] ?? plain) : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\u0007", b: "\b" };
