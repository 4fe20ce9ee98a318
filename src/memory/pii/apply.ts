import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { cursorsOf } from "../../domain/cursor.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { subjectOf } from "../../domain/idempotency.js";
import { phoneChecks } from "../../pii/detect/phones.js";
import { addCounts, redactRefused } from "../../pii/kinds.js";
import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import type { PiiVault } from "../../pii/vault.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { MemoryDetail } from "../model/record.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { RecordStore } from "../ports/records.js";
import type { Rewritable, RewritingStore } from "../ports/rewriting.js";
import type { SearchStore } from "../ports/search.js";
import type { Using } from "../services.js";
import { forgetQuery, passagesOfStored } from "./forget-vectors.js";
import { applyReceipts } from "./apply-receipts.js";
import { applySessions } from "./apply-sessions.js";
import type { ApplySessionsServices } from "./apply-sessions.js";
import { treatStored } from "./treat-stored.js";
import { walkMemories } from "./walk.js";

export interface ApplyInput {
  /** Whether only what would be done is counted. */
  readonly dry_run: boolean;
  /** How many memories to examine. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** `changed`: others kept changing it meanwhile. */
export type ApplyFailure = "changed" | "quota_exceeded" | "archive_unavailable" | "archive_damaged";

export interface ApplyOutcome {
  readonly examined: number;
  /** Pieces in memories and their old versions. */
  readonly counts: PiiCounts;
  /** Ids of the memories that were rewritten, or would be. */
  readonly rewritten: readonly string[];
  readonly failed: readonly { readonly id: string; readonly reason: ApplyFailure }[];
  /** How many sessions were rewritten, or would be. */
  readonly sessions: number;
  /** How many receipts were deleted, or would be. */
  readonly receipts: number;
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

export type ApplyServices = Pick<ApplySessionsServices, "sessions"> &
  Using<
    SearchStore & RecordStore & RewritingStore & Pick<LifecycleStore, "defaultsOf">,
    "archive" | "audit" | "vault" | "entities" | "receipts" | "embedder"
  >;

/** Memories that are read together: with its versions, one of them may be large. */
const PAGE = 25;
/** A request ends after this, with what it has. */
const BUDGET_MS = 5_000;
/** Names of entities that are looked at together. */
const NAMES = 200;
/** A memory; a session; a receipt in its stream, or in a key of its own: see `eraseAlone`. */
const PLACE = /^(?:\d{1,16}|s[!-~]{0,40}|r(?:\d{1,16}-\d{1,16})?|k(?:l|[\da-f]{12}\.\d{1,4}\.)?\d{1,19})$/;
/** Tries to rewrite a memory that others change. */
const ATTEMPTS = 5;

/**
 * Treats the memories of a namespace, with their old versions, and then its sessions and receipts as its settings treat
 * what is written now. Each memory and session is rewritten in one step, so a process that is killed leaves none
 * half-written. What is rewritten has nothing more to find: after a kill, the same cursor, or none, goes on.
 *
 * `reject` leaves marks, because there is no writer who could be refused. `allow` leaves what is there.
 */
export async function applyPii(
  services: ApplyServices,
  context: Context,
  namespace: string,
  { dry_run, limit, cursor }: ApplyInput,
  budgetMs = BUDGET_MS,
): Promise<ApplyOutcome> {
  const { store, audit } = services;
  await authorize(audit, context, namespace, { verbs: ["admin", "read", "write"], act: "pii.apply" });
  const cursors = cursorsOf("namespace", namespace);
  const place = cursors.read(cursor, PLACE)?.[0];
  const policy = redactRefused((await store.defaultsOf(namespace)).pii);
  if (policy === undefined)
    throw invalid("pii", "The settings of this namespace treat no kind of personal data: set `pii` first.");
  await audit.record(namespace, trailOf(context, "pii.apply"), dry_run ? "dry_run" : "ok");
  const vault = dry_run ? withoutKeeping(services.vault) : services.vault;

  const deadline = performance.now() + budgetMs;
  const isOver = (): boolean => performance.now() > deadline || context.gone?.() === true;
  const parts = { ...services, vault };
  const applyFrom = (from: string) => applyRest(parts, context, namespace, policy, dry_run, from, isOver);
  if (place !== undefined && !/^\d/.test(place)) {
    const rest = await applyFrom(place);
    return { ...rest, examined: 0, rewritten: [], failed: [], cursor: cursors.write(rest.after) };
  }
  let counts: PiiCounts = {};
  const rewritten: string[] = [];
  let answered = 0;
  const failed: { id: string; reason: ApplyFailure }[] = [];
  const { examined, after } = await walkMemories(store, {
    namespace,
    after: place === undefined ? undefined : Number(place),
    limit,
    pageSize: PAGE,
    budgetMs,
    read: (ids) => store.readRewritable(namespace, ids),
    visit: async (stored, id) => {
      const outcome = await applyOne(parts, context, policy, stored, dry_run);
      counts = addCounts(counts, outcome.counts);
      if (outcome.kind === "rewritten") rewritten.push(id);
      else if (outcome.kind !== "unchanged") failed.push({ id, reason: outcome.kind });
    },
    // Once more: a request may have read the memory before, and kept its answer since.
    pageEnded: async () => {
      if (!dry_run) await store.eraseAnswersAbout(rewritten.slice(answered));
      answered = rewritten.length;
    },
  });
  if (after !== undefined)
    return {
      examined,
      counts,
      rewritten,
      failed,
      sessions: 0,
      receipts: 0,
      cursor: cursors.write(String(after)),
    };
  if (!dry_run) await forgetStaleNames(services, namespace);
  const rest = await applyFrom("s");
  return {
    ...rest,
    examined,
    counts: addCounts(counts, rest.counts),
    rewritten,
    failed,
    cursor: cursors.write(rest.after),
  };
}

interface AppliedRest extends Pick<ApplyOutcome, "counts" | "sessions" | "receipts"> {
  readonly after: string | undefined;
}

/** What isn't a memory: sessions after a place, after the last one receipts, and at the end answers to appends. */
async function applyRest(
  services: ApplyServices,
  context: Context,
  namespace: string,
  policy: PiiPolicy,
  dryRun: boolean,
  from: string,
  isOver: () => boolean,
): Promise<AppliedRest> {
  let [counts, sessions]: [PiiCounts, number] = [{}, 0];
  let receiptsFrom: string | undefined = from;
  if (from.startsWith("s")) {
    const said = await applySessions(services, context, namespace, policy, from.slice(1), dryRun, isOver);
    [counts, sessions] = [said.counts, said.rewritten];
    if (said.after !== undefined) return { counts, sessions, receipts: 0, after: `s${said.after}` };
    receiptsFrom = undefined;
  }
  const asked = await applyReceipts(services, namespace, policy, receiptsFrom, dryRun, isOver, (receipt) =>
    forgetQuery(services.embedder, receipt),
  );
  if (asked.after === undefined && !dryRun)
    await services.store.eraseAnswersAbout([subjectOf.namespace(namespace)]);
  return { counts, sessions, receipts: asked.count, after: asked.after };
}

interface Applied {
  readonly kind: "rewritten" | "unchanged" | ApplyFailure;
  readonly counts: PiiCounts;
}

async function applyOne(
  services: ApplyServices,
  context: Context,
  policy: PiiPolicy,
  read: Rewritable | undefined,
  dryRun: boolean,
): Promise<Applied> {
  const { store, archive, vault, embedder } = services;
  const trail = trailOf(context, "pii.apply");
  let stored = read;
  let counts: PiiCounts = {};
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (stored === undefined || !isAlive(stored.memory, context.now())) return { kind: "unchanged", counts };
    const { namespace, id } = stored.memory;
    let whole: MemoryDetail | undefined = stored.memory;
    try {
      if (stored.memory.archived !== null) [whole] = await archive.whole([stored.memory]);
      const treated = await treatStored(vault, policy, stored, whole ?? stored.memory, phoneChecks());
      ({ counts } = treated);
      if (treated.rewritten === undefined) return { kind: "unchanged", counts };
      if (dryRun) return { kind: "rewritten", counts };
      if (stored.memory.archived !== null) {
        const back = await archive.bringBack(trail, namespace, id);
        if (back.kind === "full") return { kind: "quota_exceeded", counts };
      } else {
        // Before: after a kill, there is nothing left by which they would be found.
        await store.eraseAnswersAbout([id]);
        const forget = await passagesOfStored(embedder, stored, treated.rewritten);
        await forget();
        const outcome = await store.rewrite(trail, stored, treated.rewritten, context.now());
        // One that was being made may have come since.
        await forget();
        if (outcome === "rewritten") return { kind: "rewritten", counts };
      }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (error.code !== "archive_unavailable" && error.code !== "archive_damaged") throw error;
      return { kind: error.code, counts };
    }
    [stored] = await store.readRewritable(namespace, [id]);
  }
  return { kind: "changed", counts };
}

/** A list forgets the names that no fact holds any more as it meets them, also those from before a process was killed. */
async function forgetStaleNames(
  { entities }: Pick<ApplyServices, "entities">,
  namespace: string,
): Promise<void> {
  let after: string | undefined;
  do ({ next: after } = await entities.list(namespace, "", after, NAMES));
  while (after !== undefined);
}

/** A dry run makes no tokens: what would get one is counted as if it did. */
function withoutKeeping(vault: PiiVault): PiiVault {
  return {
    ...vault,
    keepShown: async () => {},
    tokenize: async (_, originals) => originals.map(({ kind }) => `[${kind}]`),
  };
}
