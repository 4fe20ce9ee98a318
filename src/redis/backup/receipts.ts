import type { DumpOptions, Stretch } from "../../backup/ports.js";
import type { ReceiptLine } from "../../backup/lines.js";
import type { Receipt } from "../../memory/ports/receipts.js";
import { encodeFormer } from "../receipts/former.js";
import { formerPage } from "../receipts/former-page.js";
import type { FormerDeps } from "../receipts/former-page.js";
import { completeReceipt, streamedReceipts } from "../receipts/read.js";

const RECEIPTS = 100;
const SCANNED = 1000;

/** Where a walk is: in the streams of these homes, the first one after an entry; or among receipts in keys of their own. */
interface Place {
  readonly homes: readonly string[];
  readonly entry: string;
  /** Of the list of all homes, and then of receipts in keys of their own; null: that was all. */
  readonly cursor: string | null;
  readonly keys: string | null;
}

/** Receipts of one namespace alone, or of all, that were kept up to the moment `asOf`. */
export async function receiptStretch(
  deps: FormerDeps,
  namespace: string | undefined,
  { since, asOf }: DumpOptions,
  at: string | undefined,
): Promise<Stretch<ReceiptLine>> {
  const place = at === undefined ? startIn(namespace) : parsePlace(at);
  const [home, ...rest] = place.homes;
  if (home !== undefined) {
    const from = place.entry === "" ? `${since}-0` : `(${place.entry}`;
    const found = await streamedReceipts(deps, home, from, String(asOf), RECEIPTS);
    const receipts = await Promise.all(found.map((each) => completeReceipt(deps, home, each)));
    const last = found.length < RECEIPTS ? undefined : found.at(-1)?.entry;
    const next = last === undefined ? { ...place, homes: rest, entry: "" } : { ...place, entry: last };
    return {
      items: receipts.flatMap((receipt) => (receipt === undefined ? [] : [lineOf(receipt)])),
      next: textOf(next),
    };
  }
  if (place.cursor !== null) {
    const { cursor } = place;
    const page = await deps.redis.run((client) =>
      client.hScan(deps.keys.receiptHomes(), cursor, { COUNT: SCANNED }),
    );
    const homes = page.entries.map(({ value }) => value);
    return { items: [], next: textOf({ ...place, homes, cursor: page.cursor === "0" ? null : page.cursor }) };
  }
  return ownKeyStretch(deps, since, asOf, place);
}

const startIn = (namespace: string | undefined): Place => ({
  homes: namespace === undefined ? [] : [namespace],
  entry: "",
  cursor: namespace === undefined ? "0" : null,
  keys: "0",
});

/** Receipts that 0.1.0 kept, or an import. */
async function ownKeyStretch(
  deps: FormerDeps,
  since: number,
  asOf: number,
  place: Place,
): Promise<Stretch<ReceiptLine>> {
  const page = await formerPage(deps, place.keys ?? "0");
  const receipts = page.receipts.map(({ receipt }) => receipt);
  return {
    items: receipts.filter((receipt) => receipt.at >= since && receipt.at <= asOf).map(lineOf),
    next: page.cursor === "0" ? undefined : textOf({ ...place, keys: page.cursor }),
  };
}

const lineOf = (receipt: Receipt): ReceiptLine => ({ kind: "receipt", receipt: encodeFormer(receipt) });

const textOf = (place: Place): string => JSON.stringify(place);
/** Written by {@link textOf}. */
const parsePlace = (text: string): Place => JSON.parse(text) as Place;
