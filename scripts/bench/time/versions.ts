import { startProgressBar } from "../../harness/progress-bar.js";
import type { Env } from "../../shell/env.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import type { HttpClient } from "../measure/http-client.js";
import { interleave } from "../measure/interleave.js";
import { withBench } from "../memory/setup.js";
import type { Bench } from "../memory/setup.js";
import type { CorpusRecord } from "../corpus/corpus.js";
import type { Row } from "./report.js";

export const VERSIONED = 10_000;
export const VERSIONS = 5;
const BATCH = 500;
const WRITERS = 8;
const WARM_UP = 50;

/**
 * Recall as of the middle of a history compared with recall of the present: memories with vectors, each with old
 * versions. And in a Redis of its own, recall of the present over the same memories without any.
 */
export async function measureVersions(env: Env, samples: number, most: number): Promise<Row[]> {
  const count = Math.min(VERSIONED, most);
  return withBench(env, (single) => withBench(env, (bench) => measureBeside(single, bench, samples, count)));
}

async function measureBeside(single: Bench, bench: Bench, samples: number, count: number): Promise<Row[]> {
  // What the last version of each says.
  await write(single, (VERSIONS - 1) * count, count);
  const ids = await write(bench, 0, count);
  // Each memory has as many versions before this moment as after it.
  let asOf = "";
  for (let version = 2; version <= VERSIONS; version++) {
    if (version === Math.ceil(VERSIONS / 2) + 1) asOf = new Date().toISOString();
    await reviseAll(bench, ids, version);
  }
  const ask = (more: object) => (index: number) => {
    const { text, embedding } = bench.corpus.question(index, count);
    const body = { query: text, embedding, namespaces: [bench.namespace], receipt: false, ...more };
    return httpRequest("POST", "/v1/recall", body);
  };
  const requests: readonly (readonly [string, (index: number) => Buffer, Bench])[] = [
    ["recall, present", ask({}), bench],
    ["recall, as of the middle", ask({ as_of: asOf }), bench],
    ["recall, as of the middle, valid at any time", ask({ as_of: asOf, valid_at: "any" }), bench],
    ["recall, present, with a receipt", ask({ receipt: true }), bench],
    ["recall, present, one version each", ask({}), single],
  ];
  const warmUp = Math.min(WARM_UP, samples);
  const made = requests.map(([, make]) =>
    Array.from({ length: samples + warmUp }, (_, index) => make(index)),
  );
  const latencies = await interleave(
    requests.map(([, , { http }], place) => ({
      run: (index: number) => http.send(made[place]?.[index] ?? Buffer.alloc(0)),
    })),
    { samples, warmUp },
  );
  return latencies.map((latency, place) => ({
    operation: requests[place]?.[0] ?? "",
    latency,
    edges: undefined,
  }));
}

/** Those of the corpus from this one on. */
async function write(bench: Bench, first: number, count: number): Promise<string[]> {
  const ids: string[] = [];
  const bar = startProgressBar(`writing ${count} memories`, count);
  for (let from = 0; from < count; from += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) =>
      semantic(bench.corpus.record(first + from + index)),
    );
    const path = `/v1/namespaces/${bench.namespace}/memories/batch`;
    const answer = await bench.http.send(httpRequest("POST", path, { memories }));
    const { results } = JSON.parse(answer.toString()) as { results: { memory: { id: string } }[] };
    ids.push(...results.map(({ memory }) => memory.id));
    bar.advance(memories.length);
  }
  bar.done();
  return ids;
}

/** New content, and a vector of its own, for every memory. */
async function reviseAll(bench: Bench, ids: readonly string[], version: number): Promise<void> {
  const bar = startProgressBar(`writing version ${version}`, ids.length);
  const clients = await Promise.all(Array.from({ length: WRITERS }, () => connectHttp(bench.service.url)));
  let next = 0;
  const work = async (client: HttpClient): Promise<void> => {
    for (let index = next++; index < ids.length; index = next++) {
      const { content, embedding } = bench.corpus.record((version - 1) * ids.length + index);
      const path = `/v1/namespaces/${bench.namespace}/memories/${ids[index]}`;
      await client.send(httpRequest("PATCH", path, { content, embedding }));
      bar.advance(1);
    }
  };
  await Promise.all(clients.map(work));
  for (const client of clients) client.close();
  bar.done();
}

function semantic({ content, embedding }: CorpusRecord) {
  return { content, embedding, memory_type: "semantic" };
}
