import { authorizeSome } from "../access/authorize.js";
import { allows } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { cursorsOf } from "../domain/cursor.js";
import { DomainError } from "../domain/errors.js";
import type { ErasureJob } from "./job.js";
import type { ErasureServices } from "./services.js";

/** An erasure, for those who administer all namespaces where it looks. To others it isn't there. */
export async function readErasure(
  { jobs, memory }: Pick<ErasureServices, "jobs" | "memory">,
  context: Context,
  id: string,
): Promise<ErasureJob> {
  const job = await jobs.read(id);
  if (job === undefined || !mayRead(context, job)) {
    throw new DomainError("not_found", "There is no such erasure in the namespaces that you administer.");
  }
  await memory.audit.system(trailOf(context, "erasure.read", { ids: [id] }), "ok");
  return job;
}

export interface ErasurePage {
  readonly erasures: readonly ErasureJob[];
  readonly cursor: string | undefined;
}

/** Erasures that the caller may read, the latest first. A page may hold fewer than `limit` before the end. */
export async function listErasures(
  { jobs, memory }: Pick<ErasureServices, "jobs" | "memory">,
  context: Context,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
): Promise<ErasurePage> {
  await authorizeSome(memory.audit, context, { verb: "admin", act: "erasure.list" });
  const cursors = cursorsOf("list", "erasures");
  const place = cursors.read(cursor, /^\d{1,15}$/)?.[0];
  const page = await jobs.list(limit, place === undefined ? undefined : Number(place));
  await memory.audit.system(trailOf(context, "erasure.list"), "ok");
  return {
    erasures: page.jobs.filter((job) => mayRead(context, job)),
    cursor: cursors.write(page.next === undefined ? undefined : String(page.next)),
  };
}

function mayRead({ actor }: Context, { scopes }: ErasureJob): boolean {
  return scopes.every((scope) => allows(actor.grants, "admin", scope));
}
