import { scopeOf } from "../../access/grants.js";
import { facetQuery } from "../conditions/filter.js";
import type { Embedder } from "../../embeddings/embedder.js";
import type { EmbeddingMigration, OverlapReport } from "../model/embedding-migration.js";
import type { AskedQuery } from "../ports/migration.js";
import { embeddedPart } from "../text/asked.js";
import type { MigrationServices } from "./services.js";

const QUERIES = 50;
/** With fewer queries of receipts than these, beginnings of stored memories are asked as well. */
const FEW = 20;
const BEGINNING = 200;
const NEAREST = 10;
/** Passages of one memory may take several places. */
const DEPTH = 40;

/** Asks both models for the ten nearest memories. Holds numbers only. */
export async function compareModels(
  services: MigrationServices,
  { from, to }: EmbeddingMigration,
  beginnings: readonly AskedQuery[],
  goesOn: () => boolean,
): Promise<OverlapReport> {
  const [old, next] = [services.embedderOf(from)?.embedder, services.embedderOf(to)?.embedder];
  if (old === undefined || next === undefined) return { queries: 0, recalled: 0, mean: null, least: null };
  const recalled = await services.store.recentQueries(QUERIES);
  const more = recalled.length < FEW ? beginnings.slice(0, QUERIES - recalled.length) : [];
  const overlaps: number[] = [];
  let ofReceipts = 0;
  for (const [index, asked] of [...recalled, ...more].entries()) {
    if (!goesOn()) break;
    const overlap = await overlapOf(services, old, next, asked);
    if (overlap === undefined) continue;
    overlaps.push(overlap);
    if (index < recalled.length) ofReceipts += 1;
  }
  const sum = overlaps.reduce((total, each) => total + each, 0);
  return {
    queries: overlaps.length,
    recalled: ofReceipts,
    mean: overlaps.length === 0 ? null : sum / overlaps.length,
    least: overlaps.length === 0 ? null : Math.min(...overlaps),
  };
}

/** Undefined: nothing is found. */
async function overlapOf(
  { store }: Pick<MigrationServices, "store">,
  old: Embedder,
  next: Embedder,
  { query, namespaces }: AskedQuery,
): Promise<number | undefined> {
  const scopes = namespaces.map(scopeOf);
  const moment = { asOf: undefined, validAt: undefined };
  const nearestBy = async (embedder: Embedder): Promise<string[]> => {
    const vector = { model: embedder.model.id, values: await embedder.embedQuery(embeddedPart(query)) };
    const search = { moment, scopes, filter: facetQuery({}), keyword: undefined, vector, depth: DEPTH };
    const found = await store.search(search);
    return (found.vector ?? []).slice(0, NEAREST).map(({ namespace, id }) => `${namespace} ${id}`);
  };
  const [before, after] = await Promise.all([nearestBy(old), nearestBy(next)]);
  const most = Math.max(before.length, after.length);
  return most === 0 ? undefined : before.filter((each) => after.includes(each)).length / most;
}

/** The beginning of a stored text, as somebody may ask for it. */
export function beginningOf(namespace: string, content: string): AskedQuery {
  return { query: content.slice(0, BEGINNING).toWellFormed(), namespaces: [namespace] };
}
