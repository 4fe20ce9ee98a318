import type { Receipt } from "../../memory/ports/receipts.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
import { decodeFormer } from "./former.js";
import type { ReceiptDeps } from "./read.js";

export interface FormerDeps extends ReceiptDeps {
  /** Whether all receipts in keys of their own are on the list: the upgrade puts those of older releases there. */
  readonly formerListed: () => Promise<boolean>;
}

export interface FormerPage {
  readonly receipts: readonly { readonly key: string; readonly receipt: Receipt }[];
  /** `0` at the end. */
  readonly cursor: string;
}

/** Names, or keys, that one step looks at. */
const SCANNED = 500;
const DAY_MS = 24 * 3600 * 1000;
/** Before the cursor of the list; without it, the cursor is one of all keys. */
const LISTED = "l";

/** Receipts that 0.1.0 kept, or an import, each in a key of its own. `cursor`: that of the page before, or `0`. */
export async function formerPage(deps: FormerDeps, cursor: string): Promise<FormerPage> {
  const { redis } = deps;
  const byList = cursor.startsWith(LISTED) || (cursor === "0" && (await deps.formerListed()));
  const page = byList ? await listedKeys(deps, cursor) : await unlistedKeys(deps, cursor);
  const texts = await redis.run((client) => Promise.all(page.keys.map((key) => client.get(key))));
  const receipts = page.keys.flatMap((key, index) => {
    const text = texts[index];
    return text == null ? [] : [{ key, receipt: decodeFormer(text) }];
  });
  return { receipts, cursor: page.cursor };
}

/** Deletes such receipts. */
export async function removeFormer({ redis, keys }: ReceiptDeps, doomed: readonly string[]): Promise<void> {
  if (doomed.length === 0) return;
  const start = keys.formerReceipts().length;
  await redis.run((client) => client.unlink([...doomed]));
  await redis.run((client) =>
    client.zRem(
      keys.formerReceiptIds(),
      doomed.map((key) => key.slice(start)),
    ),
  );
}

async function listedKeys({ redis, keys }: ReceiptDeps, cursor: string) {
  const from = cursor.replace(LISTED, "");
  const page = await redis.run((client) => client.zScan(keys.formerReceiptIds(), from, { COUNT: SCANNED }));
  const ended = page.members.filter(({ score }) => score < Date.now() - DAY_MS).map(({ value }) => value);
  if (ended.length > 0) await redis.run((client) => client.zRem(keys.formerReceiptIds(), ended));
  return {
    keys: page.members.map(({ value }) => keys.receipt(value)),
    cursor: page.cursor === "0" ? "0" : `${LISTED}${page.cursor}`,
  };
}

function unlistedKeys({ redis, keys }: ReceiptDeps, cursor: string) {
  return scanKeys(redis, cursor, { MATCH: `${literal(keys.formerReceipts())}*`, COUNT: SCANNED });
}
