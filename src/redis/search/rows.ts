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

/** The number of records that FT.SEARCH found; the reply holds some of them. */
export const totalOf = (reply: unknown): number => integer(arrayOf(reply)[0]);

/** A numeric sort key comes as `#0.8603`. */
export function numberOfSortKey(sortKey: string): number {
  return Number(sortKey.slice(1));
}
