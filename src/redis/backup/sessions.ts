import type { DumpOptions, Stretch } from "../../backup/ports.js";
import type { ContentLine } from "../../backup/lines.js";
import { sessionFacet } from "../../memory/model/facets.js";
import type { Message, Session } from "../../memory/sessions/session.js";
import type { StoreDeps } from "../deps.js";
import { fields } from "../scripts/replies.js";
import { decodeMessages, decodeSession } from "../sessions/codec.js";

type SessionDeps = Pick<StoreDeps, "redis" | "keys">;

const MESSAGES = 50;
/** Sessions that one ZSCAN gives, about. */
const SCANNED = 100;

/** Where a walk is. The first facet's session is being read: up to message `done`, and it ends with `to`, unless that is 0. */
interface Place {
  readonly cursor: string;
  readonly facets: readonly string[];
  readonly done: number;
  readonly to: number;
}

/**
 * All sessions that are there throughout, each with the messages that it had when the walk came to it. So it ends,
 * whatever is appended during it. One may come twice.
 */
export async function sessionStretch(
  deps: SessionDeps,
  namespace: string,
  { since }: Pick<DumpOptions, "since">,
  at: string | undefined,
): Promise<Stretch> {
  const { redis, keys } = deps;
  const { cursor, facets, done, to } =
    at === undefined ? { cursor: "0", facets: [], done: 0, to: 0 } : placeOf(at);
  const [facet, ...rest] = facets;
  if (facet === undefined) {
    // Unlike a walk by time, it comes to one that moves ahead of it, and to no one again and again.
    const page = await redis.run((client) =>
      client.zScan(keys.sessions(namespace), cursor, { COUNT: SCANNED }),
    );
    const found = page.members.map(({ value }) => value);
    return { items: [], next: nextOf({ cursor: page.cursor, facets: found, done: 0, to: 0 }) };
  }
  const after = nextOf({ cursor, facets: rest, done: 0, to: 0 });
  const read = await readSession(deps, namespace, facet, done);
  if (read === undefined || read.latest < since) return { items: [], next: after };
  const end = to === 0 ? read.session.message_count : to;
  const messages = read.messages.filter(({ number }) => number <= end);
  const last = messages.length < MESSAGES ? undefined : messages.at(-1)?.number;
  return {
    items: done === 0 ? sessionLines(read.session, messages) : messageLines(read.session, messages),
    next: last === undefined || last >= end ? after : nextOf({ cursor, facets, done: last, to: end }),
  };
}

const placeOf = (text: string) => JSON.parse(text) as Place;

function nextOf(place: Place): string | undefined {
  return place.facets.length === 0 && place.cursor === "0" ? undefined : JSON.stringify(place);
}

interface SessionRead {
  readonly session: Session;
  readonly messages: readonly Message[];
  /** When it was last appended to, or imported; milliseconds since the epoch. */
  readonly latest: number;
}

/** Undefined: there is none any more. */
async function readSession(
  { redis, keys }: SessionDeps,
  namespace: string,
  facet: string,
  from: number,
): Promise<SessionRead | undefined> {
  const [head, entries] = await redis.run((client) =>
    client.dumpSession(
      [keys.session(namespace, facet), keys.sessionMessages(namespace, facet)],
      [String(from), String(MESSAGES)],
    ),
  );
  const session = decodeSession(namespace, head);
  if (sessionFacet(session.sessionId) !== facet) return undefined;
  const importedAt = Number(fields(head)["ia"] ?? 0);
  return {
    session,
    messages: decodeMessages(entries),
    latest: Math.max(session.last_message_at, importedAt),
  };
}

/** The session's own line comes before its first message. `after`: up to that one, its messages are in the file already. */
export function sessionLines(session: Session, messages: readonly Message[], after?: number): ContentLine[] {
  const { namespace, sessionId, ...rest } = session;
  const own = {
    kind: "session",
    namespace,
    ...(after === undefined ? {} : { again: true as const, ...(after === 0 ? {} : { after }) }),
    session: { session_id: sessionId, ...rest },
  } as const;
  return [own, ...messageLines(session, messages)];
}

const messageLines = ({ namespace, sessionId }: Session, messages: readonly Message[]): ContentLine[] =>
  messages.map((message) => ({ kind: "message", namespace, session_id: sessionId, message }));
