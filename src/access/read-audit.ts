import type { Context } from "../domain/context.js";
import { cursorsOf } from "../domain/cursor.js";
import type { Place, StoredEntry } from "./entry.js";
import { placeOf } from "./entry.js";
import { mergeTrails } from "./merge.js";
import type { AuditEntry, AuditFilter, AuditServices, AuditView } from "./query.js";
import { fits, openView, rangeOf } from "./query.js";

export interface ReadAuditInput {
  readonly filter: AuditFilter;
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Undefined at the end. A page may hold fewer than `limit`, even none, before the end. */
  readonly cursor: string | undefined;
}

/** Entries that one request looks at: a filter that nothing fulfils answers with an empty page, not after minutes. */
const SCAN_BUDGET = 5_000;

/**
 * A page of audit entries, of several namespaces merged by time. Following the cursor visits each entry that was there
 * at the first page exactly once, unless its retention ends in between.
 *
 * Each page is an act itself, recorded before it is read.
 */
export async function readAudit(
  services: AuditServices,
  context: Context,
  { filter, order, limit, cursor }: ReadAuditInput,
): Promise<AuditPage> {
  const cursors = cursorsOf("filter or order", filter, order);
  const position = positionAt(cursors.read(cursor, POSITION));
  const view = await openView(services, context, filter);
  const horizon = position?.horizon ?? (await services.reader.horizon(view.trails));
  await view.record("ok");
  const walk = { trails: view.trails, order, ...rangeOf(filter, horizon), after: position?.after };
  const page = await takePage(mergeTrails(services.reader, walk, limit), view, filter, limit, order);
  return {
    entries: page.entries,
    cursor: page.last === undefined ? undefined : cursors.write(textOf({ after: page.last, horizon })),
  };
}

/** Where a walk through the audit trail goes on. */
interface Position {
  /** The last entry that was looked at. */
  readonly after: Place;
  /** Milliseconds: what came later than the walk's first page isn't part of it. */
  readonly horizon: number;
}

const POSITION = /^(\d{1,15}) (\d{1,16}) (\d{1,15}) ([\w.~-]{1,256})$/;

const textOf = ({ after, horizon }: Position): string =>
  [after.time, after.number, horizon, after.trail].join(" ");

function positionAt(found: RegExpExecArray | undefined): Position | undefined {
  if (found === undefined) return undefined;
  const [, time, number, horizon, trail = ""] = found;
  return { after: { time: Number(time), number: Number(number), trail }, horizon: Number(horizon) };
}

async function takePage(
  walk: AsyncIterable<StoredEntry>,
  view: AuditView,
  filter: AuditFilter,
  limit: number,
  order: "asc" | "desc",
): Promise<{ entries: AuditEntry[]; last: Place | undefined }> {
  const entries: AuditEntry[] = [];
  let last: Place | undefined;
  let hidden = false;
  let examined = 0;
  for await (const stored of walk) {
    const place = placeOf(stored);
    if (last !== undefined && (entries.length === limit || examined >= SCAN_BUDGET)) {
      if (!hidden) return { entries, last };
      // A cursor must not reveal how many refusals there were elsewhere, so it points to the end of their millisecond.
      if (place.time !== last.time || place.trail !== last.trail)
        return { entries, last: { ...last, number: order === "asc" ? Number.MAX_SAFE_INTEGER : 0 } };
    }
    examined++;
    last = place;
    const entry = view.show(stored);
    hidden = entry === undefined;
    if (entry !== undefined && fits(entry, filter)) entries.push(entry);
  }
  return { entries, last: undefined };
}
