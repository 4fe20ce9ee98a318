import { authorizeSome } from "../access/authorize.js";
import { allows } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { cursorsOf } from "../domain/cursor.js";
import { DomainError } from "../domain/errors.js";
import type { ErasureJob } from "./job.js";
import type { ErasurePlace } from "./ports.js";
import type { ErasureServices } from "./services.js";

/** An erasure, for those who administer and read all namespaces where it looks. To others it isn't there. */
export async function readErasure(
  { jobs, memory }: Pick<ErasureServices, "jobs" | "memory">,
  context: Context,
  id: string,
): Promise<ErasureJob> {
  const job = await jobs.read(id);
  if (job === undefined || !mayRead(context, job)) {
    throw new DomainError(
      "not_found",
      "There is no such erasure in the namespaces that you administer and read.",
    );
  }
  await memory.audit.system(trailOf(context, "erasure.read", { ids: [id] }), "ok");
  return job;
}

export interface ErasurePage {
  readonly erasures: readonly ErasureJob[];
  readonly cursor: string | undefined;
}

const TOGETHER = 100;
/** What a request looks at most: then it ends with fewer than it may have. */
const PAGES = 20;

/**
 * Erasures that the caller may read, the latest first. A page may hold fewer than `limit` before the end. A cursor
 * names one that it has shown, and how many to skip after that: of others it tells no time, and their number only in
 * thousands.
 */
export async function listErasures(
  { jobs, memory }: Pick<ErasureServices, "jobs" | "memory">,
  context: Context,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<ErasurePage> {
  for (const verb of VERBS) await authorizeSome(memory.audit, context, { verb, act: "erasure.list" });
  const cursors = cursorsOf("list", "erasures");
  const place = cursors.read(cursor, PLACE);
  await memory.audit.system(trailOf(context, "erasure.list"), "ok");
  const shown: ErasureJob[] = [];
  const { at, id, skip } = { ...place?.groups };
  let after: ErasurePlace | undefined = at && id ? { at: Number(at), id } : undefined;
  let skipped = Number(skip ?? 0);
  const written = (last: ErasurePlace | undefined) =>
    cursors.write(`${last === undefined ? "" : `${last.at}-${last.id}`}+${skipped}`);
  let last = after;
  for (let page = 0; page < PAGES; page++) {
    const listed = await jobs.list(TOGETHER, after, page === 0 ? skipped : 0);
    for (const each of listed) {
      if (each.job === undefined || !mayRead(context, each.job)) {
        skipped += 1;
        continue;
      }
      if (shown.length === limit) {
        skipped = 0;
        return { erasures: shown, cursor: written(last) };
      }
      shown.push(each.job);
      [last, skipped] = [each, 0];
    }
    if (listed.length < TOGETHER) return { erasures: shown, cursor: undefined };
    after = listed.at(-1);
  }
  return { erasures: shown, cursor: written(last) };
}

const PLACE = /^(?:(?<at>\d{1,15})-(?<id>[0-9A-HJKMNP-TV-Z]{26}))?\+(?<skip>\d{1,9})$/;
/** The counts of an erasure say what was there. */
const VERBS = ["admin", "read"] as const;

function mayRead({ actor }: Context, { scopes }: ErasureJob): boolean {
  return scopes.every((scope) => VERBS.every((verb) => allows(actor.grants, verb, scope)));
}
