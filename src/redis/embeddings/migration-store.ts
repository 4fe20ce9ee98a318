import type { AskedQuery, MigrationStore, StoredPage, StoredText } from "../../memory/ports/migration.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import { parseStored } from "../codec/document.js";
import type { MemoryDocument } from "../codec/document.js";
import { isIndexMissing } from "../connection/error-replies.js";
import { runOf } from "../connection/run-of.js";
import { scanKeys } from "../connection/scan-keys.js";
import type { StoreDeps } from "../deps.js";
import { refOfKey } from "../keys.js";
import { countRecords, isRecord } from "../migrations/upgrade-batch.js";
import { portOf } from "../port.js";
import { recentQueries } from "../receipts/recent-queries.js";

/** Keys that SCAN looks at in one go. */
const SCAN_COUNT = 500;
/** Reading so many whole texts may take longer than one command. */
const PAGE_TIMEOUT_MS = 5_000;

const PATHS = [
  "$.memory.content",
  "$.memory.version",
  "$.memory.embedding",
  "$.index.preceding",
  "$.index.own_vector",
  "$.index.also.model",
  "$.memory.archived.at",
];

/** Memories are found by SCAN, which returns every key that was there all the time. */
async function page({ redis, keys }: StoreDeps, cursor: string): Promise<StoredPage> {
  const options = { COUNT: SCAN_COUNT, TYPE: "ReJSON-RL" };
  const found = await scanKeys(redis, cursor, options, { timeoutMs: PAGE_TIMEOUT_MS });
  return redis.run(async (client) => {
    const stored = found.keys.map(String).filter((key) => isRecord({ keys }, key));
    const replies = await Promise.all(stored.map((key) => client.sendCommand(["JSON.GET", key, ...PATHS])));
    const texts = stored.flatMap((key, index) => textOf(key, replies[index]));
    return { cursor: String(found.cursor), texts };
  }, PAGE_TIMEOUT_MS);
}

/** Each path has an array, empty where there is nothing. */
interface Found {
  readonly "$.memory.content": [string?];
  readonly "$.memory.version": [number?];
  readonly "$.memory.embedding": [MemoryDocument["memory"]["embedding"]?];
  readonly "$.index.preceding": [string?];
  readonly "$.index.own_vector": [true?];
  readonly "$.index.also.model": [string?];
  readonly "$.memory.archived.at": [number?];
}

function textOf(key: string, reply: unknown): StoredText[] {
  if (typeof reply !== "string") return [];
  const found = parseStored<Found>(reply);
  const [content] = found["$.memory.content"];
  const [version] = found["$.memory.version"];
  const [embedding] = found["$.memory.embedding"];
  if (content === undefined || version === undefined || embedding === undefined) return [];
  // A stub has no vectors: it is embedded when it comes back.
  if (found["$.memory.archived.at"][0] !== undefined) return [];
  const ref = refOfKey(key);
  return [
    {
      namespace: ref.namespace,
      id: ref.id,
      version,
      old: ref.version !== undefined,
      content,
      context: found["$.index.preceding"][0] ?? "",
      ownVector: found["$.index.own_vector"][0] === true,
      embedding,
      also: found["$.index.also.model"][0],
    },
  ];
}

const redisRun = (deps: StoreDeps): Promise<string> => runOf(deps.redis);

const count = (deps: StoreDeps): Promise<number> => countRecords(deps);

async function settleModel(
  { redis, meter, keys }: StoreDeps,
  { namespace, id }: MemoryRef,
  model: string,
): Promise<number> {
  return redis.run((client) => client.settleModel(meter(namespace), [keys.record(namespace, id)], [model]));
}

async function dropVectorIndex({ redis, keys }: StoreDeps, model: string): Promise<void> {
  await redis.run(async () => {
    const every = await redis.nodes.every();
    await Promise.all(
      every.map(({ client, suffix }) =>
        client
          .sendCommand(["FT.DROPINDEX", `${keys.vectorIndex(model)}${suffix}`])
          .catch((error: unknown) => {
            if (!isIndexMissing(error)) throw error;
          }),
      ),
    );
  });
}

function askedLately({ redis, keys }: StoreDeps, limit: number): Promise<readonly AskedQuery[]> {
  return recentQueries(redis, keys, limit);
}

/** All that is stored, for a change of the embedding model. */
export const createMigrationStore = (deps: StoreDeps): MigrationStore =>
  portOf(deps, {
    page,
    redisRun,
    count,
    settleModel,
    dropVectorIndex,
    recentQueries: askedLately,
  });
