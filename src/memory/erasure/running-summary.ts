import { isJsonObject } from "../../domain/json.js";
import { facetQuery, matches } from "../conditions/filter.js";
import type { MemoryDetail } from "../model/record.js";
import type { Services } from "../services.js";

/** Of a session's promoted parts: its turns are under `session`, summaries of its stretches under `summary`. */
export type PromotedKind = "session" | "summary";

const PAGE = 100;
/** The running summary is about as long as the summaries of its last stretches. */
const LINES_BYTES = 4 * 1024;

export interface Incarnation {
  readonly namespace: string;
  readonly sessionId: string;
  /** Tells this session from an earlier one of the same name. */
  readonly incarnation: string;
}

/** A page of what was promoted from a session, the newest first. */
export async function promotedFrom(
  { store }: Pick<Services, "store">,
  { namespace, sessionId, incarnation }: Incarnation,
  kind: PromotedKind,
  after: number | undefined,
) {
  const filter = facetQuery({ session_id: [sessionId], metadata: { [kind]: { incarnation } } });
  const query = { namespace, filter, order: "desc", quarantined: "any", superseded: "any" } as const;
  const page = await store.list({ ...query, limit: PAGE, after });
  const found = await Promise.all(page.refs.map((ref) => store.peek(ref)));
  const memories = found.filter(
    (memory): memory is MemoryDetail =>
      memory !== undefined && isJsonObject(memory.metadata[kind]) && matches(memory, filter),
  );
  return { memories, next: page.next };
}

/** A session's running summary is made anew of the summaries of its stretches that are left. */
export async function rewriteRunningSummary(services: Services, session: Incarnation): Promise<void> {
  const { memories } = await promotedFrom(services, session, "summary", undefined);
  const lines: string[] = [];
  let bytes = 0;
  for (const { content } of memories) {
    bytes += Buffer.byteLength(content) + 1;
    if (bytes > LINES_BYTES) break;
    lines.unshift(content);
  }
  await services.erasures.rewriteSummary(session, session.incarnation, lines.join("\n"));
}
