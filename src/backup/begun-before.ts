import type { Context } from "../domain/context.js";
import type { JobStore } from "./ports.js";
import type { BackupServices } from "./services.js";

/**
 * The job that an earlier try of the operation has begun, or the id of a new one. The earlier try may have noted its id
 * and not come to the job. A key for retries may be used again a day later: ids aren't made of it, or that would
 * take the place of the first job.
 */
export async function begunBefore<Job>(
  { memory, newId }: Pick<BackupServices, "memory" | "newId">,
  { operation, again }: Context,
  jobs: Pick<JobStore<Job>, "read">,
): Promise<{ readonly id: string; readonly begun: Job | undefined }> {
  const isRetry = operation !== undefined && again === true;
  const noted = isRetry ? await memory.audit.done(undefined, operation) : undefined;
  if (noted === undefined) return { id: newId(), begun: undefined };
  return { id: noted, begun: await jobs.read(noted) };
}
