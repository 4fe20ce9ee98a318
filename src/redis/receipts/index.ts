import type { ChosenReceipts, ReceiptStore } from "../../memory/ports/receipts.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { text } from "../scripts/replies.js";
import { pagesOf, rewriteStream } from "../streams/rewrite.js";
import type { StreamEntry } from "../streams/rewrite.js";
import { decodeReceipt } from "./decode.js";
import { encodeReceipt } from "./encode.js";
import { eraseAlone } from "./erase-alone.js";
import { decodeFormer } from "./former.js";
import type { FormerDeps } from "./former-page.js";
import { forget, noteShared } from "./forget.js";
import { forgetUntil } from "./forget-until.js";
import { noteErasedReceipt } from "./gone.js";
import { afterMillisecond, fitsId, homeHash, idOfPlace, placeOfId } from "./place.js";
import { list } from "./list.js";
import { remove } from "./remove.js";
import { hourOf } from "./shared-home.js";
import { completeReceipt, streamedReceipts } from "./read.js";

/** A stream for each namespace; receipts of several lie with those that are kept equally long. */
export function createReceiptStore(
  redis: RedisGateway,
  keys: Keys,
  formerListed: FormerDeps["formerListed"],
): ReceiptStore {
  const deps = { redis, keys, formerListed };

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
        const receipt = await completeReceipt({ redis, keys }, home, { entry: id, stored });
        if (receipt === undefined) {
          const request = decodeReceipt(id, home, stored)?.request;
          // Nobody can read it, and what it holds can't be told.
          return request === undefined || unreadable(request);
        }
        if (!readable(receipt)) return false;
        // Before it goes: an import must not bring it back.
        if (!dryRun) await noteErasedReceipt({ redis, keys }, receipt);
        return true;
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
      const home = namespace ?? keys.receiptsKept(keepSeconds, hourOf(receipt.at));
      const hash = homeHash(home);
      const own = recorded?.namespace === namespace ? recorded : undefined;
      const stored = encodeReceipt(receipt, home, own);
      if (namespace === undefined) await noteShared({ redis, keys }, home, receipt, keepSeconds);
      const entry = await redis.run(async (client) => {
        const add = async (id: string) =>
          text(await client.sendCommand(["XADD", keys.receipts(home), id, "r", stored]));
        const found = () => client.hSetNX(keys.receiptHomes(), hash, home);
        // A receipt is found by its home. Before it, so that none is without; after it, if a sweep has dropped the home.
        const [, added] = await Promise.all([found(), add("*"), found()]);
        if (fitsId(added)) return added;
        await client.xDel(keys.receipts(home), added);
        return add(afterMillisecond(added));
      });
      return idOfPlace({ home: hash, entry });
    },
    async get(id, fits = () => true) {
      const place = placeOfId(id);
      const [home, former] = await redis.run((client) =>
        Promise.all([client.hGet(keys.receiptHomes(), place.home), client.get(keys.receipt(id))]),
      );
      const [found] =
        home === null ? [] : await streamedReceipts({ redis, keys }, home, place.entry, place.entry, 1);
      const receipts = [
        home === null || found === undefined
          ? undefined
          : await completeReceipt({ redis, keys }, home, found),
        former === null ? undefined : decodeFormer(former),
      ];
      return receipts.find((each) => each !== undefined && fits(each));
    },
    list: (namespace, filter, options) => list({ redis, keys }, namespace, filter, options),
    remove: (receipts) => remove({ redis, keys }, receipts),
    erase,
    eraseAlone: (namespace, chosen, options) => eraseAlone(deps, namespace, chosen, options),
    forgetUntil: (until) => forgetUntil(deps, until),
    forget: (namespace, options) => forget(deps, namespace, options),
  };
}

const NO_BYTES = Buffer.alloc(0);

/** A label can't hold `~`. */
const isNamespace = (home: string): boolean => !home.startsWith("~");
