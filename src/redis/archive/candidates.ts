import { createHash } from "node:crypto";
import { facetQuery } from "../../memory/conditions/filter.js";
import type { Archivable, EpisodePage } from "../../memory/ports/archive.js";
import { memoryOf, readDocument } from "../codec/decode.js";
import type { MemoryDocument } from "../codec/document.js";
import { askIndex } from "../connection/ask-index.js";
import type { StoreDeps } from "../deps.js";
import { refOfKey } from "../keys.js";
import { RECORD_SCHEMA } from "../schemas.js";
import { arrayOf, bytes } from "../scripts/replies.js";
import { BUFFERS } from "../search/nearest.js";
import { rangeClause } from "../search/numeric-range.js";
import { PRESENT, scopeClause } from "../search/query.js";
import type { Params } from "../search/query.js";
import { numberOfSortKey, readRows } from "../search/rows.js";
import { commonArguments } from "../search/search.js";

/** Places in the namespace's sequence that one search covers. */
const WINDOW = 4_000;

/**
 * RediSearch sorts all that a query matches before it cuts the page, so each search covers a window of the namespace's
 * sequence only.
 */
export async function episodesBefore(
  { redis, keys }: StoreDeps,
  namespace: string,
  before: number,
  from: number,
  limit: number,
): Promise<EpisodePage> {
  const last = Number((await redis.run((client) => client.get(keys.sequence(namespace)))) ?? 0);
  if (from > last) return { ids: [], next: undefined };
  const to = from + WINDOW - 1;
  const params: Params = {};
  const filter = facetQuery({ memory_types: ["episodic"], archived: false });
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, filter, params, PRESENT, { superseded: "any" });
  const [reply] = await askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.recordIndex(),
    `${scope} ${rangeClause("since", { to: before })} ${rangeClause("seq", { from, to })}`,
    "NOCONTENT",
    "SORTBY",
    "seq",
    "ASC",
    "WITHSORTKEYS",
    ...commonArguments(limit, params),
  ]);
  const rows = readRows(reply, 2, (key, sortKey) => ({
    id: refOfKey(key).id,
    place: numberOfSortKey(sortKey),
  }));
  const reached = rows.length < limit ? to : (rows.at(-1)?.place ?? to);
  return { ids: rows.map(({ id }) => id), next: reached < last ? reached + 1 : undefined };
}

/** Each with its vectors as they are at one moment. */
export async function readArchivable(
  { redis, keys }: StoreDeps,
  namespace: string,
  ids: readonly string[],
): Promise<readonly (Archivable | undefined)[]> {
  if (ids.length === 0) return [];
  const replies: unknown = await redis.run((client) =>
    client
      .withTypeMapping(BUFFERS)
      .dumpMemories(
        [keys.uses(namespace), ...ids.map((id) => keys.record(namespace, id))],
        ["1", "0", ...ids],
      ),
  );
  return arrayOf(replies).map(archivable);
}

function archivable(reply: unknown): Archivable | undefined {
  if (reply === null) return undefined;
  const [json, , , , vectors] = arrayOf(reply);
  const text = bytes(json).toString("utf8");
  const document = readDocument(text);
  if (document === undefined) return undefined;
  const { index, raw } = document;
  return {
    memory: memoryOf(document),
    raw,
    vectors: arrayOf(vectors).map(bytes),
    bytes: index.bytes,
    busy: isBusy(document),
    context: index.preceding !== undefined && index.own_vector !== true,
    restoredAt: index.restored_at,
    sha1: createHash("sha1").update(text).digest("hex"),
  };
}

function isBusy({ index, memory }: MemoryDocument): boolean {
  const { embed_at, corroborate_at, feedback_at, publish_at, also, schema = 1 } = index;
  // Without a provider, a text waits for one for as long as there is none: it does so in the archive as well.
  const embeds = embed_at !== undefined && memory.embedding.status !== "pending";
  const waits = [corroborate_at, feedback_at, publish_at, also].some((each) => each != null);
  return embeds || waits || schema < RECORD_SCHEMA || memory.archived !== undefined;
}
