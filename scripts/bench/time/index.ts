import { randomBytes } from "node:crypto";
import { describeMachine } from "../../harness/machine.js";
import { startProgressBar } from "../../harness/progress-bar.js";
import { startService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import type { HttpClient } from "../measure/http-client.js";
import { interleave } from "../measure/interleave.js";
import type { Part } from "../part.js";
import { createRedisClient } from "../../../src/redis/connection/client.js";
import { measureVersions } from "./versions.js";
import { createGraph } from "./graph.js";
import type { Graph } from "./graph.js";
import { judge, report } from "./report.js";
import type { Figures, Row } from "./report.js";

const FACTS = 10_000;
const BATCH = 500;
const WARM_UP = 30;
/** Whose edges are counted. */
const MOST_ANSWERS = 50;
const NAMESPACE = "bench";
const PATH = `/v1/namespaces/${NAMESPACE}`;

/**
 * Questions to a graph of 10,000 facts: entities, their neighbours, profiles, and recall with and without them. And
 * recall as of a time compared with recall of the present, over 10,000 memories with 5 versions each.
 */
export const benchTime: Part = async ({ env, records, samples, note }) => {
  const most = Math.max(...records);
  const server = await startThrowawayRedis(env);
  try {
    const keyPrefix = `bench-${randomBytes(4).toString("hex")}`;
    const settings = { MNEME_EMBEDDER: "none" };
    const service = await startService({ env, redisUrl: server.url, keyPrefix, settings });
    const redis = createRedisClient({ url: server.url });
    await redis.connect();
    const http = await connectHttp(service.url);
    try {
      const graph = createGraph(Math.min(FACTS, most));
      await write(http, graph);
      note("measuring");
      const rows = await measure(http, redis, graph, samples);
      const versions = await measureVersions(env, samples, most);
      const figures: Figures = {
        machine: describeMachine(),
        redis: server.version,
        facts: graph.facts,
        memories: graph.memories.length,
        rows,
        versions,
        aims: judge(versions),
      };
      return { report: report(figures), figures };
    } finally {
      http.close();
      redis.destroy();
      await service.stop();
    }
  } finally {
    await server.stop();
  }
};

async function write(http: HttpClient, { memories }: Graph): Promise<void> {
  const bar = startProgressBar(`writing ${memories.length} memories`, memories.length);
  for (let from = 0; from < memories.length; from += BATCH) {
    const batch = memories.slice(from, from + BATCH);
    await http.send(httpRequest("POST", `${PATH}/memories/batch`, { memories: batch }));
    bar.advance(batch.length);
  }
  bar.done();
}

async function measure(
  http: HttpClient,
  redis: ReturnType<typeof createRedisClient>,
  { people }: Graph,
  samples: number,
): Promise<Row[]> {
  const person = (index: number): string => people[(index * 4) % people.length] ?? "";
  const get = (path: string) => (index: number) =>
    httpRequest("GET", `${PATH}/${path.replace("{name}", encodeURIComponent(person(index)))}`);
  const recall = (more: object) => (index: number) =>
    httpRequest("POST", "/v1/recall", {
      query: `Where does ${person(index)} work?`,
      namespaces: [NAMESPACE],
      ...more,
    });
  const requests: readonly (readonly [string, (index: number) => Buffer])[] = [
    ["entity", get("entities/{name}")],
    ["entity, valid at", get("entities/{name}?valid_at=2021-01-01T00:00:00Z")],
    ["neighbors, 1 hop", get("entities/{name}/neighbors?hops=1")],
    ["neighbors, 2 hops", get("entities/{name}/neighbors?hops=2")],
    ["neighbors, 3 hops", get("entities/{name}/neighbors?hops=3")],
    ["neighbors, 3 hops, up to 500 edges", get("entities/{name}/neighbors?hops=3&limit=500")],
    ["profile, 1000 tokens", get("profiles/{name}")],
    ["recall by words", recall({})],
    ["recall by words, expanded", recall({ expand: "entities" })],
  ];
  const warmUp = Math.min(WARM_UP, samples);
  const made = requests.map(([, make]) =>
    Array.from({ length: samples + warmUp }, (_, index) => make(index)),
  );
  const [ping, ...latencies] = await interleave(
    [
      { run: () => redis.ping() },
      ...made.map((list) => ({ run: (index: number) => http.send(list[index] ?? Buffer.alloc(0)) })),
    ],
    { samples, warmUp },
  );
  if (ping === undefined) return [];
  const rows: Row[] = [{ operation: "PING, beside", latency: ping, edges: undefined }];
  for (const [place, latency] of latencies.entries()) {
    const [operation = "", make] = requests[place] ?? [];
    rows.push({
      operation,
      latency,
      edges: make === undefined ? undefined : await meanEdges(http, make, Math.min(MOST_ANSWERS, samples)),
    });
  }
  return rows;
}

/** How much there is in an answer; undefined of what has no edges. */
async function meanEdges(
  http: HttpClient,
  make: (index: number) => Buffer,
  answers: number,
): Promise<number | undefined> {
  const counts: number[] = [];
  for (let index = 0; index < answers; index++) {
    const { edges } = JSON.parse((await http.send(make(index))).toString()) as { edges?: unknown[] };
    if (edges === undefined) return undefined;
    counts.push(edges.length);
  }
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}
