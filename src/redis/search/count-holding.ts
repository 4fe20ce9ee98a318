import { PRESENT } from "./query.js";
import type { StoreDeps } from "../deps.js";

const EVERYTHING = {
  scopes: [{ root: "", below: true }],
  filter: { groups: [] },
  moment: PRESENT,
};

export async function countHolding(
  { statistics }: StoreDeps,
  terms: readonly string[],
): Promise<(term: string) => number> {
  const { term } = await statistics.lookup(EVERYTHING, terms);
  return (each) => term(each).postings;
}
