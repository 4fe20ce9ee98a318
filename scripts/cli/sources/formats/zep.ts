import { LIMITS } from "../../../../src/domain/limits.js";
import { hashedRef } from "../../../../src/mcp/reference/statements.js";
import { memoriesOf, memoryOf, messageOf, refOf, sessionName, shortName } from "../drafts.js";
import type { Origin, SourceRecord } from "../drafts.js";
import { withoutEnding } from "../input/files.js";
import { jsonElementsOf } from "../input/json-elements.js";
import { jsonLinesOf } from "../input/json-lines.js";
import type { Item, Meter, Source, SourceFile, SourceInput } from "../source.js";
import { fieldsOf, firstText, listAt, objectAt, own, textAt, textOf, timeAt } from "../values.js";
import type { Fields } from "../values.js";

/** Lists of a document, with the names that the APIs give them. */
const LISTS = ["nodes", "edges", "episodes", "threads", "messages"];
const MAX_NODES = 2_000_000;
const LONG_AGO = "0001-01-01T00:00:00.000Z";

/** Zep and the open Graphiti below it: the records that their APIs and drivers give, as JSON or JSON lines. */
const graphOf = (name: string, title: string): Source => ({
  title,
  isFile: (file) => /\.jsonl?$/.test(file),
  read: (input, meter) => read(name, input, meter),
});

export const zep = graphOf("zep", "Zep (nodes, edges, episodes, threads as JSON or JSON lines)");
export const graphiti = graphOf("graphiti", "Graphiti (nodes, edges, episodes as JSON or JSON lines)");

async function* read(name: string, { files, trust }: SourceInput, meter: Meter): AsyncGenerator<Item> {
  // An edge names its nodes by their ids, which may stand in another file.
  const names = new Map<string, string>();
  const given = new Set<string>();
  for (const file of files) {
    for await (const { value } of recordsOf(file, { bytes: 0 })) {
      const node = fieldsOf(value);
      const [id, called] = [textAt(node, "uuid"), textAt(node, "name")];
      const isNode = id !== undefined && called !== undefined && kindOf(node) === "node" && isName(called);
      if (isNode && names.size < MAX_NODES) names.set(id, called);
    }
  }
  for (const file of files) {
    for await (const { where, value, problem } of recordsOf(file, meter)) {
      if (problem !== undefined) yield { kind: "failed", where, reason: problem };
      else
        yield* recordItems({ source: name, trust }, where, fieldsOf(value), {
          names,
          given,
          file: withoutEnding(file.name),
        });
    }
  }
}

const recordsOf = (file: SourceFile, meter: Meter) =>
  file.path.endsWith(".jsonl") ? jsonLinesOf(file, meter) : jsonElementsOf(file, meter, LISTS);

type Kind = "edge" | "node" | "episode" | "thread" | "message";

/** By its members: the APIs don't say it. */
function kindOf(record: Fields | undefined): Kind | undefined {
  const has = (...members: readonly string[]): boolean =>
    record !== undefined && members.every((member) => Object.hasOwn(record, member));
  if (has("source_node_uuid", "target_node_uuid")) return "edge";
  if (has("messages")) return "thread";
  if (has("content", "source")) return "episode";
  if (has("content", "role")) return "message";
  return has("uuid", "name") ? "node" : undefined;
}

interface Around {
  /** Ids of messages and episodes: a message of a thread may be an episode too. */
  readonly given: Set<string>;
  readonly names: ReadonlyMap<string, string>;
  /** Names the thread of messages that don't. */
  readonly file: string;
}

function* recordItems(
  origin: Origin,
  where: string,
  record: Fields | undefined,
  { names, given, file }: Around,
): Generator<Item> {
  const kind = kindOf(record);
  if (record === undefined || kind === undefined) {
    yield {
      kind: "failed",
      where,
      reason: "it is neither a node, an edge, an episode, a thread nor a message",
    };
  } else if ((kind === "episode" || kind === "message") && isAgain(given, record)) {
    yield { kind: "skipped", where, reason: "a message that is in the source twice" };
  } else if (kind === "edge") yield* edgeItems(origin, where, record, names);
  else if (kind === "node") yield* nodeItems(origin, where, record);
  else if (kind === "episode") yield* episodeItems(origin, where, record);
  else if (kind === "message") yield* messageItems(origin, where, record, threadOf(record) ?? file);
  else {
    const thread = threadOf(record) ?? textAt(record, "uuid");
    if (thread === undefined) return yield { kind: "failed", where, reason: "its thread_id is missing" };
    for (const [index, each] of listAt(record, "messages").entries()) {
      const place = `${where} message ${index + 1}`;
      const message = fieldsOf(each);
      if (isAgain(given, message ?? {})) {
        yield { kind: "skipped", where: place, reason: "a message that is in the source twice" };
        continue;
      }
      yield* messageItems(
        origin,
        place,
        { ...message, user_id: own(record, "user_id") },
        thread,
        String(index),
      );
    }
  }
}

function isAgain(given: Set<string>, record: Fields): boolean {
  const id = textAt(record, "uuid");
  if (id === undefined || id.length > 64) return false;
  const again = given.has(id);
  if (given.size < MAX_NODES) given.add(id);
  return again;
}

const threadOf = (record: Fields): string | undefined =>
  firstText(record, "thread_id", "session_id", "thread_uuid");

const scopeOf = (record: Fields) => ({
  user_id: shortName(firstText(record, "user_id", "user_uuid")),
  group_id: shortName(firstText(record, "group_id", "graph_id", "graph_uuid")),
});

/** A fact with the time in which it is true; when the graph learned of it, and that it is over, is in the metadata. */
function* edgeItems(
  origin: Origin,
  where: string,
  edge: Fields,
  names: ReadonlyMap<string, string>,
): Generator<Item> {
  const text = textAt(edge, "fact");
  const predicate = textAt(edge, "name");
  const [subject, object] = ["source_node", "target_node"].map(
    (end) => names.get(textAt(edge, `${end}_uuid`) ?? "") ?? nameIn(edge, `${end}_name`),
  );
  const statement =
    subject !== undefined && object !== undefined && predicate !== undefined && isName(predicate)
      ? { subject, predicate, object }
      : undefined;
  if (text === undefined && statement === undefined) {
    return yield { kind: "failed", where, reason: "it has no fact, and its nodes aren't in the file" };
  }
  const [created, expired] = [timeAt(edge, "created_at"), timeAt(edge, "expired_at")];
  const ends = timeAt(edge, "invalid_at") ?? expired;
  const begins = beginningOf(timeAt(edge, "valid_at"), created, ends);
  if (begins !== undefined && ends !== undefined && Date.parse(begins) >= Date.parse(ends)) {
    return yield { kind: "skipped", where, reason: "a fact that was never true: it ends when it begins" };
  }
  const id = textAt(edge, "uuid");
  const record: SourceRecord = {
    where,
    ref:
      id === undefined
        ? hashedRef(origin.source, "edge", JSON.stringify(statement ?? null), text ?? "", begins ?? "")
        : refOf(origin.source, id),
    about: {
      ...scopeOf(edge),
      relation: shortName(predicate),
      created_at: created,
      expired_at: expired,
      ...attributesOf(origin, edge),
    },
    draft: {
      memory_type: "semantic",
      ...(statement === undefined ? {} : { fact: statement }),
      ...(begins === undefined ? {} : { valid_from: begins }),
      ...(ends === undefined ? {} : { valid_to: ends }),
      ...(created === undefined ? {} : { timestamp: created }),
    },
  };
  if (text === undefined) yield memoryOf(origin, record, undefined);
  else yield* memoriesOf(origin, record, text);
}

/** Of a fact that is over, mneme asks since when it was true: at least since the graph had it, if it wasn't over then. */
function beginningOf(valid: string | undefined, created: string | undefined, ends: string | undefined) {
  if (valid !== undefined || ends === undefined) return valid;
  return created !== undefined && Date.parse(created) < Date.parse(ends) ? created : LONG_AGO;
}

/** What an entity is, and what the graph says of it in short. */
function* nodeItems(origin: Origin, where: string, node: Fields): Generator<Item> {
  const [id, name] = [textAt(node, "uuid"), textAt(node, "name")];
  if (id === undefined || name === undefined || !isName(name)) {
    return yield { kind: "failed", where, reason: "its uuid or name is missing or too long" };
  }
  const about = { ...scopeOf(node), entity: shortName(name), ...attributesOf(origin, node) };
  const created = timeAt(node, "created_at");
  const time = created === undefined ? {} : { timestamp: created };
  let empty = true;
  for (const each of listAt(node, "labels")) {
    const label = textOf(each);
    // Every node has this one.
    if (label === undefined || label === "Entity" || !isName(label)) continue;
    const draft = {
      memory_type: "semantic",
      fact: { subject: name, predicate: "is_a", object: label },
      ...time,
    } as const;
    yield memoryOf(
      origin,
      { where, ref: hashedRef(origin.source, "label", id, label), about, draft },
      undefined,
    );
    empty = false;
  }
  const summary = textAt(node, "summary");
  if (summary !== undefined) {
    const draft = { memory_type: "semantic", ...time } as const;
    yield* memoriesOf(origin, { where, ref: refOf(origin.source, id), about, draft }, `${name}: ${summary}`);
  } else if (empty) yield { kind: "skipped", where, reason: "a node with a name alone" };
}

function* episodeItems(origin: Origin, where: string, episode: Fields): Generator<Item> {
  const thread = threadOf(episode);
  if (thread !== undefined && roleOf(episode) !== undefined) {
    return yield* messageItems(origin, where, episode, thread);
  }
  const text = textAt(episode, "content");
  if (text === undefined) return yield { kind: "skipped", where, reason: "without a text" };
  const id = textAt(episode, "uuid");
  const time = ["valid_at", "reference_time", "created_at"]
    .map((name) => timeAt(episode, name))
    .find(Boolean);
  const about = {
    ...scopeOf(episode),
    episode: shortName(textAt(episode, "name")),
    description: shortName(textAt(episode, "source_description")),
  };
  const draft = {
    memory_type: "episodic",
    ...(time === undefined ? {} : { timestamp: time }),
    ...(thread === undefined ? {} : { session_id: sessionName(`${origin.source}/${thread}`) }),
  } as const;
  const ref =
    id === undefined ? hashedRef(origin.source, "episode", text, time ?? "") : refOf(origin.source, id);
  yield* memoriesOf(origin, { where, ref, about, draft }, text);
}

/** Since version 3 of its API `role` is what `role_type` was. */
function roleOf(message: Fields): "user" | "assistant" | undefined {
  const role = textAt(message, "role_type") ?? textAt(message, "role");
  return role === "user" || role === "assistant" ? role : undefined;
}

function* messageItems(
  origin: Origin,
  where: string,
  message: Fields,
  thread: string,
  place = "",
): Generator<Item> {
  const role = roleOf(message);
  const text = textAt(message, "content");
  if (role === undefined) {
    const said = shortName(textAt(message, "role_type") ?? textAt(message, "role")) ?? "missing";
    return yield { kind: "skipped", where, reason: `role ${said}` };
  }
  if (text === undefined) return yield { kind: "skipped", where, reason: "without a text" };
  const id = textAt(message, "uuid");
  const time = timeAt(message, "reference_time") ?? timeAt(message, "created_at");
  const speaker =
    firstText(message, "name", "role_name") ??
    (own(message, "role_type") === undefined ? undefined : textAt(message, "role"));
  yield* messageOf(origin, {
    where,
    ref:
      id === undefined
        ? hashedRef(origin.source, "message", thread, place, time ?? "", text)
        : refOf(origin.source, id),
    session: `${origin.source}/${thread}`,
    role,
    text,
    time,
    about: { ...scopeOf(message), speaker: shortName(speaker) },
  });
}

/** Members of its own ontology. */
function attributesOf({ source }: Origin, record: Fields): Readonly<Record<string, Fields>> {
  const attributes = objectAt(record, "attributes");
  return attributes === undefined || Object.keys(attributes).length === 0 ? {} : { [source]: attributes };
}

function nameIn(record: Fields, member: string): string | undefined {
  const name = textAt(record, member);
  return name !== undefined && isName(name) ? name : undefined;
}

const isName = (text: string): boolean => Buffer.byteLength(text) <= LIMITS.identifierBytes;
