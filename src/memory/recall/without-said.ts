import { createTurns } from "../../domain/turns.js";
import type { Memory } from "../model/record.js";
import { createRefMap } from "../model/ref-map.js";
import type { MemoryRef } from "../model/ref.js";
import { isExtract } from "./extracts.js";
import type { Found } from "./fusion.js";
import { standingOf } from "./source-excerpt.js";
import type { Standing } from "./source-excerpt.js";

/** A memory that may be a hit, by one found memory or several. */
export interface Candidate {
  readonly memory: Memory;
  /** The extract that supersedes it, and isn't shown in its place. */
  readonly extract: Memory | undefined;
  /** What leads from each found memory to this one; empty: it was found itself. */
  readonly chains: readonly (readonly Memory[])[];
}

interface SaidOptions {
  /** Hits that the caller gets. */
  readonly limit: number;
  /** What was found, read or not. */
  readonly ranked: readonly Pick<Found, "refs">[];
  /** Terms of the query. */
  readonly asked: () => readonly string[];
  /** Leaves out what says the same as a better one. */
  readonly distinct: <Hit extends Candidate>(hits: readonly Hit[]) => readonly Hit[];
}

/** Of hits, best first, one of each memory. */
export interface WithoutSaid<Hit> {
  /** Without any extract that a source might say which was found too: what else is read comes before it is known. */
  least(hits: readonly Hit[]): readonly Hit[];
  /** Without those that are said. */
  settled(hits: readonly Hit[]): Promise<readonly Hit[]>;
}

/** Whether it is an extract that was found by its own words. */
export const isFoundExtract = ({ memory, chains }: Pick<Candidate, "memory" | "chains">): boolean =>
  isExtract(memory) && chains.some(({ length }) => length === 0);

/**
 * Leaves out extracts that were found and are said already: sources that are shown themselves, among the first `limit`
 * hits, hold all words of the query that the extract holds. A source that ended, isn't wanted or lies further down says
 * nothing to the reader.
 */
export function withoutSaid<Hit extends Candidate>({
  limit,
  ranked,
  asked,
  distinct,
}: SaidOptions): WithoutSaid<Hit> {
  let names: ReadonlySet<string> | undefined;
  /** Few recalls find an extract by its own words. */
  const found = (): ReadonlySet<string> =>
    (names ??= new Set(ranked.flatMap(({ refs }) => refs.map(nameOf))));
  let settledBy: { readonly hits: readonly Hit[]; readonly rest: readonly Hit[] } | undefined;
  const texts = new Map<string, Standing>();
  const turn = createTurns();

  async function termsOf(memory: Memory): Promise<ReadonlySet<string>> {
    const text = texts.get(nameOf(memory)) ?? standingOf(memory.content);
    texts.set(nameOf(memory), text);
    await turn();
    return text.terms();
  }

  const mayBeSaid = (hit: Hit): boolean =>
    isFoundExtract(hit) &&
    hit.memory.derived_from.some(({ id }) => found().has(nameOf({ namespace: hit.memory.namespace, id })));

  const without = (hits: readonly Hit[], left: ReadonlySet<Hit>): readonly Hit[] =>
    distinct(joined(hits.filter((hit) => !left.has(hit))));

  async function isSaid(extract: Memory, shown: readonly Hit[]): Promise<boolean> {
    const sources = shown.filter(
      (hit) => hit.extract !== undefined && nameOf(hit.extract) === nameOf(extract),
    );
    if (sources.length === 0) return false;
    const own = await termsOf(extract);
    const missing = new Set(asked().filter((term) => own.has(term)));
    for (const { memory } of sources) {
      const terms = await termsOf(memory);
      for (const term of missing) if (terms.has(term)) missing.delete(term);
    }
    return missing.size === 0;
  }

  return {
    least(hits) {
      const left = new Set(hits.filter(mayBeSaid));
      const rest = without(hits, left);
      if (left.size === 0) settledBy = { hits, rest };
      return rest;
    },
    async settled(hits) {
      // Without an extract to decide on, `least` has said it.
      if (settledBy?.hits === hits) return settledBy.rest;
      const left = new Set(hits.filter(mayBeSaid));
      for (;;) {
        const rest = without(hits, left);
        const shown = rest.slice(0, limit);
        const before = left.size;
        // One that comes back may take the place of a source that says another one.
        for (const hit of left) if (!(await isSaid(hit.memory, shown))) left.delete(hit);
        if (left.size === before) return rest;
      }
    },
  };
}

/** An extract that was found, and also stands for a source that was, is one hit. */
function joined<Hit extends Candidate>(hits: readonly Hit[]): Hit[] {
  const all: Hit[] = [];
  const places = createRefMap<number>();
  for (const hit of hits) {
    const place = places.get(hit.memory) ?? all.length;
    places.set(hit.memory, place);
    const earlier = all[place];
    // A source that it stands for says more than that the extract was found.
    all[place] =
      earlier === undefined
        ? hit
        : { ...earlier, chains: [...earlier.chains, ...hit.chains].toSorted(emptyLast) };
  }
  return all;
}

const emptyLast = (one: readonly Memory[], other: readonly Memory[]): number =>
  Number(one.length === 0) - Number(other.length === 0);

const nameOf = ({ namespace, id }: MemoryRef): string => `${namespace}\0${id}`;
