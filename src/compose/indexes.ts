import { dimensionsOf } from "../embeddings/model-id.js";
import { otherModel } from "../memory/model/embedding-migration.js";
import {
  consolidationsDueIndex,
  erasuresDueIndex,
  ensureIndex,
  filledShare,
  recordIndex,
  sessionsDueIndex,
  vectorIndex,
} from "../redis/search/indexes.js";
import type { IndexDefinition } from "../redis/search/indexes.js";
import { infoNumber } from "../redis/connection/ask-index.js";
import type { RedisNode } from "../redis/connection/nodes.js";
import type { Embedders } from "./embedders.js";
import type { Redis } from "./redis.js";

export interface Indexes {
  /** Makes those that aren't there. */
  ensure(): Promise<void>;
  /** Makes those of one node. */
  ensureOn(node: RedisNode): Promise<void>;
  /** Whether those of one node hold what the node holds. */
  filledOn(node: RedisNode): Promise<boolean>;
  /** How much of what is stored is in all of them, 0 to 1. */
  filled(): Promise<number>;
}

/** What asks about all indexes may wait longer than one command. */
const FILLED_MS = 4_000;

export function createIndexes(
  { client, gateway, keys }: Redis,
  { models, configured }: Pick<Embedders, "models" | "configured">,
): Indexes {
  const always = [
    recordIndex(keys),
    sessionsDueIndex(keys),
    consolidationsDueIndex(keys),
    erasuresDueIndex(keys),
  ];
  /** Those of the present, so that none comes back that a migration has dropped. */
  async function wanted(): Promise<readonly IndexDefinition[]> {
    if (configured.length === 0) return always;
    // Each time: a flush of this Redis takes the claim with the indexes.
    await models.claim(client);
    const known = models.known();
    const ids = [known?.active, otherModel(known?.migration)].filter((id) => id !== undefined);
    return [...always, ...ids.map((id) => vectorIndex(keys, id, dimensionsOf(id)))];
  }

  async function ensure(): Promise<readonly IndexDefinition[]> {
    const indexes = await wanted();
    for (const node of await gateway.nodes.every())
      for (const index of indexes) await ensureIndex(node, index);
    return indexes;
  }

  return {
    async ensureOn(node) {
      const indexes = await wanted();
      for (const index of indexes) await ensureIndex(node, index);
    },
    async filledOn(node) {
      const indexes = await wanted();
      const infos = await Promise.all(
        indexes.map(({ name }) => node.client.sendCommand(["FT.INFO", `${name}${node.suffix}`])),
      );
      return infos.every((info) => infoNumber(info, "indexing") === 0);
    },
    ensure: async () => void (await ensure()),
    filled: () =>
      gateway.run(async () => {
        const indexes = await ensure();
        return Math.min(...(await Promise.all(indexes.map(({ name }) => filledShare(gateway, name)))));
      }, FILLED_MS),
  };
}
