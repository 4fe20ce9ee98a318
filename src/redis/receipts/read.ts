import { contentOf } from "../../access/entry.js";
import type { Receipt } from "../../memory/ports/receipts.js";
import { BYTES, decodeEntries } from "../audit/audit-reader.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { arrayOf, bytes } from "../scripts/replies.js";
import { decodeReceipt } from "./decode.js";
import { homeHash, idOfPlace } from "./place.js";

export interface ReceiptDeps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
}

export interface StreamedReceipt {
  readonly entry: string;
  readonly stored: Buffer;
}

/** Entries of the stream of a home. */
export async function streamedReceipts(
  { redis, keys }: ReceiptDeps,
  home: string,
  from: string,
  to: string,
  count: number,
): Promise<StreamedReceipt[]> {
  return entriesOf({ redis, keys }, home, ["XRANGE", from, to], count);
}

/** As {@link streamedReceipts}, from the newest on. */
export async function newestReceipts(
  deps: ReceiptDeps,
  home: string,
  from: string,
  to: string,
  count: number,
): Promise<StreamedReceipt[]> {
  return entriesOf(deps, home, ["XREVRANGE", from, to], count);
}

async function entriesOf(
  { redis, keys }: ReceiptDeps,
  home: string,
  [command, from, to]: readonly [command: "XRANGE" | "XREVRANGE", from: string, to: string],
  count: number,
): Promise<StreamedReceipt[]> {
  const reply = await redis.run((client) =>
    client
      .withTypeMapping(BYTES)
      .sendCommand([command, keys.receipts(home), from, to, "COUNT", String(count)]),
  );
  return arrayOf(reply).map((item) => {
    const [id, fields] = arrayOf(item);
    return { entry: bytes(id).toString(), stored: bytes(arrayOf(fields)[1]) };
  });
}

/** The receipt with what it shares with the audit trail; undefined where that is gone, or its own bytes were damaged. */
export async function completeReceipt(
  { redis, keys }: ReceiptDeps,
  home: string,
  { entry, stored }: StreamedReceipt,
): Promise<Receipt | undefined> {
  const id = idOfPlace({ home: homeHash(home), entry });
  const receipt = decodeReceipt(id, home, stored);
  if (receipt === undefined) return undefined;
  const { entry: shared } = receipt;
  if (shared === undefined) return receipt.with(undefined);
  const reply = await redis.run((client) =>
    client.withTypeMapping(BYTES).sendCommand(["XRANGE", keys.audit(home), shared, shared]),
  );
  return receipt.with(decodeEntries(home, reply).map(contentOf)[0]);
}
