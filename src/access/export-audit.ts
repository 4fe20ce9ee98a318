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

/** How many entries an export is thought to take from each trail: the largest batches at once. */
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
  return matching(mergeTrails(services.reader, walk, MANY), view, filter);
}

async function* matching(
  walk: AsyncIterable<StoredEntry>,
  view: AuditView,
  filter: AuditFilter,
): AsyncGenerator<ExportedEntry> {
  for await (const stored of walk) {
    const entry = view.show(stored);
    if (entry !== undefined && fits(entry, filter)) yield { entry, stored };
  }
}
