import type { Origin } from "../drafts.js";
import type { Item, Source } from "../source.js";
import { jsonElementsOf } from "./json-elements.js";
import { jsonLinesOf } from "./json-lines.js";

type ItemsOf = (origin: Origin, where: string, value: unknown) => Iterable<Item>;

/** Reads documents of JSON, element by element: lists, or those that are these members. */
export const elementsOf = (
  source: string,
  itemsOf: ItemsOf,
  members: readonly string[] = [],
): Source["read"] =>
  async function* ({ files, trust }, meter) {
    for (const file of files) {
      for await (const { where, value, problem } of jsonElementsOf(file, meter, members)) {
        if (problem !== undefined) yield { kind: "failed", where, reason: problem };
        else yield* itemsOf({ source, trust }, where, value);
      }
    }
  };

/** Reads files of JSON lines, value by value. */
export const linesOf = (source: string, itemsOf: ItemsOf): Source["read"] =>
  async function* ({ files, trust }, meter) {
    for (const file of files) {
      for await (const { where, value, problem } of jsonLinesOf(file, meter)) {
        if (problem !== undefined) yield { kind: "failed", where, reason: problem };
        else yield* itemsOf({ source, trust }, where, value);
      }
    }
  };
