import { setTimeout as sleep } from "node:timers/promises";
import { covers, patternOf, scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { SYSTEM_ACTOR } from "../domain/context.js";
import { eachOf } from "../domain/each-of.js";
import { LIMITS } from "../domain/limits.js";
import { takeLease } from "../domain/lease.js";
import type { Lease } from "../domain/lease.js";
import type { Locks } from "../domain/lock.js";
import { erase } from "../memory/erasure/erase.js";
import { sessionFacet } from "../memory/model/facets.js";
import { namedBy } from "../memory/ports/receipts.js";
import type { ChosenReceipts, Receipt } from "../memory/ports/receipts.js";
import { dropOriginals } from "../memory/pii/drop-originals.js";
import { tellCopies } from "../memory/publish/tell-copies.js";
import { signCertificate } from "./certificate.js";
import { find, namespacesOf } from "./find.js";
import type { Tick } from "./find.js";
import type { ErasedCounts, ErasureJob, ErasureTarget, Phase } from "./job.js";
import { PHASES } from "./job.js";
import { identifiersOf } from "./matcher.js";
import { mentionsOf, plainJson, textOf } from "./mentions.js";
import type { Doomed, DoomedKind } from "./ports.js";
import { pseudonymiser } from "./pseudonymise.js";
import type { ErasureServices } from "./services.js";

const TOGETHER = 100;
/** Deletions that are under way at a time. */
const AT_ONCE = 8;
/** What is written while an erasure runs is looked for again: each round finds what the one before couldn't see. */
const ROUNDS = 5;

/** Something that it waits for is still under way: the next sweep tries again. */
export class NotYet extends Error {}

/** What a step works with. */
interface Run {
  readonly services: ErasureServices;
  readonly context: Context;
  readonly job: ErasureJob;
  readonly target: ErasureTarget;
  readonly tick: Tick;
}

/** What a step changes of the job. */
type Change = Partial<Pick<ErasureJob, "counts" | "copiesLeft" | "round" | "phase">>;

/** Goes through the steps of an erasure from where it is, and saves each. */
export async function workOff(
  services: ErasureServices,
  start: ErasureJob,
  now: () => number,
  tick: Tick,
): Promise<void> {
  let job = start;
  while (job.status === "running") {
    await tick();
    job = await afterStep(services, job, now, tick);
    await services.jobs.save(job);
  }
  await services.jobs.drop(job.id);
}

async function afterStep(
  services: ErasureServices,
  job: ErasureJob,
  now: () => number,
  tick: Tick,
): Promise<ErasureJob> {
  if (job.target === null) throw new Error("an erasure that runs has a target");
  // The caller did this, by a request that was accepted: so it is on record.
  const actor = { ...SYSTEM_ACTOR, agent: job.agent, keyId: job.keyId };
  const context: Context = { actor, requestId: job.requestId, now, operation: undefined };
  const change = await STEPS[job.phase]({ services, context, job, target: job.target, tick });
  const next = { ...job, phase: nextPhase(job), ...change };
  const counted = { ...next, ...(await progressOf(services, next)) };
  if (counted.phase !== "seal") return counted;
  // A certificate says that all of it is gone.
  return counted.handled < counted.found && !counted.dryRun
    ? { ...counted, phase: "sessions" }
    : sealed(services, counted);
}

function nextPhase({ phase, dryRun }: ErasureJob): Phase {
  if (dryRun) return phase === "find" ? "receipts" : "seal";
  return PHASES[PHASES.indexOf(phase) + 1] ?? "seal";
}

async function progressOf({ jobs }: ErasureServices, { id, counts, dryRun }: ErasureJob) {
  const known = await jobs.counts(id);
  const found = Object.values(known).reduce((sum, count) => sum + count, 0);
  const open = dryRun ? 0 : await openOf({ jobs }, { id });
  const counted: ErasedCounts = {
    ...counts,
    memories: known.memory,
    copies: known.copy,
    histories: known.history,
    sessions: known.session,
    state_documents: known.state,
    threads: known.thread,
  };
  return { counts: counted, found, handled: Math.max(0, found - open) };
}

/** How much was found that isn't deleted yet. */
async function openOf(
  { jobs }: Pick<ErasureServices, "jobs">,
  { id }: Pick<ErasureJob, "id">,
): Promise<number> {
  const left = await jobs.left(id);
  return KINDS.reduce((sum, kind) => sum + left[kind], 0);
}

const KINDS: readonly DoomedKind[] = [
  "memory",
  "copy",
  "history",
  "lent",
  "session",
  "state",
  "state_writers",
  "thread",
  "entity",
  "mention",
  "name",
];

/** The certificate doesn't say what was erased, and from here on the job doesn't either. */
async function sealed(services: ErasureServices, job: ErasureJob): Promise<ErasureJob> {
  const finishedAt = await services.source.moment();
  const done = { ...job, status: "complete", target: null, finishedAt, handled: job.found } as const;
  if (job.dryRun) return { ...done, handled: 0 };
  const statement = {
    id: job.id,
    kind: job.kind,
    namespaces: job.scopes.map(patternOf),
    requested_at: new Date(job.startedAt).toISOString(),
    completed_at: new Date(finishedAt).toISOString(),
    mneme_version: services.version,
    counts: job.counts,
    copies_left: job.copiesLeft,
  };
  return { ...done, certificate: signCertificate(statement, await services.jobs.signingKey()) };
}

const STEPS: Readonly<Record<Phase, (run: Run) => Promise<Change>>> = {
  async find({ services, job, target, tick }) {
    const { copiesLeft } = await find(services, job, target, tick);
    if (job.round === 1) {
      // Of a namespace, more goes than is found.
      const isMissing = target.kind !== "namespace" && (await foundNothing(services, job));
      // The first round decides: later on, the origins are gone.
      return isMissing ? { copiesLeft, phase: "receipts" } : { copiesLeft };
    }
    // Not what this search has found: one that was interrupted has noted things too.
    return (await openOf(services, job)) > 0 ? {} : { phase: "receipts" };
  },

  async sessions(run) {
    const { sessions } = run.services;
    await each(run, "session", async ({ namespace, id }) => {
      if (namespace === null) return;
      const trail = trailOf(run.context, "erasure", { ids: [sessionFacet(id)] });
      await sessions.remove(trail, { namespace, sessionId: id }, true);
    });
    return {};
  },

  async memories(run) {
    const { memory } = run.services;
    const remove = async ({ namespace, id }: Doomed): Promise<void> => {
      if (namespace === null) return;
      const ref = { namespace, id };
      const trail = trailOf(run.context, "erasure", { ids: [id] });
      const { kind } = await memory.store.remove(trail, ref, { version: undefined, derived: true });
      if (kind === "published") await tellCopies(memory, run.context, ref);
      await memory.store.detachContext(ref, run.context.now());
    };
    // Copies first: one that follows would go with its origin, and the others are then out of reach.
    await each(run, "copy", remove);
    await each(run, "memory", remove);
    // Its memory may be gone already: a time to live takes no words out of what followed.
    await each(run, "lent", async ({ namespace, id }) => {
      if (namespace !== null) await memory.store.detachContext({ namespace, id }, run.context.now());
    });
    await each(run, "history", async ({ namespace, id }) => {
      if (namespace !== null) await memory.erasures.purgeVersions(namespace, id);
    });
    return {};
  },

  async derived(run) {
    const { memory } = run.services;
    let { derived_removed, derived_remade } = run.job.counts;
    for (const namespace of await touched(run)) {
      for (let tries = 0; ; tries++) {
        const { counts, pending } = await erase(memory, run.context, namespace);
        derived_removed += counts.removed;
        derived_remade += counts.remade + counts.kept;
        await run.tick();
        if (!pending) break;
        if (tries === 50) throw new NotYet("Memories that were derived of what is erased are being changed.");
        await sleep(100);
      }
    }
    return { counts: { ...run.job.counts, derived_removed, derived_remade } };
  },

  async state(run) {
    const { contents, leftovers } = run.services;
    const trail = trailOf(run.context, "erasure");
    // The trail names no key: it may be a person's name.
    await each(run, "state", async ({ namespace, id }) => {
      if (namespace !== null) await contents.removeState(trail, namespace, id);
    });
    const agents = agentsOf(run);
    const rename = async ({ namespace, id }: Doomed): Promise<void> => {
      if (namespace !== null) await leftovers.stateWriters(namespace, id, agents, run.tick);
    };
    // Streams of one namespace are written again one after the other.
    await each(run, "state_writers", rename, 1);
    for (const [namespace, keys] of await keysByNamespace(run)) {
      await leftovers.stateChanges(namespace, keys, agents, run.tick);
      await run.tick();
    }
    return {};
  },

  async threads(run) {
    const { memory, threads } = run.services;
    const trail = trailOf(run.context, "erasure");
    await each(run, "thread", async ({ namespace, id }) => {
      if (namespace === null) await memory.audit.system(trail, "ok");
      else await memory.audit.record(namespace, trail, "ok");
      await threads.remove({ namespace: namespace ?? undefined, id });
    });
    return {};
  },

  async names(run) {
    const { memory, leftovers, contents, source } = run.services;
    let { entity_names } = run.job.counts;
    await each(run, "entity", async ({ namespace, id }) => {
      if (namespace !== null) entity_names += await leftovers.forgetEntity(namespace, id);
    });
    await each(run, "mention", async ({ namespace, id }) => {
      if (namespace !== null) entity_names += await leftovers.forgetName(namespace, id);
    });
    // A list forgets the names that no fact holds any more as it meets them.
    await each(run, "name", async ({ namespace, id }) => {
      if (namespace !== null) await memory.entities.list(namespace, id, undefined, 1);
    });
    if (run.target.kind === "namespace") {
      const trail = trailOf(run.context, "erasure");
      for await (const namespace of namespacesOf(run.services, run.job)) {
        for (let at: string | undefined, first = true; first || at !== undefined; first = false) {
          const page = await source.aliases(namespace, at);
          for (const line of page.items) {
            const [own] = line.kind === "aliases" ? line.names : [];
            if (own !== undefined) entity_names += await leftovers.forgetEntity(namespace, own);
          }
          at = page.next;
        }
        for (let place: string | undefined, first = true; first || place !== undefined; first = false) {
          const page = await contents.statePage(namespace, place);
          await contents.dropHistories(namespace, page.keys);
          await run.tick();
          place = page.next;
        }
        await contents.dropTraces(trail, namespace);
        await run.tick();
      }
    }
    const counts = { ...run.job.counts, entity_names };
    return run.job.round < ROUNDS
      ? { counts, phase: "find", round: run.job.round + 1 }
      : { counts, phase: "receipts" };
  },

  async receipts(run) {
    if (await isNowhere(run)) return {};
    const chosen = await receiptChooser(run);
    const count = await run.services.leftovers.receipts(chosen, run.job.dryRun, run.tick);
    return { counts: { ...run.job.counts, receipts: run.job.counts.receipts + count } };
  },

  async runs(run) {
    const { leftovers } = run.services;
    const holds = await textChooser(run);
    let { consolidations } = run.job.counts;
    const holding = await touched(run);
    // A plan may outlive the last memory that it is about.
    for (const namespace of run.target.kind === "subject" ? await trailsOf(run) : holding) {
      const count = await leftovers.consolidations(namespace, holds);
      if (count === undefined)
        throw new NotYet("A consolidation that holds what is erased is still running.");
      consolidations += count;
      if (count > 0 || holding.has(namespace)) await leftovers.answers(namespace);
      await run.tick();
    }
    return { counts: { ...run.job.counts, consolidations } };
  },

  async archive(run) {
    const { memory, locks } = run.services;
    const namespaces = new Set(await touched(run));
    if (run.target.kind === "namespace")
      for await (const namespace of namespacesOf(run.services, run.job)) namespaces.add(namespace);
    // Held by the worker while it moves memories: what it has read before may be what is erased.
    const lease = await archiveLease(locks, run.tick);
    try {
      for (const namespace of namespaces) {
        if (!lease.held()) throw archiveBusy();
        await memory.archive.purge(namespace, run.context.now());
        await run.tick();
      }
    } finally {
      await lease.end();
    }
    return {};
  },

  async caches(run) {
    const { leftovers } = run.services;
    const agents = agentsOf(run);
    // A vector is kept by the text that it is of: without a text of the subject's, it has none.
    const isEmpty = (await foundNothing(run.services, run.job)) && run.job.counts.receipts === 0;
    // Agents are named where nothing of theirs is left to be found.
    if (isEmpty && agents.length === 0) return {};
    const namespaces = agents.length === 0 ? new Set<string>() : await trailsOf(run);
    // Of a namespace that was deleted, it is still noted what operations did there.
    const isWithin = (root: string) =>
      namespaces.has(root) || run.job.scopes.some((scope) => covers(scope, { root, below: false }));
    const isErased = (namespace: string, name: string): boolean =>
      agents.includes(name) && isWithin(namespace);
    const renamed = await leftovers.caches(
      {
        texts: isEmpty
          ? undefined
          : { names: await namedThings(run), receipt: (await receiptChooser(run)).readable },
        agent: agents.length === 0 ? undefined : isErased,
      },
      run.tick,
    );
    for (const namespace of new Set([...namespaces, ...renamed])) {
      // Changes may outlive the history of their documents.
      await leftovers.stateChanges(namespace, new Set(), agents, run.tick);
      const count = await leftovers.writers(namespace, agents);
      if (count > 0 || renamed.has(namespace)) await leftovers.answers(namespace);
      await run.tick();
    }
    // An agent's accuracy is of all namespaces together.
    if (isEverywhere(run.job)) await leftovers.agents(agents);
    return {};
  },

  async originals(run) {
    const { services, tick } = run;
    const originals = run.job.counts.originals;
    const count = await dropOriginals(
      services.originals,
      await touched(run),
      LIMITS.tokenRestSeconds * 1000,
      tick,
      // An erasure isn't done while something can't be read.
      (_, error) => {
        throw error;
      },
    );
    return { counts: { ...run.job.counts, originals: originals + count } };
  },

  async audit(run) {
    if (await isNowhere(run)) return {};
    const { services, job, target, tick } = run;
    const { leftovers } = services;
    const found: Doomed[] = [];
    for await (const page of services.jobs.all(job.id))
      found.push(...page.filter(({ kind }) => IDENTIFYING.has(kind)));
    const { inTrail, inDenials } = pseudonymiser(job, target, found);
    const { denials, system } = leftovers.trails;
    let count = await leftovers.audit(denials, job.id, inDenials, tick);
    // Acts in no single namespace are for those who administer everything.
    if (isEverywhere(job)) count += await leftovers.audit(system, job.id, inTrail(""), tick);
    for (const namespace of await trailsOf(run)) {
      count += await leftovers.audit(namespace, job.id, inTrail(namespace), tick);
    }
    return { counts: { ...job.counts, audit_entries: job.counts.audit_entries + count } };
  },

  seal: async () => ({}),
};

/** Longer than the worker holds it without work. */
const ARCHIVE_WAIT_MS = 10_000;

const archiveBusy = (): NotYet => new NotYet("The archive's worker is moving memories.");

async function archiveLease(locks: Locks, tick: Tick): Promise<Lease> {
  for (const deadline = performance.now() + ARCHIVE_WAIT_MS; performance.now() < deadline; await sleep(50)) {
    const lease = await takeLease(locks, "archive");
    if (lease !== undefined) return lease;
    await tick();
  }
  throw archiveBusy();
}

/** Does the work for each thing of a kind that is still to be erased, some at a time. */
async function each(
  { services: { jobs }, job, tick }: Run,
  kind: DoomedKind,
  work: (doomed: Doomed) => Promise<void>,
  atOnce = AT_ONCE,
): Promise<void> {
  for (;;) {
    const batch = await jobs.open(job.id, kind, TOGETHER);
    if (batch.length === 0) return;
    await eachOf(batch, atOnce, work);
    await jobs.erased(job.id, batch);
    await tick();
  }
}

const foundNothing = async ({ jobs }: ErasureServices, { id }: ErasureJob): Promise<boolean> =>
  Object.values(await jobs.counts(id)).every((count) => count === 0);

/** Nothing was found, and there are no words by which a text could name what is erased. */
async function isNowhere({ services, job, target }: Run): Promise<boolean> {
  return target.kind === "filter" && foundNothing(services, job);
}

const agentsOf = ({ target }: Pick<Run, "target">): readonly string[] =>
  target.kind === "subject" ? (target.subject.agent_id ?? []) : [];

const IDENTIFYING: ReadonlySet<DoomedKind> = new Set(["entity", "alias", "key", "state", "thread"]);

const isEverywhere = ({ scopes }: ErasureJob): boolean =>
  scopes.some(({ root, below }) => root === "" && below);

/** Namespaces where this looks or has found copies: in any of them there may be entries about the subject. */
async function trailsOf(run: Run): Promise<ReadonlySet<string>> {
  const trails = new Set(await touched(run));
  for await (const namespace of namespacesOf(run.services, run.job)) trails.add(namespace);
  return trails;
}

/** Namespaces where something was found. */
async function touched({ services: { jobs }, job }: Run): Promise<ReadonlySet<string>> {
  const namespaces = new Set<string>();
  for await (const page of jobs.all(job.id)) {
    for (const { namespace } of page) if (namespace !== null) namespaces.add(namespace);
  }
  return namespaces;
}

async function keysByNamespace({
  services: { jobs },
  job,
}: Run): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for await (const page of jobs.all(job.id)) {
    for (const { kind, namespace, id } of page) {
      if (kind !== "state" || namespace === null) continue;
      found.set(namespace, (found.get(namespace) ?? new Set()).add(id));
    }
  }
  return found;
}

/**
 * Receipts that show what is erased, and those of the namespaces where this looks that name the subject in what was
 * asked. What can't be read goes only where nobody else's recall is touched.
 */
async function receiptChooser(run: Run): Promise<ChosenReceipts> {
  const { target, job } = run;
  const { ids, named } = await wordsOf(run);
  const holding = await touched(run);
  const isWithin = (pattern: string): boolean => job.scopes.some((scope) => covers(scope, scopeOf(pattern)));
  const isErased = (namespace: string): boolean => target.kind === "namespace" && isWithin(namespace);
  const readable = ({ request, hits, agent, thread_id, checkpoint_id }: Receipt): boolean => {
    if (namedBy(hits).some(({ namespace, id }) => ids.has(`${namespace} ${id}`) || isErased(namespace)))
      return true;
    if (request.namespaces.some(isErased)) return true;
    // What others asked elsewhere is out of the caller's reach.
    if (!request.namespaces.every(isWithin)) return false;
    const { embedding: _, ...asked } = request;
    return named([agent, thread_id ?? "", checkpoint_id ?? "", textOf(plainJson(asked))].join("\n"));
  };
  const mayBeIn = (namespace: string): boolean => holding.has(namespace) || isWithin(namespace);
  return { mayBeIn, readable, unreadable: ({ namespaces }) => namespaces.every(isWithin) };
}

/** Whether the text of a run of consolidation names a memory that is erased, or the subject. */
async function textChooser(run: Run): Promise<(text: string) => boolean> {
  const { ids, named } = await wordsOf(run);
  const alone = new Set([...ids].map((ref) => ref.slice(ref.indexOf(" ") + 1)));
  return (text) => (text.match(ULIDS) ?? []).some((id) => alone.has(id)) || named(text);
}

/** `ids`: memories, each after its namespace. */
async function wordsOf({ services: { jobs }, job, target }: Run) {
  const ids = new Set<string>();
  const texts: string[] = target.kind === "subject" ? identifiersOf(target.subject) : [];
  for await (const page of jobs.all(job.id)) {
    for (const { kind, namespace, id } of page) {
      if (kind === "memory" || kind === "copy" || kind === "history") ids.add(`${namespace} ${id}`);
      else if (kind === "entity" || kind === "alias") texts.push(id);
    }
  }
  return { ids, named: mentionsOf(texts) };
}

/** Documents and sessions that are erased. */
async function namedThings({
  services: { jobs },
  job,
}: Run): Promise<(namespace: string, id: string) => boolean> {
  const found = new Set<string>();
  for await (const page of jobs.all(job.id)) {
    for (const { kind, namespace, id } of page) {
      if (kind === "state" || kind === "session") found.add(`${namespace} ${id}`);
    }
  }
  return (namespace, id) => found.has(`${namespace} ${id}`);
}

const ULIDS = /(?<![0-9A-Z])[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Z])/g;
