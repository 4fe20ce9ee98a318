import type { RedisGateway, RoutedClient } from "../connection/client.js";
import { redisTime } from "../connection/redis-time.js";
import type { Keys } from "../keys.js";
import type { RetentionStore } from "../../memory/ports/retention.js";
import { homeHash } from "./place.js";
import { isOfHour, keptIn } from "./shared-home.js";
import { createFormerTrim } from "./trim-former.js";

const PAGE = 500;

/** Deletes receipts that were kept long enough: as their namespace says, else for so many seconds. */
export function createReceiptTrim(redis: RedisGateway, keys: Keys): RetentionStore["trimReceipts"] {
  const trimFormer = createFormerTrim({ redis, keys });
  return async (byDefault, stopping) => {
    const now = await redisTime(redis);
    let cursor = "0";
    do {
      const page = await redis.run((client) => client.hScan(keys.receiptHomes(), cursor, { COUNT: PAGE }));
      ({ cursor } = page);
      await redis.run((client) =>
        Promise.all(page.entries.map(({ value: home }) => trimHome(client, keys, home, now, byDefault))),
      );
    } while (cursor !== "0" && !stopping.aborted);
    await trimFormer(
      now,
      async (namespace) => (await redis.run((client) => keepOf(client, keys, namespace))) ?? byDefault,
    );
  };
}

async function trimHome(
  client: RoutedClient,
  keys: Keys,
  home: string,
  now: number,
  byDefault: number,
): Promise<void> {
  const own = await keepOf(client, keys, home);
  const stream = keys.receipts(home);
  // Exactly: a receipt that has ended isn't shown because others of its node are still kept.
  const [, dropped] = await Promise.all([
    client.sendCommand(["XTRIM", stream, "MINID", String(Math.max(0, now - 1000 * (own ?? byDefault)))]),
    client.dropEmptyReceipts([stream], []),
  ]);
  if (dropped === 0) return;
  const [hash, homes] = [homeHash(home), keys.receiptHomes()];
  await client.hDel(homes, hash);
  if (home.startsWith("~") && isOfHour(home)) await client.hDel(keys.receiptsNoted(), home);
  // A recall may have kept one in between.
  if ((await client.exists(stream)) === 1) await client.hSetNX(homes, hash, home);
}

/** Seconds; undefined: as configured. */
async function keepOf(client: RoutedClient, keys: Keys, home: string): Promise<number | undefined> {
  if (home.startsWith("~")) return keptIn(home);
  const set = await client.hGet(keys.settings(home), "retention_receipts_seconds");
  return set === null ? undefined : Number(set);
}
