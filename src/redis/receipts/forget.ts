import { scopeOf } from "../../access/grants.js";
import { namesOf } from "../../memory/ports/receipts.js";
import type { Receipt, ReceiptStore } from "../../memory/ports/receipts.js";
import { redisTime } from "../connection/redis-time.js";
import type { StreamEntry } from "../streams/rewrite.js";
import { pagesOf, rewriteStream } from "../streams/rewrite.js";
import { formerPage, removeFormer } from "./former-page.js";
import type { FormerDeps } from "./former-page.js";
import { noteErasedReceipts } from "./gone.js";
import { homeHash } from "./place.js";
import { isOfHour } from "./shared-home.js";
import { completeReceipt } from "./read.js";
import type { ReceiptDeps } from "./read.js";

type Options = Parameters<ReceiptStore["forget"]>[1];

/** How far the clocks that notes are written by may differ from those of the streams, milliseconds. */
const SKEW_MS = 300_000;
/** Homes that one HSCAN gives. */
const HOMES = 1000;
/** Before a cursor of receipts in keys of their own. */
const FORMER = "k";
const NO_BYTES = Buffer.alloc(0);
/** In the place of a home, once all homes of former releases are noted. */
const ALL = "all";

/**
 * Notes a receipt of several namespaces at each of them, before it is kept: so a deletion of one reads only what was kept
 * since the first such receipt of its own. Also notes since when this is done in the home: what is older is read by all.
 */
export async function noteShared(
  { redis, keys }: ReceiptDeps,
  home: string,
  receipt: Pick<Receipt, "at" | "request" | "hits">,
  keepSeconds: number,
): Promise<void> {
  const { at } = receipt;
  const named = namesOf(receipt).filter((name) => !scopeOf(name).below);
  const args = [home, String(at), String(keepSeconds * 1000)];
  await redis.run((client) =>
    Promise.all([
      client.hSetNX(keys.receiptsNoted(), home, String(at)),
      ...named.map((name) => client.noteSharedReceipt([keys.receiptsShared(name)], args)),
    ]),
  );
}

/**
 * See {@link ReceiptStore.forget}. The place is a home and the last entry that was looked at; or `k`, and a cursor of those in
 * keys of their own.
 */
export async function forget(
  deps: FormerDeps,
  namespace: string,
  { after, began, isOver }: Options,
): Promise<string | undefined> {
  const { redis, keys } = deps;
  const former = after?.startsWith(FORMER) === true;
  const [placeHome = "", placeEntry] = (after ?? "").split(" ");
  const own = await redis.run((client) => client.hGetAll(keys.receiptsShared(namespace)));
  const noted = await homesFor(deps, Object.keys(own));
  for (const [home, since] of former ? [] : noted) {
    if (home < placeHome) continue;
    const from = own[home];
    const last = await forgetIn(deps, home, {
      ranges: rangesIn(home, since, from === undefined ? undefined : Number(from)),
      after: home === placeHome ? placeEntry : undefined,
      goes: (receipt) => isOf(receipt, namespace),
      isOver,
    });
    if (last !== undefined) return `${home} ${last}`;
  }
  let cursor = former && after !== undefined ? after.slice(FORMER.length) : "0";
  do {
    const page = await formerPage(deps, cursor);
    ({ cursor } = page);
    const doomed = page.receipts.filter(({ receipt }) => isOf(receipt, namespace)).map(({ key }) => key);
    await removeFormer(deps, doomed);
    if (cursor !== "0" && isOver()) return `${FORMER}${cursor}`;
  } while (cursor !== "0");
  await noteErasedReceipts({ redis, keys }, namespace);
  await redis.run((client) =>
    Promise.all([
      client.unlink(keys.receipts(namespace)),
      client.hDel(keys.receiptHomes(), homeHash(namespace)),
      // Not away: one that is being kept now relies on the note.
      client.moveSharedReceipts([keys.receiptsShared(namespace)], [String(began), ...Object.keys(own)]),
    ]),
  );
  return undefined;
}

/** Milliseconds since the epoch; `to` isn't included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Where a home may hold receipts of a namespace: among those of before they were noted in it, and from the first that is
 * noted at the namespace on, `from`; undefined: none is. In milliseconds since the epoch.
 */
export function rangesIn(home: string, noted: number, from: number | undefined): readonly Range[] {
  return [
    ...(isOfHour(home) ? [] : [{ from: 0, to: noted + SKEW_MS }]),
    ...(from === undefined ? [] : [{ from: from - SKEW_MS, to: Infinity }]),
  ];
}

interface Forgetting {
  /** In order. */
  readonly ranges: readonly Range[];
  /** The entry that was looked at last. */
  readonly after?: string | undefined;
  readonly goes: (receipt: Receipt) => boolean;
  readonly isOver?: () => boolean;
}

/** The entry after which the next part begins; undefined: there is nothing left. */
export async function forgetIn(
  deps: ReceiptDeps,
  home: string,
  { ranges, after, goes, isOver = () => false }: Forgetting,
): Promise<string | undefined> {
  const { redis, keys } = deps;
  const stream = { key: keys.receipts(home), home };
  const doomed = new Set<string>();
  let reached = after ?? "0-0";
  let over = false;
  for (const { from, to } of ranges) {
    if (timeOf(reached) < from) reached = `${from}-0`;
    for await (const page of pagesOf(redis, stream.key, undefined, reached)) {
      const within = page.filter(({ id }) => timeOf(id) < to);
      for (const entry of within) if (await entryGoes(deps, home, entry, goes)) doomed.add(entry.id);
      reached = within.at(-1)?.id ?? reached;
      if (within.length < page.length) break;
      over = isOver();
      if (over) break;
    }
    if (over) break;
  }
  if (doomed.size > 0) {
    await rewriteStream({ redis, keys }, { ...stream, changes: true }, ({ id }) =>
      doomed.has(id) ? "goes" : "stays",
    );
    over ||= isOver();
  }
  return over ? reached : undefined;
}

const timeOf = (entry: string): number => Number.parseInt(entry, 10);

async function entryGoes(
  deps: ReceiptDeps,
  home: string,
  { id, fields }: StreamEntry,
  goes: Forgetting["goes"],
): Promise<boolean> {
  const receipt = await completeReceipt(deps, home, { entry: id, stored: fields[1] ?? NO_BYTES });
  return receipt !== undefined && goes(receipt);
}

const isOf = (receipt: Receipt, namespace: string): boolean => namesOf(receipt).includes(namespace);

/** Those that are noted, and those of an hour that this namespace names: a sweep may have dropped the note of an empty one. */
export async function homesFor(
  deps: ReceiptDeps,
  own: readonly string[],
): Promise<readonly (readonly [string, number])[]> {
  const homes = new Map(await notedHomes(deps));
  for (const home of own) if (isOfHour(home) && !homes.has(home)) homes.set(home, 0);
  return [...homes].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** The homes of receipts of several namespaces, and since when those in them are noted; in order. */
async function notedHomes({ redis, keys }: ReceiptDeps): Promise<readonly (readonly [string, number])[]> {
  const read = () => redis.run((client) => client.hGetAll(keys.receiptsNoted()));
  let found = await read();
  if (found[ALL] === undefined) {
    // Once in a store: homes that a release without notes filled.
    const now = String(await redisTime(redis));
    let cursor = "0";
    do {
      const page = await redis.run((client) => client.hScan(keys.receiptHomes(), cursor, { COUNT: HOMES }));
      ({ cursor } = page);
      const homes = page.entries.flatMap(({ value }) => (value.startsWith("~") ? [value] : []));
      if (homes.length > 0)
        await redis.run((client) => client.noteReceiptHomes([keys.receiptsNoted()], [now, ...homes]));
    } while (cursor !== "0");
    await redis.run((client) => client.noteReceiptHomes([keys.receiptsNoted()], [now, ALL]));
    found = await read();
  }
  return Object.entries(found)
    .flatMap(([home, since]) => (home === ALL ? [] : [[home, Number(since)] as const]))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}
