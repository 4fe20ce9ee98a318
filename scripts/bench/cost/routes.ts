import type { Corpus } from "../corpus/corpus.js";
import { httpRequest } from "../measure/http-client.js";
import { documentOf, DOCUMENTS, serviceGet, servicePut } from "../state/requests.js";

/** What a route is asked: the same for every contender, but for ids, which each makes itself. */
export interface Route {
  readonly name: string;
  /** A multiple of these requests is made: a recall takes a hundred times as long as a read of state. */
  readonly weight: number;
  /** Fewer searches at once are served than others, and those that wait too long are refused. */
  readonly clients: number;
  request(index: number, ids: readonly string[]): Buffer;
}

const NAMESPACE = "bench";
const CLIENTS = 32;
const SEARCHES = 4;

/** Contents of these numbers and higher are written while measuring. */
const WRITTEN_FROM = 1_000_000;

export function routesOf(corpus: Corpus, records: number): Route[] {
  let written = WRITTEN_FROM;
  const made = new Map<number, Buffer>();
  const recall = (receipt: boolean) => (index: number) => {
    const { text, embedding } = corpus.question(index % 200, records);
    return httpRequest("POST", "/v1/recall", { query: text, namespaces: [NAMESPACE], embedding, receipt });
  };
  return [
    { name: "GET state", weight: 1, clients: CLIENTS, request: serviceGet },
    { name: "PUT state", weight: 1, clients: CLIENTS, request: servicePut },
    {
      name: "PATCH state",
      weight: 1,
      clients: CLIENTS,
      request: (index) =>
        httpRequest("PATCH", `/v1/namespaces/${NAMESPACE}/state/order-${index % DOCUMENTS}`, {
          status: `picked-${index}`,
          steps: documentOf(index),
        }),
    },
    {
      name: "GET memory",
      weight: 1,
      clients: CLIENTS,
      request: (index, ids) =>
        httpRequest("GET", `/v1/namespaces/${NAMESPACE}/memories/${ids[index % ids.length] ?? ""}`),
    },
    {
      name: "POST memory, vector given",
      weight: 0.25,
      clients: CLIENTS,
      request: (index) => {
        const known = made.get(index);
        if (known !== undefined) return known;
        const request = httpRequest("POST", `/v1/namespaces/${NAMESPACE}/memories`, {
          ...corpus.record(written++),
          memory_type: "episodic",
        });
        made.set(index, request);
        return request;
      },
    },
    { name: "recall, vector given", weight: 0.1, clients: SEARCHES, request: recall(true) },
    { name: "recall, vector given, no receipt", weight: 0.1, clients: SEARCHES, request: recall(false) },
  ];
}
