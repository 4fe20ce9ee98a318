import type { Context } from "../domain/context.js";
import type { StoredEntry } from "./entry.js";
import { mergeTrails } from "./merge.js";
import type { AuditEntry, AuditFilter, AuditServices, AuditView } from "./query.js";
import { fits, openView, rangeOf } from "./query.js";

export interface ExportedEntry {
  readonly entry: AuditEntry;
  /** What the entry's hash is made of: see `hashOf`. */
  readonly stored: StoredEntry;
}

/** An export's estimate of the entries in each trail. Large, so that it reads the largest batches at once. */
const MANY = 1_000_000;

/**
 * All that was on record when it is asked for and fulfils a filter, oldest first; read as it is taken, so its size
 * doesn't matter.
 */
export async function exportAudit(
  services: AuditServices,
  context: Context,
  filter: AuditFilter,
): Promise<AsyncIterable<ExportedEntry>> {
  const view = await openView(services, context, filter);
  const horizon = await services.reader.horizon(view.trails);
  await view.record("exported");
  const walk = { trails: view.trails, order: "asc", ...rangeOf(filter, horizon), after: undefined } as const;
  const entries = mergeTrails(services.reader, walk, MANY);
  // The first read is over before the answer begins: a damaged trail is then a refusal, not an answer cut off.
  const first = await entries.next();
  return matching(first.done === true ? [] : resume(first.value, entries), view, filter);
}

async function* resume<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

async function* matching(
  walk: AsyncIterable<StoredEntry> | readonly StoredEntry[],
  view: AuditView,
  filter: AuditFilter,
): AsyncGenerator<ExportedEntry> {
  for await (const stored of walk) {
    const entry = view.show(stored);
    if (entry !== undefined && fits(entry, filter)) yield { entry, stored };
  }
}
