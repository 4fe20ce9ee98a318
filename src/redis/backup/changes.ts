import type { ChangeStretch, DumpOptions } from "../../backup/ports.js";
import type { StoreDeps } from "../deps.js";
import { BUFFERS } from "../search/nearest.js";
import { argumentsOf } from "../scripts/arguments.js";
import { arrayOf } from "../scripts/replies.js";
import { decodeMessages, decodeSession } from "../sessions/codec.js";
import { erasedLine, isOfState } from "./erased.js";
import { aliasesLine, memoryLines, text, texts } from "./lines.js";
import { sessionLines } from "./sessions.js";

type Deps = Pick<StoreDeps, "redis" | "keys">;

/** Changes are noted so long after the export's last step. Longer than any pause between two parts, but for a reader that is away. */
const LEASE_MS = 600_000;
/** After the last step in the namespace, a reader may still ask for that part again. */
const LINGER_MS = 60_000;
/** Records and bytes that one step reads while nothing else happens in Redis. */
const MOST = 100;
const ENOUGH_BYTES = 1024 * 1024;
const MESSAGES = 200;
const MOST_GROUPS = 5000;

/** From now on, scripts note what they change in the namespace: see lua/changes.lua. */
export async function beginChanges({ redis, keys }: Deps, namespace: string, id: string): Promise<void> {
  await redis.run((client) => client.beginChanges(keysOf(keys, namespace, id), [id, String(LEASE_MS)]));
}

/** Forgets the changes up to a place, which no part can need any more. False: since the last step, changes weren't noted. */
export async function continueChanges(
  { redis, keys }: Deps,
  namespace: string,
  id: string,
  before: string | undefined,
): Promise<boolean> {
  const [watch, changes, bases] = keysOf(keys, namespace, id);
  const { after } = placeOf(before);
  const read = await redis.run((client) => client.zRangeByScore(changes, "(0", after));
  const sessions = read.filter((member) => member.startsWith("s ")).map((member) => member.slice(2));
  const [watched, kept] = await redis.run((client) =>
    Promise.all([
      client.sIsMember(watch, id),
      client.pExpire(changes, LEASE_MS),
      client.pExpire(bases, LEASE_MS),
      client.pExpire(watch, 2 * LEASE_MS),
      client.zRemRangeByScore(changes, "(0", after),
      ...(sessions.length === 0 ? [] : [client.hDel(bases, sessions)]),
    ]),
  );
  return watched === 1 && kept === 1;
}

interface Place {
  /** Number of the last change that was read. */
  readonly after: string;
  /** The session of which messages are left, and the last one that was read. */
  readonly begun: string;
  readonly done: string;
}

function placeOf(at: string | undefined): Place {
  const [after = "0", begun = "", done = "0"] = (at ?? "").split(" ");
  return { after: after === "" ? "0" : after, begun, done };
}

export async function changesAfter(
  { redis, keys }: Deps,
  namespace: string,
  id: string,
  { since, vectors }: Pick<DumpOptions, "since" | "vectors">,
  at: string | undefined,
): Promise<ChangeStretch> {
  const [, changes, bases] = keysOf(keys, namespace, id);
  const reply = await redis.run((client) =>
    client.withTypeMapping(BUFFERS).dumpChanges(
      [changes, bases, keys.uses(namespace), keys.gone(namespace), keys.aliasGroups(namespace)],
      argumentsOf(
        "backup/lua/dump-changes",
        {
          ...placeOf(at),
          most: String(MOST),
          enough: String(ENOUGH_BYTES),
          vectors: vectors ? "1" : "",
          since: String(since),
          records: keys.recordPrefix(namespace),
          sessions: keys.sessionPrefix(namespace),
          messages: keys.sessionMessagesPrefix(namespace),
          page: String(MESSAGES),
          mostGroups: String(MOST_GROUPS),
        },
        [],
      ),
    ),
  );
  const [memories, sessions, last, begun, done, ended, now, gone, groups] = reply;
  const items = [
    ...arrayOf(memories).flatMap((memory) => memoryLines(namespace, memory, true)),
    ...arrayOf(sessions).flatMap((session) => {
      const [head, after, entries] = arrayOf(session);
      return sessionLines(
        decodeSession(namespace, texts(head)),
        decodeMessages(texts(entries)),
        Number(after),
      );
    }),
  ];
  if (text(ended) !== "1") return { items, next: [last, begun, done].map(text).join(" "), cut: undefined };
  const moment = Number(now);
  await redis.run((client) =>
    Promise.all([client.pExpire(changes, LINGER_MS), client.pExpire(bases, LINGER_MS)]),
  );
  return {
    items: [
      ...items,
      ...arrayOf(gone)
        .map(text)
        .flatMap((note) => (isOfState(note) ? [] : erasedLine(namespace, note, moment))),
      ...(groups === null ? [] : arrayOf(groups).map((group) => aliasesLine(namespace, text(group)))),
    ],
    next: undefined,
    cut: { moment, aliases: groups !== null },
  };
}

const keysOf = (keys: StoreDeps["keys"], namespace: string, id: string) =>
  [keys.exportWatch(namespace), keys.exportChanges(namespace, id), keys.exportBases(namespace, id)] as const;
