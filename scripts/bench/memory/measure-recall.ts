import { createLatencies } from "../../harness/latencies.js";
import { interleave } from "../measure/interleave.js";
import type { Rounds } from "../measure/interleave.js";
import { replay } from "../redis/replay.js";
import { at, captureRequests } from "./capture-requests.js";
import { recallRequest } from "./requests.js";
import type { Row } from "./row.js";
import type { Bench } from "./setup.js";

/** Embedding a question takes milliseconds: fewer samples do. */
const NEW_QUESTIONS = 200;

/** Questions are numbered; at another number of records they are other questions. */
const FIRST = 0;
const FIRST_BY_TEXT = 1_000_000;

/** Recall with a given vector, each question for the first time, compared with the same searches and reads. */
export async function measureRecall(bench: Bench, records: number, rounds: Rounds): Promise<Row[]> {
  const requests = questions(bench, FIRST, rounds.warmUp + rounds.samples, records).map((question) =>
    recallRequest(bench, question),
  );
  return pairRow(bench, "recall, vector given", records, requests, rounds);
}

/** Recall with the local embedder: questions that no cache knows, then the same ones again. */
export async function measureRecallByText(bench: Bench, records: number, rounds: Rounds): Promise<Row[]> {
  const requests = questions(bench, FIRST_BY_TEXT, Math.min(NEW_QUESTIONS, rounds.samples), records).map(
    ({ text }) => recallRequest(bench, { text }),
  );
  const fresh = createLatencies();
  for (const request of requests) await fresh.time(() => bench.http.send(request));
  return [
    { operation: "recall, local model, new question", records, service: fresh.summary(), raw: undefined },
    ...(await pairRow(bench, "recall, local model, known question", records, requests, rounds)),
  ];
}

async function pairRow(
  bench: Bench,
  operation: string,
  records: number,
  requests: readonly Buffer[],
  rounds: Rounds,
): Promise<Row[]> {
  const commands = await captureRequests(bench, requests);
  const [service, raw] = await interleave(
    [
      { run: (index) => bench.http.send(at(requests, index)) },
      { run: (index) => replay(bench.redis, at(commands, index)) },
    ],
    rounds,
  );
  return service === undefined ? [] : [{ operation, records, service, raw }];
}

function questions({ corpus }: Bench, from: number, count: number, records: number) {
  return Array.from({ length: count }, (_, index) => corpus.question(from + index, records));
}
