import { hashedRef } from "../../../../src/mcp/reference/statements.js";
import { memoriesOf, refOf, scopedSession, shortName, tagsOf } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { elementsOf } from "../input/reading.js";
import { parsedJson, valuesUnder } from "../input/redis.js";
import type { Item, RedisInput, Source } from "../source.js";
import { fieldsOf, listAt, objectAt, own, secondsOrTime, textAt, timeOf } from "../values.js";
import type { Fields } from "../values.js";

const NAME = "mem0";
/** Of a hash: all but the vector and what is derived. */
const HASH_FIELDS = [
  "memory_id",
  "memory",
  "user_id",
  "agent_id",
  "run_id",
  "created_at",
  "updated_at",
  "metadata",
] as const;
/** Members of mem0's own in the metadata, which it shows beside them or not at all. */
const OWN = new Set([
  "actor_id",
  "role",
  "attributed_to",
  "expiration_date",
  "memory_type",
  "text_lemmatized",
  "linked_memory_ids",
]);

/** What mem0's `get_all` and the export of its platform give, or the hashes of its Redis. */
export const mem0: Source = {
  title: "mem0 (its export or get_all as JSON, a folder of them, or its Redis)",
  isFile: (name) => name.endsWith(".json"),
  read: elementsOf(NAME, (origin, where, value) => recordItems(origin, where, fieldsOf(value)), [
    "results",
    "memories",
  ]),
  readRedis,
};

async function* readRedis({ redis, prefix = "mem0:", trust }: RedisInput): AsyncGenerator<Item> {
  const read = async (key: string): Promise<Fields> => {
    const values = await redis.hmGet(key, [...HASH_FIELDS]);
    return Object.fromEntries(HASH_FIELDS.map((name, index) => [name, values[index]]));
  };
  for await (const { key, value, problem } of valuesUnder(redis, prefix, "hash", read)) {
    const where = shortName(key) ?? "";
    const { memory_id: id, metadata, ...fields } = value ?? {};
    if (problem !== undefined) yield { kind: "failed", where, reason: problem };
    else if (typeof id !== "string") yield { kind: "skipped", where, reason: "a hash that isn't mem0's" };
    else {
      const about = parsedJson(typeof metadata === "string" ? metadata : undefined);
      yield* recordItems({ source: NAME, trust }, where, { ...fields, id, metadata: about });
    }
  }
}

function* recordItems(origin: Origin, where: string, record: Fields | undefined): Generator<Item> {
  if (record === undefined) return yield { kind: "failed", where, reason: "it isn't a memory" };
  const text = textAt(record, "memory");
  if (text === undefined) return yield { kind: "skipped", where, reason: "without a text" };
  const metadata = objectAt(record, "metadata");
  // Found by its index, whose prefix is also theirs.
  if (Array.isArray(own(metadata, "linked_memory_ids")))
    return yield { kind: "skipped", where, reason: "an entity" };
  const said = (name: string): unknown => own(record, name) ?? own(metadata, name);
  const name = (member: string): string | undefined => shortName(textOrNumber(said(member)));
  const ends = endOf(said("expiration_date"));
  if (ends !== undefined && Date.parse(ends) <= Date.now()) {
    return yield { kind: "skipped", where, reason: "expired in its source" };
  }
  const scope = { user_id: name("user_id"), agent_id: name("agent_id"), run_id: name("run_id") };
  const id = textOrNumber(own(record, "id"));
  const time = savedAt(own(record, "created_at"));
  const rest = Object.entries(metadata ?? {}).filter(([member]) => !OWN.has(member));
  const draft = {
    memory_type: said("memory_type") === "procedural_memory" ? "procedural" : "semantic",
    ...(time === undefined ? {} : { timestamp: time }),
    // Whoever uses it names runs, and may name those of each user alike.
    ...(scope.run_id === undefined ? {} : { session_id: scopedSession(NAME, [scope.user_id], scope.run_id) }),
    ...(ends === undefined ? {} : { valid_to: ends }),
    ...tagsOf(listAt(record, "categories")),
  } as const;
  yield* memoriesOf(
    origin,
    {
      where,
      ref: id === undefined ? hashedRef(NAME, JSON.stringify(Object.values(scope)), text) : refOf(NAME, id),
      about: {
        ...scope,
        actor_id: name("actor_id"),
        role: name("role"),
        attributed_to: name("attributed_to"),
        updated_at: savedAt(own(record, "updated_at")),
        mem0: rest.length === 0 ? undefined : Object.fromEntries(rest),
      },
      draft,
    },
    text,
  );
}

const textOrNumber = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== ""
    ? value.toWellFormed()
    : Number.isSafeInteger(value)
      ? String(value)
      : undefined;

/** Its Redis has 0 where a time is missing. */
const savedAt = (value: unknown): string | undefined =>
  Number(value) === 0 ? undefined : secondsOrTime(value);

/** A memory is hidden after this day, in UTC. */
function endOf(day: unknown): string | undefined {
  if (typeof day !== "string" || !/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  return timeOf(Date.parse(day) + 24 * 60 * 60 * 1000);
}
