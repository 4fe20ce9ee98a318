import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { storeFaultOf } from "../../domain/store-fault.js";
import { removeQuietly } from "./remove-quietly.js";
import type { Erasing } from "./erasing.js";
import { followSource } from "./derived.js";
import type { ErasureNote } from "../ports/erasure.js";
import { promotedFrom, rewriteRunningSummary } from "./running-summary.js";

/** The effects of a deletion on derived memories. Ids, each once, of the first {@link MOST_NAMED} of a kind. */
export interface Erased {
  /** How many were removed, remade, or kept. */
  readonly counts: { readonly removed: number; readonly remade: number; readonly kept: number };
  readonly removed: readonly string[];
  /** Remade from their other sources. */
  readonly remade: readonly string[];
  /** Written by a caller from several sources. The deleted one is no longer named among them. */
  readonly kept: readonly string[];
  /** There is more to go through: it is done in the background. */
  readonly pending: boolean;
}

/** Undefined where nothing was derived of what was deleted. */
export function unlessNothing(erased: Erased): Erased | undefined {
  const { counts, pending } = erased;
  return pending || counts.removed + counts.remade + counts.kept > 0 ? erased : undefined;
}

export const MOST_NAMED = 200;
/** How long a request works on it before it leaves the rest to the background. */
const INLINE_MS = 1_500;
const TOGETHER = 50;

export interface EraseOptions {
  readonly budgetMs?: number;
  readonly stopping?: AbortSignal;
}

/**
 * Handles what was derived from deletions in this namespace, until nothing is left or time is up. Each step is
 * idempotent and keeps its note until it is done, so a crash leaves the rest to the next run.
 */
export async function erase(
  services: Erasing,
  context: Context,
  namespace: string,
  { budgetMs = INLINE_MS, stopping }: EraseOptions = {},
): Promise<Erased> {
  const deadline = Date.now() + budgetMs;
  const tally = createTally();
  const isLate = (): boolean => Date.now() > deadline || stopping?.aborted === true;
  for (;;) {
    const note = await services.erasures.next(namespace);
    if (note === undefined) return tally.result(false);
    if (isLate()) return tally.result(true);
    const done = await unlessHeldUp(() => workOff(services, context, namespace, note, tally, isLate));
    if (!done) return tally.result(true);
    await services.erasures.settle(namespace, note);
  }
}

/**
 * Remaking takes memory, and what archived sources say. In a full store, or while the archive is away, it waits, while the
 * requested deletion is done.
 */
async function unlessHeldUp(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (storeFaultOf(error) === "redis_out_of_memory") return false;
    if (error instanceof DomainError && error.code === "archive_unavailable") return false;
    throw error;
  }
}

/** Whether nothing is left to do. */
async function workOff(
  services: Erasing,
  context: Context,
  namespace: string,
  note: ErasureNote,
  tally: Tally,
  isLate: () => boolean,
): Promise<boolean> {
  if (note.kind === "versions") {
    await services.erasures.purgeVersions(namespace, note.id);
    return true;
  }
  if (note.kind === "summary") {
    await rewriteRunningSummary(services, { ...note, namespace });
    return true;
  }
  if (note.kind === "session") return removePromoted(services, context, namespace, note, tally, isLate);
  for (let round = 0; !isLate(); round++) {
    const ids = await services.erasures.derivedFrom(namespace, note.id, TOGETHER);
    if (ids === undefined) return false;
    if (ids.length === 0) return true;
    let moved = false;
    for (const id of ids) {
      if (isLate()) return false;
      const fate = await followSource(services, context, { namespace, id }, note.id);
      if (fate !== "again" && fate !== "missing") {
        tally.add(fate, id);
        moved = true;
      }
    }
    // Others change them all the time, or Redis hasn't removed yet what has expired.
    if (!moved && round > 8) return false;
  }
  return false;
}

async function removePromoted(
  services: Erasing,
  context: Context,
  namespace: string,
  { incarnation, sessionId }: Extract<ErasureNote, { kind: "session" }>,
  tally: Tally,
  isLate: () => boolean,
): Promise<boolean> {
  for (const kind of ["summary", "session"] as const) {
    let after: number | undefined;
    do {
      const page = await promotedFrom(services, { namespace, sessionId, incarnation }, kind, after);
      for (const { memory } of page.promoted) {
        const { id, version } = memory;
        if (isLate()) return false;
        const only = { version, derived: true };
        const outcome = await removeQuietly(services, context, { namespace, id }, only, "session.delete");
        if (outcome === "conflict") return false;
        if (outcome === "removed") tally.add("removed", id);
      }
      after = page.next;
    } while (after !== undefined);
  }
  return true;
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const ids = { removed: new Set<string>(), remade: new Set<string>(), kept: new Set<string>() };
  const named = (kind: keyof typeof ids): string[] => [...ids[kind]].slice(0, MOST_NAMED);
  return {
    add: (kind: keyof typeof ids, id: string) => {
      ids[kind].add(id);
      if (kind === "removed") for (const other of ["remade", "kept"] as const) ids[other].delete(id);
    },
    result: (pending: boolean): Erased => ({
      counts: { removed: ids.removed.size, remade: ids.remade.size, kept: ids.kept.size },
      removed: named("removed"),
      remade: named("remade"),
      kept: named("kept"),
      pending,
    }),
  };
}
