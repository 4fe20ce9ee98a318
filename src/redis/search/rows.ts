import { WrongReplyError, arrayOf, integer } from "../scripts/replies.js";

type ReadRow<Row> = (key: string, second: string, third: string, fourth: unknown) => Row;

/** Reads a reply of FT.SEARCH without contents (RESP2): after the total, `width` entries a row, the key first. */
export function readRows<Row>(reply: unknown, width: number, read: ReadRow<Row>): Row[] {
  if (!Array.isArray(reply)) throw new WrongReplyError("an array", reply, "FT.SEARCH (RESP2)");
  const rows: Row[] = [];
  for (let at = 1; at < reply.length; at += width)
    rows.push(read(reply[at], reply[at + 1], reply[at + 2], reply[at + 3]));
  return rows;
}

/** The number of records that FT.SEARCH found on all nodes that were asked; the replies hold some of them. */
export const totalOf = (replies: readonly unknown[]): number =>
  replies.reduce<number>((sum, reply) => sum + integer(arrayOf(reply)[0]), 0);

/** Rows of one reply a node, each in the order that was asked for, as one list in that order. */
export function readAllRows<Row>(
  replies: readonly unknown[],
  width: number,
  read: ReadRow<Row>,
  order: (one: Row, other: Row) => number,
  limit: number,
): Row[] {
  const [only, ...others] = replies.map((reply) => readRows(reply, width, read));
  if (others.length === 0) return only ?? [];
  return [...(only ?? []), ...others.flat()].toSorted(order).slice(0, limit);
}

/** A numeric sort key comes as `#0.8603`. */
export function numberOfSortKey(sortKey: string | null): number {
  // None: the record has expired and isn't removed yet.
  return sortKey === null ? 0 : Number(sortKey.slice(1));
}
