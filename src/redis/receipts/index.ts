import { contentOf } from "../../access/entry.js";
import type { ChosenReceipts, Receipt, ReceiptStore } from "../../memory/ports/receipts.js";
import { BYTES, decodeEntries } from "../audit/audit-reader.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { arrayOf, bytes, text } from "../scripts/replies.js";
import { pagesOf, rewriteStream } from "../streams/rewrite.js";
import type { StreamEntry } from "../streams/rewrite.js";
import { decodeReceipt } from "./decode.js";
import { encodeReceipt } from "./encode.js";
import { decodeFormer } from "./former.js";
import { afterMillisecond, fitsId, homeHash, idOfPlace, placeOfId } from "./place.js";

/** A stream for each namespace; receipts of several lie with those that are kept equally long. */
export function createReceiptStore(redis: RedisGateway, keys: Keys): ReceiptStore {
  async function entriesOf(home: string, from: string, to: string, count: number) {
    const reply = await redis.run((client) =>
      client
        .withTypeMapping(BYTES)
        .sendCommand(["XRANGE", keys.receipts(home), from, to, "COUNT", String(count)]),
    );
    return arrayOf(reply).map((item) => {
      const [id, fields] = arrayOf(item);
      return { entry: bytes(id).toString(), stored: bytes(arrayOf(fields)[1]) };
    });
  }

  /** The receipt with what it shares; undefined where that is gone. */
  async function complete(home: string, entry: string, stored: Buffer): Promise<Receipt | undefined> {
    const id = idOfPlace({ home: homeHash(home), entry });
    const receipt = decodeReceipt(id, home, stored);
    const { entry: shared } = receipt;
    if (shared === undefined) return receipt.with(undefined);
    const reply = await redis.run((client) =>
      client.withTypeMapping(BYTES).sendCommand(["XRANGE", keys.audit(home), shared, shared]),
    );
    return receipt.with(decodeEntries(home, reply).map(contentOf)[0]);
  }

  async function erase(
    { mayBeIn, readable, unreadable }: ChosenReceipts,
    dryRun: boolean,
    tick: () => Promise<void>,
  ): Promise<number> {
    let count = 0;
    const homes = await redis.run((client) => client.hVals(keys.receiptHomes()));
    for (const home of homes.filter((each) => !isNamespace(each) || mayBeIn(each))) {
      const goes = async ({ id, fields }: StreamEntry): Promise<boolean> => {
        const stored = fields[1] ?? NO_BYTES;
        const receipt = await complete(home, id, stored);
        if (receipt !== undefined) return readable(receipt);
        return unreadable(decodeReceipt(id, home, stored).request);
      };
      const stream = { key: keys.receipts(home), home };
      if (!dryRun) {
        const decide = async (entry: StreamEntry) => ((await goes(entry)) ? "goes" : "stays");
        count += await rewriteStream({ redis, keys }, stream, decide, tick);
        continue;
      }
      for await (const page of pagesOf(redis, stream.key, tick)) {
        for (const entry of page) if (await goes(entry)) count += 1;
      }
    }
    return count;
  }

  return {
    async keep(receipt, { namespace, keepSeconds, recorded }) {
      const home = namespace ?? keys.receiptsKept(keepSeconds);
      const hash = homeHash(home);
      const own = recorded?.namespace === namespace ? recorded : undefined;
      const stored = encodeReceipt(receipt, home, own);
      const entry = await redis.run(async (client) => {
        const add = async (id: string) =>
          text(await client.sendCommand(["XADD", keys.receipts(home), id, "r", stored]));
        // Sent first: a receipt is found by its home.
        const [, added] = await Promise.all([client.hSetNX(keys.receiptHomes(), hash, home), add("*")]);
        if (fitsId(added)) return added;
        await client.xDel(keys.receipts(home), added);
        return add(afterMillisecond(added));
      });
      return idOfPlace({ home: hash, entry });
    },
    async get(id) {
      const place = placeOfId(id);
      const [home, former] = await redis.run((client) =>
        Promise.all([client.hGet(keys.receiptHomes(), place.home), client.get(keys.receipt(id))]),
      );
      if (former !== null) return decodeFormer(former);
      if (home === null) return undefined;
      const [found] = await entriesOf(home, place.entry, place.entry, 1);
      return found && complete(home, found.entry, found.stored);
    },
    erase,
    async forget(namespace) {
      const homes = await redis.run((client) => client.hVals(keys.receiptHomes()));
      for (const home of homes.filter((each) => !isNamespace(each))) {
        await rewriteStream({ redis, keys }, { key: keys.receipts(home), home }, async ({ id, fields }) => {
          const receipt = await complete(home, id, fields[1] ?? NO_BYTES);
          return receipt !== undefined && isOf(receipt, namespace) ? "goes" : "stays";
        });
      }
      await redis.run((client) =>
        Promise.all([
          client.unlink(keys.receipts(namespace)),
          client.hDel(keys.receiptHomes(), homeHash(namespace)),
        ]),
      );
    },
  };
}

const NO_BYTES = Buffer.alloc(0);

/** A label can't hold `~`. */
const isNamespace = (home: string): boolean => !home.startsWith("~");

const isOf = ({ request, hits }: Receipt, namespace: string): boolean =>
  request.namespaces.includes(namespace) || hits.some((hit) => hit.namespace === namespace);
