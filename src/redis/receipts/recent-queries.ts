import { BYTES } from "../audit/audit-reader.js";
import type { AskedQuery } from "../../memory/ports/migration.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { arrayOf, bytes } from "../scripts/replies.js";
import { decodeReceipt } from "./decode.js";

/** Streams of receipts that are looked at, of any namespaces. */
const HOMES = 100;
const EACH = 5;

/** Different queries that were asked lately, a few of each namespace. */
export async function recentQueries(
  redis: RedisGateway,
  keys: Keys,
  limit: number,
): Promise<readonly AskedQuery[]> {
  const { entries } = await redis.run((client) => client.hScan(keys.receiptHomes(), "0", { COUNT: HOMES }));
  // Those of several namespaces last, which are many, and the latest of them first.
  const homes = entries
    .map(({ value }) => value)
    .toSorted((one, other) => (one < other ? 1 : -1))
    .toSorted((one, other) => Number(one.startsWith("~")) - Number(other.startsWith("~")))
    .slice(0, HOMES);
  const pages = await redis.run((client) =>
    Promise.all(
      homes.map((home) =>
        client
          .withTypeMapping(BYTES)
          .sendCommand(["XREVRANGE", keys.receipts(home), "+", "-", "COUNT", String(EACH)]),
      ),
    ),
  );
  const found = homes.flatMap((home, index) =>
    arrayOf(pages[index]).flatMap((item): AskedQuery[] => {
      const [, fields] = arrayOf(item);
      const request = decodeReceipt("", home, bytes(arrayOf(fields)[1]))?.request;
      if (request === undefined) return [];
      const { query, namespaces, embedding, mode } = request;
      return query === "" || embedding !== undefined || mode === "keyword" ? [] : [{ query, namespaces }];
    }),
  );
  const different = new Map(found.map((asked) => [JSON.stringify([asked.query, asked.namespaces]), asked]));
  return [...different.values()].slice(0, limit);
}
