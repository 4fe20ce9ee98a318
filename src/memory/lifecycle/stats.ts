import type { ArchiveAmount, ArchiveStore } from "../ports/archive.js";
import type { Amount, Endings, Group, LifecycleStore, Kept, ValidityEnd } from "../ports/lifecycle.js";
import { EMBEDDING_STATUSES, MEMORY_TYPES } from "../model/record.js";
import type { EmbeddingStatus, MemoryType } from "../model/record.js";
import type { RetentionSettings } from "../../access/namespaces/settings.js";
import type { Using } from "../services.js";
import type { Context } from "../../domain/context.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import { LIMITS } from "../../domain/limits.js";

export interface Stats {
  /** False: there was no time to count all of it, so there is more than this. */
  readonly complete: boolean;
  readonly total: Amount;
  /** Superseded and unread memories; no other figure counts them. */
  readonly superseded: Amount;
  readonly byType: Readonly<Record<MemoryType, Amount>>;
  readonly byStatus: Readonly<Record<EmbeddingStatus, number>>;
  /** The last days, the newest last: what was recorded then and is still there. */
  readonly growth: readonly { readonly day: number; readonly added: Amount }[];
  readonly kept: Kept;
  /** Archived memories, which the other figures count by their stubs. */
  readonly archive: ArchiveAmount;
  readonly retention: EffectiveRetention;
  /** Number of memories that have expired so far. */
  readonly expired: number;
  readonly expiring: { readonly within: readonly (readonly [name: string, count: number])[] } & Pick<
    Endings,
    "next"
  >;
  /** The next memories whose valid time ends within 30 days. */
  readonly endingValidity: readonly ValidityEnd[];
}

/** How long each kind is kept at most, by the settings or as configured; null: as long as it lives. */
export interface EffectiveRetention extends RetentionSettings {
  readonly receipts_seconds: number;
  readonly audit_seconds: number;
  readonly state_history_seconds: number;
  /** Memories past their retention that aren't deleted yet. */
  readonly overdue: number;
}

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

const HORIZONS = [
  ["1h", HOUR_MS],
  ["1d", DAY_MS],
  ["7d", 7 * DAY_MS],
  ["30d", 30 * DAY_MS],
] as const;

const LAST_HORIZON_MS = Math.max(...HORIZONS.map(([, ms]) => ms));

/** How many of the next memories to end are listed. */
const NEXT = 10;

/** The longest counting time, in milliseconds. */
const BUDGET_MS = 5000;

/** A namespace's size, its growth, and the memories that end next. */
export async function stats(
  services: Using<LifecycleStore & Pick<ArchiveStore, "amountIn">, "audit" | "retention">,
  context: Context,
  namespace: string,
): Promise<Stats> {
  const { store, audit } = services;
  await authorize(audit, context, namespace, { verb: "read", act: "stats" });
  await audit.record(namespace, trailOf(context, "stats"), "ok");
  const now = context.now();
  const [{ groups, complete }, behind, endings, endingValidity, kept, archive, retention] = await Promise.all(
    [
      store.groupsOf(namespace, BUDGET_MS, false),
      store.groupsOf(namespace, BUDGET_MS, true),
      store.endingsOf(
        namespace,
        now,
        HORIZONS.map(([, ms]) => now + ms),
        NEXT,
      ),
      store.validityEndsOf(namespace, { above: now, to: now + LAST_HORIZON_MS }, NEXT),
      store.keptIn(namespace),
      store.amountIn(namespace),
      retentionOf(services, namespace, now),
    ],
  );
  const today = Math.floor(now / DAY_MS);
  const days = Array.from({ length: LIMITS.statsDays }, (_, index) => today - LIMITS.statsDays + 1 + index);
  return {
    complete: complete && behind.complete,
    total: sum(groups),
    superseded: sum(behind.groups),
    byType: sumByType(groups),
    byStatus: tally(
      EMBEDDING_STATUSES,
      (wanted) => sum(groups.filter(({ status }) => status === wanted)).memories,
    ),
    growth: days.map((day) => ({ day, added: sum(groups.filter((group) => group.day === day)) })),
    kept,
    archive,
    retention,
    expired: endings.ended,
    expiring: {
      within: HORIZONS.map(([name], index) => [name, endings.counts[index] ?? 0] as const),
      next: endings.next,
    },
    endingValidity,
  };
}

async function retentionOf(
  { store, retention }: Using<LifecycleStore, "retention">,
  namespace: string,
  now: number,
): Promise<EffectiveRetention> {
  const kept = await store.keptFor(namespace);
  const counts = MEMORY_TYPES.map(async (type) => {
    const keep = kept[type];
    return keep === undefined ? 0 : store.countBefore(namespace, type, now - keep);
  });
  const overdue = (await Promise.all(counts)).reduce((total, count) => total + count, 0);
  const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1000);
  return {
    receipts_seconds: seconds(kept.receipts) ?? retention.receiptSeconds,
    audit_seconds: seconds(kept.audit) ?? retention.auditSeconds,
    episodic_seconds: seconds(kept.episodic),
    semantic_seconds: seconds(kept.semantic),
    procedural_seconds: seconds(kept.procedural),
    versions_seconds: seconds(kept.versions) ?? retention.versionSeconds ?? null,
    sessions_seconds: seconds(kept.sessions),
    state_history_seconds: seconds(kept.stateHistory) ?? retention.stateHistorySeconds,
    overdue,
  };
}

/** The amounts by type. */
export function sumByType(groups: readonly Group[]): Readonly<Record<MemoryType, Amount>> {
  return tally(MEMORY_TYPES, (type) => sum(groups.filter(({ memoryType }) => memoryType === type)));
}

export function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(
    (total, { memories, bytes }) => ({ memories: total.memories + memories, bytes: total.bytes + bytes }),
    { memories: 0, bytes: 0 },
  );
}

/** One value for each name, so the record has all of them. */
export function tally<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Readonly<Record<Name, Value>> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}
