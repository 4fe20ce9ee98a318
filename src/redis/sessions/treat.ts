import type { Trail } from "../../access/trail.js";
import type { SessionRewriting, StoredSession } from "../../memory/sessions/ports.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { decodeMessages, decodeSession, encodeMessage } from "./codec.js";
import type { SessionDeps } from "./deps.js";
import { scopeOf } from "./deps.js";

/** Members that one ZSCAN looks at. */
const SCANNED = 1000;

/** By their facets, which no append changes. All are looked at, and the first ones kept. */
export async function places(
  { redis, keys }: SessionDeps,
  namespace: string,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  let first = new Set<string>();
  let cursor = "0";
  do {
    const page = await redis.run((client) =>
      client.zScan(keys.sessions(namespace), cursor, { COUNT: SCANNED }),
    );
    ({ cursor } = page);
    const found = page.members.flatMap(({ value }) => (value > after ? [value] : []));
    // A scan may give one twice.
    for (const each of found) first.add(each);
    // Sorted now and then, so that a pass over N of them sorts N / limit times.
    if (first.size > 2 * limit) first = firstOf(first, limit);
  } while (cursor !== "0");
  return [...firstOf(first, limit)];
}

const firstOf = (found: ReadonlySet<string>, limit: number): Set<string> =>
  new Set([...found].toSorted(byText).slice(0, limit));

const byText = (one: string, other: string): number => (one < other ? -1 : 1);

export async function stored(
  { redis, keys }: SessionDeps,
  namespace: string,
  place: string,
): Promise<StoredSession | undefined> {
  const [head, entries] = await redis.run((client) =>
    Promise.all([
      client.sendCommand(["HGETALL", keys.session(namespace, place)]),
      client.sendCommand(["XRANGE", keys.sessionMessages(namespace, place), "-", "+"]),
    ]),
  );
  const session = decodeSession(namespace, head);
  // It is still listed after its end.
  return session.incarnation === "" ? undefined : { session, messages: decodeMessages(entries) };
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
