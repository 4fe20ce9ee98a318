import { allowsIn, scopeOf } from "../access/grants.js";
import { authorize, authorizeScope, authorizeSome } from "../access/authorize.js";
import { isOperator } from "../access/keys/key.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError, invalid, quotaExceeded } from "../domain/errors.js";
import { CHAIN_START, checked } from "./chain.js";
import type { ImportJob, ImportOptions, Parent } from "./import-job.js";
import { importKey } from "./import-key.js";
import { intoNamespace } from "./into.js";
import { FORMAT_VERSION } from "./lines.js";
import type { ErasedLine, ContentLine, Line, ManifestLine, MemoryLine, SystemLine } from "./lines.js";
import { erase } from "../memory/erasure/erase.js";
import { tellCopies } from "../memory/publish/tell-copies.js";
import type { Outcome, PutOptions } from "./ports.js";
import { jobBusy, jobMissing, lineRefused, stillFilling } from "./refusals.js";
import type { BackupServices } from "./services.js";

const ACT = "import";
/** Short: after a process was killed, another one goes on so soon. */
const LOCK_MS = 10_000;

/** Reads a line without its sum; throws `invalid_request` if it isn't one. */
export type ParseLine = (json: string) => Line;

/** Begins an import. Its parts are sent one after another, as they are in the file or cut anywhere between lines. */
export async function beginImport(
  services: BackupServices,
  context: Context,
  options: ImportOptions,
): Promise<ImportJob> {
  const { audit } = services.memory;
  if (options.into === undefined) await authorizeSome(audit, context, { verb: "admin", act: ACT });
  else await authorizeIn(services, context, options.into);
  if (!(await services.complete())) throw stillFilling();
  const id = services.newId();
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
  await audit.system(trailOf(context, ACT, { ids: [id] }), options.dryRun ? "dry_run" : "ok");
  await services.imports.create(id, job);
  return job;
}

/** What an import writes counts as written by others, at times of the file's: that takes who administers the namespace. */
function authorizeIn({ memory }: BackupServices, context: Context, namespace: string): Promise<void> {
  return authorize(memory.audit, context, namespace, { verbs: ["admin", "read", "write"], act: ACT });
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
 * again: what it wrote is then written once more. A line that can't be taken ends the import, and what was written before stays.
 */
export async function writeImportPart(
  services: BackupServices,
  context: Context,
  id: string,
  { part, text, parse }: { readonly part: number; readonly text: string; readonly parse: ParseLine },
): Promise<ImportJob> {
  await readImport(services, context, id);
  const lock = await services.locks.acquire(`import:${id}`, LOCK_MS);
  if (lock === undefined) throw jobBusy("import");
  try {
    const job = await readImport(services, context, id);
    if (job.failure !== null) throw lineRefused(job.failure.line, job.failure.message);
    if (part < job.part) return job;
    if (part > job.part) throw invalid("part", `The import goes on with part ${job.part}.`);
    if (job.status === "complete") throw invalid("part", "The import is complete.");
    const worker = new Worker(services, context, job, parse);
    try {
      for (const line of linesOf(text)) {
        await worker.take(line);
        if (worker.overdue()) await lock.renew(LOCK_MS);
      }
      await worker.drain();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const failure = { line: worker.failed(), message: error.message };
      await services.imports.write(id, { ...worker.job(), status: "failed", failure });
      throw lineRefused(failure.line, failure.message);
    }
    const done = { ...worker.job(), part: part + 1 };
    await services.imports.write(id, done);
    return done;
  } finally {
    await lock.release();
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

const RENEW_MS = 2_500;
/** Memories that are sent before the answer to the first of them is there. */
const TOGETHER = 32;

interface Sent {
  /** Of the line, from 1. */
  readonly number: number;
  readonly line: MemoryLine;
  readonly outcome: Promise<Outcome>;
}

/** Takes the lines of one part. */
class Worker {
  chain: ImportJob["chain"];
  readonly #services: BackupServices;
  readonly #context: Context;
  readonly #start: ImportJob;
  readonly #parse: ParseLine;
  readonly #allowed = new Set<string>();
  readonly #counts: Record<string, Partial<Record<Outcome, number>>>;
  readonly #lines: Record<string, number>;
  #manifest: ManifestLine | null;
  #parent: Parent | null;
  #complete = false;
  #operator = false;
  #sent: Sent[] = [];
  #failed: number | undefined;
  #renewed = performance.now();

  constructor(services: BackupServices, context: Context, start: ImportJob, parse: ParseLine) {
    this.#services = services;
    this.#context = context;
    this.#start = start;
    this.#parse = parse;
    this.chain = start.chain;
    this.#counts = structuredClone(start.counts) as Record<string, Partial<Record<Outcome, number>>>;
    this.#lines = { ...start.lines };
    this.#manifest = start.manifest;
    this.#parent = start.parent;
  }

  job(): ImportJob {
    return {
      ...this.#start,
      chain: this.chain,
      manifest: this.#manifest,
      counts: this.#counts,
      lines: this.#lines,
      parent: this.#parent,
      status: this.#complete ? "complete" : "running",
    };
  }

  overdue(): boolean {
    if (performance.now() - this.#renewed < RENEW_MS) return false;
    this.#renewed = performance.now();
    return true;
  }

  /** The line that was refused. */
  failed(): number {
    return this.#failed ?? this.chain.lines + 1;
  }

  async take(text: string): Promise<void> {
    try {
      await this.#read(text);
    } catch (error) {
      // A line before it may have been refused as well.
      await this.drain();
      throw error;
    }
  }

  /** Waits for what was sent, in order; throws at the first line that was refused. */
  async drain(): Promise<void> {
    const sent = this.#sent;
    this.#sent = [];
    for (const { number, line, outcome } of sent) {
      try {
        this.#count(line.kind, this.#became("memory", line.namespace, line.memory.id, await outcome));
      } catch (error) {
        this.#failed ??= number;
        throw error;
      }
    }
  }

  async #read(text: string): Promise<void> {
    if (this.#complete) throw invalid("line", "Nothing may follow the trailer.");
    const link = checked(this.chain, text);
    if (link === undefined) {
      throw invalid("line", "The line is damaged, or lines before it are missing: its checksum doesn't fit.");
    }
    const line = this.#parse(link.json);
    await this.#use(line);
    this.chain = link.chain;
  }

  async #use(line: Line): Promise<void> {
    if (line.kind === "manifest") return this.#begin(line);
    if (this.#manifest === null) throw invalid("kind", "The first line must be the manifest.");
    if (line.kind === "part") return;
    if (line.kind === "trailer") return this.#end(line);
    this.#lines[line.kind] = (this.#lines[line.kind] ?? 0) + 1;
    if (line.kind === "key" || line.kind === "votes") {
      await this.drain();
      return this.#count(line.kind, await this.#putSystem(line));
    }
    const here = intoNamespace(line, this.#manifest, this.#start.options.into);
    if (!this.#allowed.has(here.namespace)) {
      await authorizeIn(this.#services, this.#context, here.namespace);
      this.#allowed.add(here.namespace);
    }
    // With the rule fail, nothing behind a conflict may be written.
    if (here.kind === "memory" && this.#start.options.rule !== "fail") {
      const outcome = this.#putMemory(here);
      outcome.catch(() => {});
      this.#sent.push({ number: this.chain.lines + 1, line: here, outcome });
      if (this.#sent.length >= TOGETHER) await this.drain();
      return;
    }
    await this.drain();
    this.#count(line.kind, await this.#put(here));
  }

  #count(kind: string, outcome: Outcome): void {
    const counts = (this.#counts[kind] ??= {});
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (outcome === "quota") throw quotaExceeded("memories or bytes");
    if (outcome === "conflict" && !this.#start.options.dryRun) {
      throw invalid(
        "on_conflict",
        "Another record is stored here already, and the import may not replace it.",
      );
    }
  }

  #begin(line: ManifestLine): void {
    if (this.#manifest !== null) throw invalid("kind", "Only the first line may be a manifest.");
    if (line.format_version > FORMAT_VERSION) throw newerFormat(line);
    this.#manifest = line;
  }

  #end(line: Line & { readonly kind: "trailer" }): void {
    const { chain } = this;
    const counted = Object.entries(line.counts).every(([kind, count]) => (this.#lines[kind] ?? 0) === count);
    if (line.lines !== chain.lines || line.sha256 !== chain.digest || !counted) {
      throw invalid("trailer", "The trailer doesn't fit the lines before it.");
    }
    this.#complete = true;
  }

  async #put(line: ContentLine): Promise<Outcome> {
    const { target } = this.#services;
    const options = this.#options();
    const trail = trailOf(this.#context, `${ACT}.${actOf(line)}`);
    switch (line.kind) {
      case "settings":
        return this.#putSettings(line.namespace, line.settings);
      case "aliases":
        return target.putAliases(trail, line, options);
      case "memory":
        return this.#became("memory", line.namespace, line.memory.id, await this.#putMemory(line));
      case "session": {
        const outcome = await target.putSession(trail, line, options);
        return this.#became("session", line.namespace, line.session.session_id, outcome);
      }
      case "state":
        return this.#became("state", line.namespace, line.key, await target.putState(trail, line, options));
      case "erased":
        return this.#erase(line);
      case "version":
        return this.#follow("memory", line.namespace, line.memory.id, () => target.putVersion(line, options));
      case "message":
        return this.#follow("session", line.namespace, line.session_id, () =>
          target.putMessage(line, options),
        );
      case "state_version":
        return this.#follow("state", line.namespace, line.key, () => target.putStateVersion(line, options));
    }
  }

  /** What is still here of it goes, and so does what was derived of that. */
  async #erase(line: ErasedLine): Promise<Outcome> {
    const { target, memory, sessions } = this.#services;
    const { dryRun, restoreErased } = this.#start.options;
    if (restoreErased) return "skipped";
    const { namespace } = line;
    const left = await target.leftOver(line);
    if (dryRun) return left === undefined ? "created" : "replaced";
    const isNew = await target.putErased(line);
    if (left === undefined) return isNew ? "created" : "unchanged";
    if (line.what === "memory") {
      const trail = trailOf(this.#context, "import.memory", { ids: [left] });
      const ref = { namespace, id: left };
      const { kind } = await memory.store.remove(trail, ref, { version: undefined, derived: true });
      if (kind === "published") await tellCopies(memory, this.#context, ref);
    } else {
      const ref = { namespace, sessionId: left };
      await sessions.remove(trailOf(this.#context, "import.session", { ids: [line.id] }), ref, true);
    }
    await erase(memory, this.#context, namespace);
    return "replaced";
  }

  /** Belongs to no namespace, so not to an import into one. */
  async #putSystem(line: SystemLine): Promise<Outcome> {
    const { target, memory } = this.#services;
    const { options } = this.#start;
    if (options.into !== undefined) return "skipped";
    if (!this.#operator) {
      await authorizeScope(memory.audit, this.#context, scopeOf("**"), { verb: "admin", act: ACT });
      this.#operator = true;
    }
    if (line.kind === "key") return importKey(this.#services, this.#context, line, options);
    return (await target.putVotes(line, options)) ? "created" : "unchanged";
  }

  #became(kind: Parent["kind"], namespace: string, id: string, outcome: Outcome): Outcome {
    this.#parent = { kind, namespace, id, outcome };
    return outcome;
  }

  /** What belongs to a record goes with it. */
  async #follow(
    kind: Parent["kind"],
    namespace: string,
    id: string,
    put: () => Promise<boolean>,
  ): Promise<Outcome> {
    const parent = this.#parent;
    if (parent?.kind !== kind || parent.namespace !== namespace || parent.id !== id) {
      throw invalid("kind", `The line must follow the ${kind} that it belongs to.`);
    }
    const written = parent.outcome === "created" || parent.outcome === "replaced";
    if (!written || this.#start.options.dryRun) return parent.outcome;
    return (await put()) ? parent.outcome : "skipped";
  }

  async #putMemory(line: MemoryLine): Promise<Outcome> {
    const { target, memory } = this.#services;
    const trail = trailOf(this.#context, "import.memory");
    const options = this.#options();
    const allowed = this.#permitted(line);
    for (let attempt = 0; attempt < 3; attempt++) {
      const outcome = await target.putMemory(trail, allowed, options);
      if (typeof outcome === "string") return outcome;
      if (options.dryRun) return "replaced";
      const ref = { namespace: line.namespace, id: outcome.taken };
      await memory.store.remove(trailOf(this.#context, "import.memory", { ids: [ref.id] }), ref, {
        version: undefined,
      });
    }
    return "conflict";
  }

  /** A file can't do what its importer may not: speak for others in feedback, or publish to where it may not. */
  #permitted({ voices, published, ...line }: MemoryLine): MemoryLine {
    const { grants } = this.#context.actor;
    const operator = isOperator(grants);
    const copies = Object.entries(published ?? {}).filter(([to]) => allowsIn(grants, "publish", to));
    return {
      ...line,
      ...(operator && voices !== undefined ? { voices } : {}),
      ...(copies.length === 0 ? {} : { published: Object.fromEntries(copies) }),
    };
  }

  async #putSettings(
    namespace: string,
    settings: (ContentLine & { kind: "settings" })["settings"],
  ): Promise<Outcome> {
    const { namespaces } = this.#services;
    const { rule, dryRun } = this.#start.options;
    const current = await namespaces.store.getSettings(trailOf(this.#context, "settings.get"), namespace);
    if (JSON.stringify(current.settings) === JSON.stringify(settings)) return "unchanged";
    if (current.version > 0 && rule !== "overwrite") return rule === "fail" ? "conflict" : "skipped";
    const outcome = current.version > 0 ? "replaced" : "created";
    if (dryRun) return outcome;
    const { consolidation } = settings;
    const written = await namespaces.store.putSettings(
      trailOf(this.#context, "settings.put"),
      namespace,
      settings,
      {
        expectedVersion: undefined,
        next: consolidation === null ? undefined : namespaces.nextTime(consolidation, this.#context.now()),
        operator: isOperator(this.#context.actor.grants),
      },
    );
    namespaces.changed(namespace);
    if (written === "beyond_quota") {
      throw new DomainError(
        "forbidden",
        "A quota must not exceed the one that an operator set. Only an operator (admin on **) may raise it.",
      );
    }
    return outcome;
  }

  #options(): PutOptions {
    const { rule, dryRun, restoreErased } = this.#start.options;
    const { embedder } = this.#services.memory;
    const model = embedder?.model.id;
    return {
      importId: this.#start.id,
      rule,
      dryRun,
      restoreErased,
      now: this.#context.now(),
      vectorsOf: this.#manifest?.model === model ? model : undefined,
      also: embedder?.also !== undefined,
    };
  }
}

function actOf({ kind }: ContentLine) {
  if (kind === "session" || kind === "message") return "session";
  if (kind === "state" || kind === "state_version") return "state";
  return "memory";
}

function newerFormat({ format_version, mneme_version }: ManifestLine): DomainError {
  return invalid(
    "format_version",
    `The file has format version ${format_version}, written by mneme ${mneme_version}. This release reads up to version ${FORMAT_VERSION}: import the file with that release or a newer one.`,
  );
}
