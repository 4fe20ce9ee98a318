import type { Trail } from "../../access/trail.js";
import type { SessionRewriting, StoredSession } from "../../memory/sessions/ports.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { decodeMessages, decodeSession, encodeMessage } from "./codec.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

/** In the order of their last append: one that is appended to during a walk comes again. */
export async function stored(
  { redis, keys }: SessionDeps,
  namespace: string,
  after: number | undefined,
): Promise<StoredSession | undefined> {
  const [next] = await redis.run((client) =>
    client.zRangeWithScores(keys.sessions(namespace), after === undefined ? "-inf" : `(${after}`, "+inf", {
      BY: "SCORE",
      LIMIT: { offset: 0, count: 1 },
    }),
  );
  if (next === undefined) return undefined;
  const [head, entries] = await redis.run((client) =>
    Promise.all([
      client.sendCommand(["HGETALL", keys.session(namespace, next.value)]),
      client.sendCommand(["XRANGE", keys.sessionMessages(namespace, next.value), "-", "+"]),
    ]),
  );
  // Its head ends by itself.
  const session = decodeSession(namespace, head);
  return { place: next.score, session, messages: session.incarnation === "" ? [] : decodeMessages(entries) };
}

export async function treat(
  deps: SessionDeps,
  trail: Trail,
  { session }: StoredSession,
  { summary, messages }: SessionRewriting,
): Promise<"rewritten" | "changed"> {
  const { namespace, sessionId, incarnation } = session;
  const texts = messages.flatMap(({ number, appended_at: _appended, source_agent: _agent, ...message }) => {
    const [, , tokens = "", json = ""] = encodeMessage(message);
    return [String(number), tokens, json];
  });
  const [code] = await deps.auditor.run(namespace, trail, (client, audit) =>
    client.treatSession(
      audit,
      scopeOf(deps, { namespace, sessionId }),
      [],
      [incarnation, session.summary?.text ?? "", summary ?? "", ...texts],
    ),
  );
  return meaningOf<"rewritten" | "changed">("sessions/lua/treat", code, {
    [CODE.DONE]: "rewritten",
    [CODE.CONFLICT]: "changed",
  });
}
