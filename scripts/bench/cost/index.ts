import { describeMachine } from "../../harness/machine.js";
import { createCorpus } from "../corpus/corpus.js";
import type { Corpus } from "../corpus/corpus.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import type { Part } from "../part.js";
import { DOCUMENTS, servicePut } from "../state/requests.js";
import { withContenders } from "./contenders.js";
import type { Contender } from "./contenders.js";
import { measureRoute } from "./measure-route.js";
import type { Row } from "./measure-route.js";
import { report } from "./report.js";
import type { CostFigures } from "./report.js";
import { routesOf } from "./routes.js";

const RECORDS = 1000;
const BATCH = 250;

/**
 * CPU time of the service and of its Redis for one request of each route, and what Redis is sent for it; of this build
 * and of those of other checkouts, in turns. CPU time hardly depends on what else runs on the machine.
 */
export const benchCost: Part = async ({ env, records: sizes, samples, against, note }) => {
  const records = Math.min(RECORDS, sizes.at(-1) ?? RECORDS);
  const corpus = createCorpus({ seed: 20_260, dimensions: 384, characters: 300 });
  const figures = await withContenders(env, against, async (contenders): Promise<CostFigures> => {
    for (const contender of contenders) {
      note(`writing ${DOCUMENTS} documents and ${records} memories: ${contender.name}`);
      await fill(contender, corpus, records);
    }
    const rows: Row[] = [];
    for (const route of routesOf(corpus, records)) {
      note(route.name);
      rows.push(...(await measureRoute(contenders, route, samples)));
    }
    return {
      machine: describeMachine(),
      redis: contenders[0]?.server.version ?? "",
      records,
      rows,
    };
  });
  return { report: report(figures), figures };
};

async function fill({ service, ids }: Contender, corpus: Corpus, records: number): Promise<void> {
  const client = await connectHttp(service.url);
  for (let index = 0; index < DOCUMENTS; index++) await client.send(servicePut(index));
  for (let from = 0; from < records; from += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, records - from) }, (_, index) => ({
      ...corpus.record(from + index),
      memory_type: "episodic",
    }));
    const body = await client.send(httpRequest("POST", "/v1/namespaces/bench/memories/batch", { memories }));
    const { results } = JSON.parse(body.toString()) as { results: { memory: { id: string } }[] };
    ids.push(...results.map(({ memory }) => memory.id));
  }
  client.close();
}
