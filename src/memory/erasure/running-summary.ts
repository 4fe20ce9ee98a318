import { facetQuery } from "../conditions/filter.js";
import type { PromotedBy } from "../model/made.js";
import type { MemoryDetail } from "../model/record.js";
import type { Using } from "../services.js";
import { redactRefused } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import type { LifecycleStore } from "../ports/lifecycle.js";
import type { RecordStore } from "../ports/records.js";
import type { SearchStore } from "../ports/search.js";

const PAGE = 100;
/** The running summary is about as long as the summaries of its last stretches. */
const LINES_BYTES = 4 * 1024;

type Summarising = Using<RecordStore & SearchStore, "archive" | "erasures">;

export interface Incarnation {
  readonly namespace: string;
  readonly sessionId: string;
  /** Distinguishes this session from an earlier one of the same name. */
  readonly incarnation: string;
}

export interface Promoted {
  readonly memory: MemoryDetail;
  readonly made: PromotedBy;
}

/** Memories promoted from a session, among a page of those with its name, the newest first. */
export async function promotedFrom(
  { store, erasures }: Using<RecordStore & SearchStore, "archive" | "erasures">,
  { namespace, sessionId, incarnation }: Incarnation,
  kind: PromotedBy["by"],
  after: number | undefined,
): Promise<{ readonly promoted: readonly Promoted[]; readonly next: number | undefined }> {
  // Metadata doesn't decide, because callers may change it.
  const filter = facetQuery({ session_id: [sessionId] });
  const query = { namespace, filter, order: "desc", quarantined: "any", superseded: "any" } as const;
  const page = await store.list({ ...query, limit: PAGE, after });
  const ids = page.refs.map(({ id }) => id);
  const made = await erasures.madeOf(namespace, ids);
  const found = await Promise.all(
    ids.map(async (id, index) => {
      const by = made[index];
      if (by === undefined || !("incarnation" in by)) return [];
      if (by.by !== kind || by.incarnation !== incarnation) return [];
      const memory = await store.peek({ namespace, id });
      return memory?.session_id === sessionId ? [{ memory, made: by }] : [];
    }),
  );
  return { promoted: found.flat(), next: page.next };
}

/**
 * Remakes a session's running summary from the remaining summaries of its stretches. Those may be rewritten for personal
 * data after they were read here, so it is treated too; once more if the settings changed before it was written.
 */
export async function rewriteRunningSummary(
  services: Summarising & Using<Pick<LifecycleStore, "defaultsOf">, "vault">,
  session: Incarnation,
): Promise<void> {
  const { store, vault, erasures } = services;
  const { namespace, incarnation } = session;
  const said = await remainingLines(services, session);
  for (let written: string | undefined; ;) {
    const { pii, version } = await store.defaultsOf(namespace);
    if (version === written) return;
    const { parts } = await treat(vault, namespace, redactRefused(pii), { said });
    await erasures.rewriteSummary(session, incarnation, parts.said);
    written = version;
  }
}

async function remainingLines(services: Summarising, session: Incarnation): Promise<string> {
  const lines: string[] = [];
  let [bytes, full] = [0, false];
  let after: number | undefined;
  do {
    const page = await promotedFrom(services, session, "summary", after);
    for (const memory of await services.archive.whole(page.promoted.map((each) => each.memory))) {
      bytes += Buffer.byteLength(memory.content) + 1;
      full ||= bytes > LINES_BYTES;
      if (!full) lines.unshift(memory.content);
    }
    after = full ? undefined : page.next;
  } while (after !== undefined);
  return lines.join("\n");
}
