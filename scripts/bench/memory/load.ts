import { startProgressBar } from "../../harness/progress-bar.js";
import { batchRequest, drawRecords, noteWritten } from "./requests.js";
import type { Bench } from "./setup.js";

/** 500 records with their vectors as JSON are about 2 MB: half of what a batch may be. */
const BATCH = 500;

/** Writes records, with their vectors, through the API until the index holds `total`. Gives how many it holds. */
export async function loadUpTo(bench: Bench, total: number): Promise<number> {
  let present = await countRecords(bench);
  const bar = startProgressBar(`loading up to ${total}`, Math.max(0, total - present));
  while (present < total) {
    const size = Math.min(BATCH, total - present);
    noteWritten(bench, await bench.http.send(batchRequest(bench, drawRecords(bench, size))));
    present += size;
    bar.advance(size);
  }
  bar.done();
  return present;
}

/** Those that the raw side of a measurement has written count too: they load the index in the same way. */
export async function countRecords({ redis, keys }: Bench): Promise<number> {
  return Number((await redis.ft.info(keys.recordIndex())).num_docs);
}
