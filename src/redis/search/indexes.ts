import { askIndex, infoNumber } from "../connection/ask-index.js";
import type { RedisClient, RedisGateway } from "../connection/client.js";
import { isIndexMissing, isIndexPresent, isOutOfMemory } from "../connection/error-replies.js";
import type { RedisNode, Where } from "../connection/nodes.js";
import type { Keys } from "../keys.js";

/** One index as data: the words after FT.CREATE and its name. */
export interface IndexDefinition {
  readonly name: string;
  readonly definition: readonly string[];
}

/**
 * The text comes here as terms (`indexText`): stop words are gone, words are stemmed. So STOPWORDS 0, and NOSTEM:
 * RediSearch 2.10 would index a word and its stem, and score both. NOHL: nothing is highlighted.
 *
 * SORTABLE NOINDEX: the values that `groupsOf` counts are kept in the index, 150 bytes a record. Reading them from the records
 * would take five times as long.
 */
export function recordIndex(keys: Keys): IndexDefinition {
  return {
    name: keys.recordIndex(),
    definition: words(`
      ON JSON PREFIX 2 ${keys.allRecords()} ${keys.allOld()} SCORE_FIELD $.index.prior NOHL STOPWORDS 0 SCHEMA
      $.index.ns AS ns TAG CASESENSITIVE
      $.index.facets[*] AS facets TAG CASESENSITIVE
      $.index.follows AS follows TAG CASESENSITIVE
      $.memory.derived_from[*].id AS source TAG CASESENSITIVE
      $.index.time AS time NUMERIC
      $.index.seq AS seq NUMERIC SORTABLE
      $.index.embed_at AS embed_at NUMERIC
      $.index.publish_at AS publish_at NUMERIC
      $.index.feedback_at AS feedback_at NUMERIC
      $.index.corroborate_at AS corroborate_at NUMERIC
      $.index.since AS since NUMERIC SORTABLE
      $.index.until AS until NUMERIC
      $.index.valid_from AS valid_from NUMERIC
      $.index.valid_to AS valid_to NUMERIC
      $.memory.memory_type AS type TAG CASESENSITIVE SORTABLE UNF NOINDEX
      $.memory.recorded_at AS recorded NUMERIC SORTABLE NOINDEX
      $.memory.embedding.status AS status TAG CASESENSITIVE SORTABLE UNF NOINDEX
      $.index.bytes AS json NUMERIC SORTABLE NOINDEX
      $.index.vector_bytes AS vectors NUMERIC SORTABLE NOINDEX
      $.index.version_bytes AS versions NUMERIC SORTABLE NOINDEX
      $.index.text AS text TEXT NOSTEM WEIGHT 3
      $.index.context AS context TEXT NOSTEM WEIGHT 1`),
  };
}

export function vectorIndex(keys: Keys, model: string, dimensions: number): IndexDefinition {
  return {
    name: keys.vectorIndex(model),
    definition: words(`
      ON HASH PREFIX 1 ${keys.allVectors(model)} SCORE_FIELD prior SCHEMA
      ns TAG CASESENSITIVE
      facets TAG CASESENSITIVE
      time NUMERIC
      since NUMERIC SORTABLE
      until NUMERIC SORTABLE
      valid_from NUMERIC
      valid_to NUMERIC
      v VECTOR HNSW 6 TYPE FLOAT16 DIM ${dimensions} DISTANCE_METRIC COSINE`),
  };
}

/** The few sessions that are past their window, in all namespaces. */
export function sessionsDueIndex(keys: Keys): IndexDefinition {
  return {
    name: keys.sessionsDueIndex(),
    definition: words(`ON HASH PREFIX 1 ${keys.allSessionsDue()} SCHEMA at NUMERIC SORTABLE`),
  };
}

/** Namespaces where something derived from a deletion may still be there. */
export function erasuresDueIndex(keys: Keys): IndexDefinition {
  return {
    name: keys.erasuresDueIndex(),
    definition: words(`ON HASH PREFIX 1 ${keys.allErasuresDue()} SCHEMA at NUMERIC SORTABLE`),
  };
}

/** Namespaces whose consolidation is due for a look. */
export function consolidationsDueIndex(keys: Keys): IndexDefinition {
  return {
    name: keys.consolidationsDueIndex(),
    definition: words(`ON HASH PREFIX 1 ${keys.allConsolidationsDue()} SCHEMA at NUMERIC SORTABLE`),
  };
}

function words(definition: string): string[] {
  return definition.trim().split(/\s+/);
}

/**
 * Creates an index that is missing on a node. Any other failure is the caller's: a service without its index must not
 * serve.
 */
export async function ensureIndex(
  { client, suffix }: Pick<RedisNode, "client" | "suffix">,
  index: IndexDefinition,
): Promise<void> {
  const name = `${index.name}${suffix}`;
  try {
    await client.sendCommand(["FT.CREATE", name, ...index.definition]);
  } catch (error) {
    if (isIndexPresent(error)) return;
    // A Redis without memory for writes refuses the command before it looks: it serves what it has.
    if (isOutOfMemory(error) && (await exists(client, name))) return;
    throw error;
  }
}

async function exists(client: RedisClient, name: string): Promise<boolean> {
  return client.ft.info(name).then(
    () => true,
    (error: unknown) => {
      if (isIndexMissing(error)) return false;
      throw error;
    },
  );
}

/**
 * The share of stored records that this index holds, 0 to 1. After a restart, and when it is new, Redis fills it from
 * the keys, and until then recall may miss records.
 */
export async function filledShare(
  redis: RedisGateway,
  name: string,
  where: Where = "everywhere",
): Promise<number> {
  const replies = await askIndex(redis, where, ["FT.INFO", name], "run");
  return Math.min(...replies.map(shareIn));
}

function shareIn(info: unknown): number {
  return infoNumber(info, "indexing") === 1 ? Math.min(0.99, infoNumber(info, "percent_indexed")) : 1;
}
