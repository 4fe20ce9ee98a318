import type { z } from "@hono/zod-openapi";
import type { applyView } from "../../src/http/pii/schemas.js";
import { bodyOf } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";

export type Applied = z.infer<typeof applyView>;

/** Applies a namespace's settings to all that is stored in it, request after request. */
export async function applied(
  on: Pick<Service, "send">,
  namespace: string,
  { dryRun = false, limit = 1000 } = {},
): Promise<Applied> {
  const all: Applied = {
    dry_run: dryRun,
    examined: 0,
    counts: {},
    rewritten: [],
    failed: [],
    sessions: 0,
    receipts: 0,
    cursor: null,
  };
  let cursor: string | undefined;
  do {
    const body = { dry_run: dryRun, limit, ...(cursor === undefined ? {} : { cursor }) };
    const part = bodyOf<Applied>(await on.send("POST", `/v1/namespaces/${namespace}/pii/apply`, body), 200);
    all.examined += part.examined;
    all.rewritten.push(...part.rewritten);
    all.failed.push(...part.failed);
    all.sessions += part.sessions;
    all.receipts += part.receipts;
    for (const [kind, count] of Object.entries(part.counts))
      Object.assign(all.counts, {
        [kind]: (all.counts[kind as keyof Applied["counts"]] ?? 0) + (count ?? 0),
      });
    cursor = part.cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}
