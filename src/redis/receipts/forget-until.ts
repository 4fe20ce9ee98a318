import { namesOf } from "../../memory/ports/receipts.js";
import type { Receipt } from "../../memory/ports/receipts.js";
import { rewriteStream } from "../streams/rewrite.js";
import { formerPage, removeFormer } from "./former-page.js";
import type { FormerDeps } from "./former-page.js";
import { forgetIn, homesFor, rangesIn } from "./forget.js";

/** See {@link ReceiptStore.forgetUntil}. Streams of several namespaces, and receipts in keys of their own, are read once for all. */
export async function forgetUntil(deps: FormerDeps, until: ReadonlyMap<string, number>): Promise<void> {
  if (until.size === 0) return;
  const { redis, keys } = deps;
  const goes = (receipt: Receipt): boolean =>
    namesOf(receipt).some((name) => receipt.at <= (until.get(name) ?? -1));
  const since = new Map<string, number>();
  for (const [namespace, at] of until) {
    // Also those that nobody can read any more.
    await rewriteStream(deps, { key: keys.receipts(namespace), home: namespace }, ({ id }) =>
      Number.parseInt(id, 10) <= at ? "goes" : "stays",
    );
    const shared = await redis.run((client) => client.hGetAll(keys.receiptsShared(namespace)));
    for (const [home, from] of Object.entries(shared))
      since.set(home, Math.min(since.get(home) ?? Infinity, Number(from)));
  }
  for (const [home, noted] of await homesFor(deps, [...since.keys()])) {
    const ranges = rangesIn(home, noted, since.get(home));
    if (ranges.length > 0) await forgetIn(deps, home, { ranges, goes });
  }
  let cursor = "0";
  do {
    const page = await formerPage(deps, cursor);
    ({ cursor } = page);
    await removeFormer(
      deps,
      page.receipts.filter(({ receipt }) => goes(receipt)).map(({ key }) => key),
    );
  } while (cursor !== "0");
}
