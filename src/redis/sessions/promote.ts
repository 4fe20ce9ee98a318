import type { Trail } from "../../access/trail.js";
import { sessionFacet } from "../../memory/model/facets.js";
import type { Claim } from "../../memory/sessions/ports.js";
import type { RunningSummary, SessionRef } from "../../memory/sessions/session.js";
import { decodeMessages, decodeSession } from "./codec.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

/** The most messages that are promoted at once. */
const TOGETHER = 100;

export async function claim(
  { redis, keys, defaults }: SessionDeps,
  ref: SessionRef,
  leaseMs: number,
): Promise<Claim | undefined> {
  const { namespace, sessionId } = ref;
  const facet = sessionFacet(sessionId);
  const [incarnation, fence, from, to, head, entries] = await redis.run((client) =>
    client.claimSession(
      [
        keys.session(namespace, facet),
        keys.sessionMessages(namespace, facet),
        keys.sessionDue(namespace, facet),
        keys.settings(namespace),
      ],
      [leaseMs, defaults.windowMessages, defaults.windowTokens, TOGETHER].map(String),
    ),
  );
  if (incarnation === undefined) return undefined;
  return {
    ref,
    incarnation: String(incarnation),
    fence: Number(fence),
    from: Number(from),
    to: Number(to),
    summary: decodeSession(namespace, head).summary,
    messages: decodeMessages(entries),
  };
}

export async function settle(
  deps: SessionDeps,
  trail: Trail,
  { ref, incarnation, fence, to }: Claim,
  { text, method, model }: RunningSummary,
): Promise<"settled" | "lost" | "gone"> {
  const [code] = await deps.auditor.run(ref.namespace, trail, (client, audit) =>
    client.settleSession(
      audit,
      scopeOf(deps, ref),
      [],
      [incarnation, String(fence), String(to), text, method, model ?? ""],
    ),
  );
  return meaningOf("sessions/lua/settle", code, {
    [CODE.DONE]: "settled",
    [CODE.LOST]: "lost",
    [CODE.MISSING]: "gone",
  });
}

export async function postpone(
  { redis, keys }: SessionDeps,
  { ref, incarnation, fence }: Claim,
  ms: number,
): Promise<boolean> {
  const facet = sessionFacet(ref.sessionId);
  const kept = await redis.run((client) =>
    client.postponeSession(
      [keys.session(ref.namespace, facet), keys.sessionDue(ref.namespace, facet)],
      [incarnation, String(fence), String(ms)],
    ),
  );
  return kept === 1;
}
