import { createLatencies } from "../../harness/latencies.js";
import { createRandom, pick } from "../corpus/random.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { startFloor } from "../measure/floor.js";
import { interleave } from "../measure/interleave.js";
import type { Rounds } from "../measure/interleave.js";
import { replay } from "../redis/replay.js";
import { at, captureRequests } from "./capture-requests.js";
import { getRequest } from "./requests.js";
import type { Row } from "./row.js";
import type { Bench } from "./setup.js";

/** GET by id compared with the JSON.GET of the same key. */
export async function measureGet(bench: Bench, records: number, rounds: Rounds): Promise<Row[]> {
  const random = createRandom(records);
  const ids = Array.from({ length: rounds.warmUp + rounds.samples }, () => pick(random, bench.ids));
  const requests = ids.map((id) => getRequest(bench, id));
  const commands = await captureRequests(bench, requests);
  const [service, raw] = await interleave(
    [
      { run: (index) => bench.http.send(at(requests, index)) },
      { run: (index) => replay(bench.redis, at(commands, index)) },
    ],
    rounds,
  );
  return service === undefined ? [] : [{ operation: "GET by id", records, service, raw }];
}

/** The framework's own cost, compared with the raw GET; and the GET of a caller that uses fetch. */
export async function measureFloor(bench: Bench, records: number, rounds: Rounds): Promise<Row[]> {
  const floor = await startFloor();
  const http = await connectHttp(floor.url);
  const request = httpRequest("GET", "/");
  const id = bench.ids[0] ?? "";
  const [commands] = await captureRequests(bench, [getRequest(bench, id)]);
  const [service, raw] = await interleave(
    [{ run: () => http.send(request) }, { run: () => replay(bench.redis, commands ?? []) }],
    rounds,
  );
  http.close();
  await floor.stop();

  const fetched = createLatencies();
  const url = `${bench.service.url}/v1/namespaces/${bench.namespace}/memories/${id}`;
  for (let index = 0; index < rounds.warmUp + rounds.samples; index++) {
    const work = async () => (await fetch(url)).text();
    await (index < rounds.warmUp ? work() : fetched.time(work));
  }
  return [
    ...(service === undefined ? [] : [{ operation: "bare Hono handler, GET /", records, service, raw }]),
    { operation: "GET by id, the client being fetch", records, service: fetched.summary(), raw: undefined },
  ];
}
