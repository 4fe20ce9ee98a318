import { authorizeSome } from "../access/authorize.js";
import type { Context } from "../domain/context.js";
import { DomainError, invalid } from "../domain/errors.js";
import { takeLease } from "../domain/lease.js";
import { createTurns } from "../domain/turns.js";
import { begunBefore } from "./begun-before.js";
import { CHAIN_START } from "./chain.js";
import { createJob } from "./create-job.js";
import type { ImportJob, ImportOptions } from "./import-job.js";
import { createLineTaker } from "./import-lines.js";
import type { ParseLine } from "./import-lines.js";
import { authorizeIn, IMPORT_ACT } from "./import-run.js";
import { jobBusy, jobMissing, lineRefused, senderGone, stillFilling } from "./refusals.js";
import type { BackupServices } from "./services.js";

/** Begins an import. Its parts are sent one after another, as they are in the file or cut anywhere between lines. */
export async function beginImport(
  services: BackupServices,
  context: Context,
  options: ImportOptions,
): Promise<ImportJob> {
  const { audit } = services.memory;
  if (options.into === undefined) await authorizeSome(audit, context, { verb: "admin", act: IMPORT_ACT });
  else await authorizeIn(services, context, options.into);
  if (!(await services.complete())) throw stillFilling();
  const { id, begun } = await begunBefore(services, context, services.imports);
  if (begun !== undefined) return begun;
  const job: ImportJob = {
    id,
    keyId: context.actor.keyId,
    options,
    startedAt: context.now(),
    part: 1,
    chain: CHAIN_START,
    manifest: null,
    counts: {},
    lines: {},
    parent: null,
    status: "running",
    failure: null,
  };
  const outcome = options.dryRun ? "dry_run" : "ok";
  return createJob(services, context, services.imports, job, { kind: IMPORT_ACT, outcome, noted: id });
}

export async function readImport(
  { imports }: BackupServices,
  { actor }: Context,
  id: string,
): Promise<ImportJob> {
  const job = await imports.read(id);
  if (job === undefined || job.keyId !== actor.keyId) throw jobMissing("import");
  return job;
}

/**
 * Takes the next part of a file. A part that was sent before changes nothing. One during which the service broke off is sent
 * again: what it wrote is then written once more. One whose sender has gone ends between two lines, and goes on there when
 * it is sent again. A line that can't be taken ends the import, and what was written before stays.
 */
export async function writeImportPart(
  services: BackupServices,
  context: Context,
  id: string,
  { part, text, parse }: { readonly part: number; readonly text: string; readonly parse: ParseLine },
): Promise<ImportJob> {
  await readImport(services, context, id);
  const lease = await takeLease(services.locks, `import:${id}`);
  if (lease === undefined) throw jobBusy("import");
  try {
    const job = await readImport(services, context, id);
    if (job.failure !== null) throw lineRefused(job.failure.line, job.failure.message);
    if (part < job.part) return job;
    if (part > job.part) throw invalid("part", `The import goes on with part ${job.part}.`);
    if (job.status === "complete") throw invalid("part", "The import is complete.");
    const run = { services, context, importId: id, options: job.options, allowed: new Set<string>() };
    const turn = createTurns();
    const taker = createLineTaker(run, job, parse);
    /** Lines of the part that were looked at. */
    let number = 0;
    try {
      for (const line of linesOf(text)) {
        if (number++ < (job.taken ?? 0)) continue;
        if (!lease.held()) throw jobBusy("import");
        if (context.gone?.() === true) {
          await taker.drain();
          await services.imports.write(id, job, { ...taker.job(), taken: number - 1 });
          throw senderGone();
        }
        await turn();
        await taker.take(line);
      }
      await taker.drain();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const failure = { line: taker.failed(), message: error.message };
      const ended: ImportJob = { ...taker.job(), status: "failed", failure };
      if (!lease.held() || !(await services.imports.write(id, job, ended))) throw jobBusy("import");
      throw lineRefused(failure.line, failure.message);
    }
    // The part may be cut shorter now: what was taken beyond it begins the next one.
    const ahead = (job.taken ?? 0) - number;
    const done: ImportJob = { ...taker.job(), part: part + 1, taken: ahead > 0 ? ahead : undefined };
    if (!lease.held() || !(await services.imports.write(id, job, done))) throw jobBusy("import");
    return done;
  } finally {
    await lease.end();
  }
}

/** A fault of the line, not of the moment. */
function isRefusal(error: unknown): error is DomainError {
  return (
    error instanceof DomainError &&
    error.retryAfterSeconds === undefined &&
    error.code !== "audit_unavailable"
  );
}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf("\n", from);
    yield text.slice(from, end === -1 ? undefined : end);
    from = end === -1 ? text.length : end + 1;
  }
}
