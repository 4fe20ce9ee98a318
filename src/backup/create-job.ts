import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { LIMITS } from "../domain/limits.js";
import type { JobStore, TransferJob } from "./ports.js";
import { tooManyJobs } from "./refusals.js";
import type { BackupServices } from "./services.js";

/** Records that a job begins, and stores it, unless its key has too many. */
export async function createJob<Job extends TransferJob & { readonly id: string }>(
  { memory: { audit } }: Pick<BackupServices, "memory">,
  context: Context,
  jobs: JobStore<Job>,
  job: Job,
  {
    kind,
    outcome,
    noted,
  }: { readonly kind: "export" | "import"; readonly outcome: "ok" | "dry_run"; readonly noted?: string },
): Promise<Job> {
  const { id, keyId } = job;
  const trail = trailOf(context, kind, { ids: [id] });
  if (!(await jobs.hold(id, keyId, LIMITS.transfers))) {
    await audit.system(trail, "quota");
    throw tooManyJobs(kind);
  }
  try {
    await audit.system(trail, outcome, noted);
    await jobs.create(id, job);
  } catch (error) {
    await jobs.release(id, keyId);
    throw error;
  }
  return job;
}
