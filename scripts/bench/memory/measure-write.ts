import { createLatencies } from "../../harness/latencies.js";
import { interleave } from "../measure/interleave.js";
import type { Rounds } from "../measure/interleave.js";
import { replay } from "../redis/replay.js";
import { at } from "./capture-requests.js";
import { batchRequest, drawRecords, noteWritten, writeRequest } from "./requests.js";
import type { Row } from "./row.js";
import type { Bench } from "./setup.js";
import { captureWrite } from "./write-commands.js";

const BATCH = 100;
const MOST_BATCHES = 10;
/** Distinct records behind the raw side's renamed ones. */
const TEMPLATES = 50;

/** Writes with a given vector, compared with the commands that store the same, and with the service's own script. */
export async function measureWrites(bench: Bench, records: number, rounds: Rounds): Promise<Row[]> {
  const batches: Rounds = { samples: Math.min(MOST_BATCHES, rounds.samples), warmUp: 1 };
  return [
    ...(await writeRows(bench, records, 1, rounds)),
    ...(await writeRows(bench, records, BATCH, batches)),
  ];
}

async function writeRows(bench: Bench, records: number, size: number, rounds: Rounds): Promise<Row[]> {
  const total = rounds.warmUp + rounds.samples;
  const templates = await captureWrite(bench, size, Math.min(total, Math.ceil(TEMPLATES / size)));
  // Whatever must be made for each request is made before the clock runs; nothing is written twice.
  const requests = Array.from({ length: total }, () => requestFor(bench, size));
  const storing = Array.from({ length: total }, (_, index) => at(templates, index).fresh().storing);
  const sending = Array.from({ length: total }, (_, index) => at(templates, index).fresh().sending);
  const answers: Buffer[] = [];
  const [service, stored, sent] = await interleave(
    [
      { run: async (index) => answers.push(await bench.http.send(at(requests, index))) },
      { run: (index) => replay(bench.redis, at(storing, index)) },
      { run: (index) => replay(bench.redis, at(sending, index)) },
    ],
    rounds,
  );
  for (const answer of answers) noteWritten(bench, answer);
  if (service === undefined) return [];
  const operation = size === 1 ? "write one, vector given" : `write a batch of ${size}, vectors given`;
  return [
    { operation: `${operation} ↔ JSON.SET, HSET, SET`, records, service, raw: stored },
    { operation: `${operation} ↔ its own script`, records, service, raw: sent },
  ];
}

function requestFor(bench: Bench, size: number): Buffer {
  const drawn = drawRecords(bench, size);
  const [first] = drawn;
  return size === 1 && first !== undefined ? writeRequest(bench, first) : batchRequest(bench, drawn);
}

const EMBEDDED_BATCH = 32;

/** Writes that the local model must embed: there is nothing raw to compare them with. */
export async function measureEmbeddedWrites(
  bench: Bench,
  records: number,
  { samples: most }: Rounds,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { size, samples } of [
    { size: 1, samples: 60 },
    { size: EMBEDDED_BATCH, samples: 4 },
  ]) {
    const latencies = createLatencies();
    for (let index = 0; index < Math.min(samples, most); index++) {
      const texts = drawRecords(bench, size).map(({ content }) => ({ content }));
      const [first] = texts;
      const request =
        size === 1 && first !== undefined ? writeRequest(bench, first) : batchRequest(bench, texts);
      noteWritten(bench, await latencies.time(() => bench.http.send(request)));
    }
    const operation = size === 1 ? "write one, local model" : `write a batch of ${size}, local model`;
    rows.push({ operation, records, service: latencies.summary(), raw: undefined });
  }
  return rows;
}
