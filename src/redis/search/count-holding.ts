import type { Scope } from "../../access/grants.js";
import type { StoreDeps } from "../deps.js";
import { PRESENT } from "./query.js";

export async function countHolding(
  { statistics }: StoreDeps,
  scopes: readonly Scope[],
  terms: readonly string[],
): Promise<(term: string) => number> {
  if (!isEverything(scopes)) return statistics.countIn(scopes, terms);
  const { term } = await statistics.lookup({ scopes, filter: { groups: [] }, moment: PRESENT }, terms);
  return (each) => term(each).postings;
}

export const isEverything = (scopes: readonly Scope[]): boolean =>
  scopes.some(({ root, below }) => below && root === "");
