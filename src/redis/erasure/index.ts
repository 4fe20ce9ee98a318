import type { ErasureNote, DeletionStore } from "../../memory/ports/erasure.js";
import { eraseAnswers } from "../idempotency/erase.js";
import { dueNotes } from "../search/due-notes.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { askIndex } from "../connection/ask-index.js";
import { readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";
import { filledShare } from "../search/indexes.js";
import type { SessionDeps } from "../sessions/deps.js";
import { madeOf } from "./made-of.js";
import { scopeOf } from "../sessions/deps.js";

/** See lua/erasure.lua for what is kept. */
export function createDeletionStore(
  { redis, keys, meter }: Pick<StoreDeps, "redis" | "keys" | "meter">,
  sessions: SessionDeps,
): DeletionStore {
  async function write(namespace: string, note: ErasureNote, act: "due" | ""): Promise<void> {
    const noteKeys = [keys.erasures(namespace), keys.erasureDue(namespace)];
    await redis.run((client) => client.settleErasure(noteKeys, [encode(note), act, namespace]));
  }

  return {
    async next(namespace) {
      const [first] = await redis.run((client) => client.zRange(keys.erasures(namespace), 0, 0));
      return first === undefined ? undefined : decode(first);
    },
    note: (namespace, note) => write(namespace, note, "due"),
    settle: (namespace, note) => write(namespace, note, ""),
    async derivedFrom(namespace, id, limit) {
      const where = [{ root: namespace, below: false }];
      const [reply] = await askIndex(
        redis,
        where,
        ["FT.SEARCH", keys.recordIndex(), "@source:{$id}", "NOCONTENT", ...commonArguments(limit, { id })],
        "run",
      );
      const refs = readRows(reply, 1, refOfKey);
      // The same id elsewhere is a published copy's; old versions go with their memories.
      const ids = refs
        .filter((ref) => ref.namespace === namespace && ref.version === undefined)
        .map((ref) => ref.id);
      if (ids.length > 0) return ids;
      // Nothing found means nothing only where everything is in the index.
      const filled = await filledShare(redis, keys.recordIndex(), where);
      return filled === 1 ? [] : undefined;
    },
    async withdrawSource(namespace, id, source) {
      return (
        (await redis.run((client) => client.withdrawSource([keys.record(namespace, id)], [source]))) === 1
      );
    },
    async purgeVersions(namespace, id, until) {
      await redis.run((client) =>
        client.purgeVersions(meter(namespace), [keys.record(namespace, id)], [id, String(until ?? "all")]),
      );
      // They say what the memory said before.
      await eraseAnswers({ redis, keys }, [id]);
    },
    async purgeMadeVersions(namespace, id) {
      await redis.run((client) =>
        client.purgeVersions(meter(namespace), [keys.record(namespace, id)], [id, "made"]),
      );
      await eraseAnswers({ redis, keys }, [id]);
    },
    madeOf: (namespace, ids) =>
      redis.run((client) => Promise.all(ids.map((id) => madeOf(client, keys.record(namespace, id))))),
    async rewriteSummary(session, incarnation, text) {
      await redis.run((client) => client.rewriteSession(scopeOf(sessions, session), [], [incarnation, text]));
    },
    async due(now, limit) {
      const index = keys.erasuresDueIndex();
      const notes = await dueNotes(redis, { index, fields: ["ns"] }, now, limit);
      return notes.flatMap(([namespace]) => (typeof namespace === "string" ? [namespace] : []));
    },
    async postpone(namespace, at) {
      const noteKeys = [keys.erasures(namespace), keys.erasureDue(namespace)];
      await redis.run((client) => client.settleErasure(noteKeys, ["", String(at), namespace]));
    },
  };
}

const LETTERS = { memory: "m", versions: "v", session: "s", summary: "r" } as const;

function encode(note: ErasureNote): string {
  return "id" in note
    ? `${LETTERS[note.kind]} ${note.id}`
    : `${LETTERS[note.kind]} ${note.incarnation} ${note.sessionId}`;
}

/** A session's name may hold spaces, so it comes last. */
function decode(text: string): ErasureNote {
  const [, letter = "", first = "", sessionId] = /^(\w) (\w+)(?: (.*))?$/s.exec(text) ?? [];
  if (letter === LETTERS.memory) return { kind: "memory", id: first };
  if (letter === LETTERS.versions) return { kind: "versions", id: first };
  const kind = letter === LETTERS.session ? "session" : "summary";
  return { kind, incarnation: first, sessionId: sessionId ?? "" };
}
