import { hashedRef } from "../../../../src/mcp/reference/statements.js";
import { memoriesOf, messageOf, refOf, scopedSession, shortName, tagsOf } from "../drafts.js";
import type { Origin, SourceRecord } from "../drafts.js";
import { elementsOf } from "../input/reading.js";
import { parsedJson, valuesUnder } from "../input/redis.js";
import type { Item, RedisInput, Source } from "../source.js";
import { fieldsOf, listAt, objectAt, own, secondsOrTime, textAt } from "../values.js";
import type { Fields } from "../values.js";

const NAME = "agent-memory-server";
/** Of a long-term record: all but the vector and what only its own jobs need. */
const HASH_FIELDS = [
  "id_",
  "text",
  "session_id",
  "user_id",
  "namespace",
  "memory_type",
  "topics",
  "entities",
  "metadata",
  "extracted_from",
  "pinned",
  "access_count",
  "created_at",
  "updated_at",
  "last_accessed",
  "event_date",
] as const;
const LISTS = ["topics", "entities", "extracted_from"] as const;
const WORKING = "working_memory:";

/** Redis' agent memory server: its Redis, or what its long-term search gives. */
export const agentMemoryServer: Source = {
  title: "agent-memory-server (its Redis, or a search's answer as JSON)",
  isFile: (name) => name.endsWith(".json"),
  read: elementsOf(NAME, (origin, where, value) => recordItems(origin, where, fieldsOf(value)), ["memories"]),
  readRedis,
};

async function* readRedis({ redis, prefix = "memory_idx:", trust }: RedisInput): AsyncGenerator<Item> {
  const origin = { source: NAME, trust };
  const hash = async (key: string): Promise<Fields> => {
    const values = await redis.hmGet(key, [...HASH_FIELDS]);
    return Object.fromEntries(HASH_FIELDS.map((name, index) => [name, values[index]]));
  };
  for await (const { key, value, problem } of valuesUnder(redis, prefix, "hash", hash)) {
    const where = shortName(key) ?? "";
    if (problem !== undefined) yield { kind: "failed", where, reason: problem };
    else if (textAt(value, "id_") === undefined)
      yield { kind: "skipped", where, reason: "a hash without a record" };
    else yield* recordItems(origin, where, recordOf(value));
  }
  const json = (key: string): Promise<unknown> => redis.sendCommand(["JSON.GET", key]);
  // As a string: before version 0.12, until the session is read.
  const text = (key: string): Promise<unknown> => redis.get(key);
  for (const [type, read] of [
    ["ReJSON-RL", json],
    ["string", text],
  ] as const) {
    for await (const { key, value, problem } of valuesUnder(redis, WORKING, type, read)) {
      const where = shortName(key) ?? "";
      const session = fieldsOf(parsedJson(typeof value === "string" ? value : undefined));
      if (problem !== undefined) yield { kind: "failed", where, reason: problem };
      // Its flags of a migration are there too.
      else if (session === undefined) yield { kind: "skipped", where, reason: "a key without a session" };
      else yield* sessionItems(origin, where, session);
    }
  }
}

/** A hash as the record that its API shows. */
function recordOf(hash: Fields | undefined): Fields {
  const lists = LISTS.map((name) => [name, (textAt(hash, name) ?? "").split(/[|,]/)] as const);
  const metadata = parsedJson(textAt(hash, "metadata"));
  return {
    ...hash,
    ...Object.fromEntries(lists),
    id: own(hash, "id_"),
    metadata,
    pinned: own(hash, "pinned") === "1",
    access_count: Number(own(hash, "access_count")),
  };
}

function* recordItems(origin: Origin, where: string, record: Fields | undefined): Generator<Item> {
  const id = textAt(record, "id");
  const text = textAt(record, "text");
  if (record === undefined || id === undefined) {
    return yield { kind: "failed", where, reason: "it isn't a memory: its id is missing" };
  }
  if (text === undefined) return yield { kind: "skipped", where, reason: "without a text" };
  const session = textAt(record, "session_id");
  const created = secondsOrTime(own(record, "created_at"));
  const about = {
    ...scopeOf(record),
    entities: namesIn(record, "entities"),
    extracted_from: namesIn(record, "extracted_from"),
    access_count: countOf(own(record, "access_count")),
    last_accessed: secondsOrTime(own(record, "last_accessed")),
    agent_memory_server: metadataOf(record),
  };
  const said = /^(user|assistant): ([\s\S]+)/.exec(text);
  if (own(record, "memory_type") === "message" && said !== null && session !== undefined) {
    const [, role, words = ""] = said;
    return yield* messageOf(origin, {
      where,
      ref: refOf(NAME, id),
      session: sessionOf(record, session),
      role: role === "user" ? "user" : "assistant",
      text: words,
      time: created,
      about,
    });
  }
  const time = secondsOrTime(own(record, "event_date")) ?? created;
  const draft: SourceRecord["draft"] = {
    memory_type: own(record, "memory_type") === "semantic" ? "semantic" : "episodic",
    ...(time === undefined ? {} : { timestamp: time }),
    ...(session === undefined ? {} : { session_id: sessionOf(record, session) }),
    ...(own(record, "pinned") === true ? { pinned: true } : {}),
    ...tagsOf(listAt(record, "topics")),
  };
  yield* memoriesOf(origin, { where, ref: refOf(NAME, id), about, draft }, text);
}

/** Messages, memories that aren't in the long-term memory yet, and the summary of messages that were dropped. */
function* sessionItems(origin: Origin, where: string, session: Fields): Generator<Item> {
  const id = textAt(session, "session_id");
  if (id === undefined) return yield { kind: "failed", where, reason: "its session_id is missing" };
  const scope = scopeOf(session);
  for (const [index, each] of listAt(session, "messages").entries()) {
    const message = fieldsOf(each);
    const place = `${where} message ${index + 1}`;
    const role = textAt(message, "role");
    const text = textAt(message, "content");
    if (typeof own(message, "persisted_at") === "string") {
      yield { kind: "skipped", where: place, reason: "in the long-term memory too" };
    } else if (role !== "user" && role !== "assistant") {
      yield { kind: "skipped", where: place, reason: `role ${shortName(role) ?? "missing"}` };
    } else if (text === undefined) {
      yield { kind: "skipped", where: place, reason: "without a text" };
    } else {
      const messageId = textAt(message, "id");
      yield* messageOf(origin, {
        where: place,
        ref:
          messageId === undefined
            ? hashedRef(NAME, "message", sessionOf(session, id), String(index), text)
            : refOf(NAME, messageId),
        session: sessionOf(session, id),
        role,
        text,
        time: secondsOrTime(own(message, "created_at")),
        about: scope,
      });
    }
  }
  for (const [index, each] of listAt(session, "memories").entries()) {
    const place = `${where} memory ${index + 1}`;
    const record = fieldsOf(each);
    if (typeof own(record, "persisted_at") === "string") {
      yield { kind: "skipped", where: place, reason: "in the long-term memory too" };
    } else yield* recordItems(origin, place, record && { ...session, ...record });
  }
  const context = textAt(session, "context");
  if (context !== undefined) {
    const time = secondsOrTime(own(session, "updated_at"));
    const draft = {
      memory_type: "episodic",
      session_id: sessionOf(session, id),
      ...(time === undefined ? {} : { timestamp: time }),
    } as const;
    const ref = hashedRef(NAME, "context", where, context);
    yield* memoriesOf(
      origin,
      { where: `${where} context`, ref, about: { ...scope, context: true }, draft },
      context,
    );
  }
  if (Object.keys(objectAt(session, "data") ?? {}).length > 0) {
    yield { kind: "skipped", where: `${where} data`, reason: "an application's own data of a session" };
  }
}

const scopeOf = (record: Fields) => ({
  user_id: shortName(textAt(record, "user_id")),
  namespace: shortName(textAt(record, "namespace")),
});

/** It tells sessions apart by namespace and user too: "default" is one session of each user. */
function sessionOf(record: Fields, session: string): string {
  const { namespace, user_id } = scopeOf(record);
  return scopedSession(NAME, [namespace, user_id], session);
}

function namesIn(record: Fields, list: string): readonly string[] | undefined {
  return tagsOf(listAt(record, list)).tags;
}

const countOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;

function metadataOf(record: Fields): Fields | undefined {
  const metadata = objectAt(record, "metadata");
  return metadata === undefined || Object.keys(metadata).length === 0 ? undefined : metadata;
}
