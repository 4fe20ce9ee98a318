import { ulid } from "ulid";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { startCapture } from "../redis/capture.js";
import { bareGet, barePut, DOCUMENTS, rawGet, rawPut } from "../state/requests.js";
import { NAMESPACE, stateGet, statePut } from "./setup.js";
import type { LoadBench } from "./setup.js";

export type LaneName = "service" | "bare handler" | "raw Redis";

/** Commands of one request, sent together. */
export type Commands = readonly (readonly (string | Buffer)[])[];

/** What is asked under load: the same of each lane for the same index. */
export interface Operation {
  readonly name: string;
  /** A multiple of the time of others: what takes long needs more of it for as many samples. */
  readonly weight: number;
  readonly service: (index: number) => Buffer;
  /** Undefined: a bare handler would be no more than the raw commands. */
  readonly bare?: (index: number) => Buffer;
  readonly raw: (index: number) => Commands;
}

const QUESTIONS = 200;

/** Recall before writes: they are the only ones that change how much is searched. */
export async function operationsOf(bench: LoadBench): Promise<Operation[]> {
  const { headers, keys, ids } = bench;
  const record = (index: number): string => keys.record(NAMESPACE, ids[index % ids.length] ?? "");
  return [
    {
      name: "GET state",
      weight: 1,
      service: made(DOCUMENTS, (index) => stateGet(headers, index)),
      bare: made(DOCUMENTS, bareGet),
      raw: made(DOCUMENTS, (index) => [rawGet(index)]),
    },
    {
      name: "PUT state",
      weight: 1,
      service: made(DOCUMENTS, (index) => statePut(headers, index)),
      bare: made(DOCUMENTS, barePut),
      raw: made(DOCUMENTS, (index) => [rawPut(index)]),
    },
    {
      name: "GET memory",
      weight: 1,
      service: made(DOCUMENTS, (index) =>
        httpRequest(
          "GET",
          `/v1/namespaces/${NAMESPACE}/memories/${ids[index % ids.length]}`,
          undefined,
          headers,
        ),
      ),
      bare: made(DOCUMENTS, (index) =>
        httpRequest("GET", `/state/${encodeURIComponent(record(index))}`, undefined, {}),
      ),
      raw: made(DOCUMENTS, (index) => [["JSON.GET", record(index), "$.memory"]]),
    },
    await recallOf(bench),
    await writeOf(bench),
  ];
}

/** Made before the clock runs. */
function made<Item>(count: number, make: (index: number) => Item): (index: number) => Item {
  const items = Array.from({ length: count }, (_, index) => make(index));
  return (index) => items[index % count] ?? make(index);
}

/** The raw commands are the searches that the service sends for the same question. */
async function recallOf({ service, server, redis, corpus, ids, headers }: LoadBench): Promise<Operation> {
  const requests = Array.from({ length: QUESTIONS }, (_, index) => {
    const { text, embedding } = corpus.question(index, ids.length);
    return httpRequest(
      "POST",
      "/v1/recall",
      { query: text, namespaces: [NAMESPACE], embedding, receipt: false },
      headers,
    );
  });
  const http = await connectHttp(service.url);
  const capture = await startCapture(server.url, redis);
  const searches: Commands[] = [];
  for (const request of requests) {
    const { sent } = await capture.during(() => http.send(request));
    searches.push(
      sent.filter(({ args }) => args[0]?.toString().toUpperCase() === "FT.SEARCH").map(({ args }) => args),
    );
  }
  capture.stop();
  http.close();
  return {
    name: "recall, vector given",
    weight: 2,
    service: made(QUESTIONS, (index) => requests[index] ?? Buffer.alloc(0)),
    raw: made(QUESTIONS, (index) => searches[index] ?? []),
  };
}

const STORING = new Set(["JSON.SET", "HSET", "SET"]);
/** Contents begin with a number of so many digits, which is written into a request that is made before. */
const DIGITS = 12;
const TEMPLATES = 200;

/** The raw commands store the record, its vector and its content hash under other names, with no check for a duplicate. */
async function writeOf({ service, server, redis, keys, corpus, headers }: LoadBench): Promise<Operation> {
  const zeros = "0".repeat(DIGITS);
  const templates = Array.from({ length: TEMPLATES }, (_, index) => {
    const { content, embedding } = corpus.record(1_000_000 + index);
    return httpRequest(
      "POST",
      `/v1/namespaces/${NAMESPACE}/memories`,
      { content: `${zeros} ${content}`, embedding, memory_type: "episodic" },
      headers,
    );
  });
  let written = 0;
  const fresh = (index: number): Buffer => {
    const request = Buffer.from(templates[index % TEMPLATES] ?? Buffer.alloc(0));
    request.write(String(++written).padStart(DIGITS, "0"), request.indexOf(zeros), "latin1");
    return request;
  };
  const http = await connectHttp(service.url);
  const capture = await startCapture(server.url, redis);
  let id = "";
  const { scripted } = await capture.during(async () => {
    id = (JSON.parse((await http.send(fresh(0))).toString()) as { id: string }).id;
  });
  capture.stop();
  http.close();
  const hashes = keys.contentHashPrefix(NAMESPACE);
  const stored = scripted.filter(({ args: [name, key] }) => {
    const text = key?.toString() ?? "";
    return (
      STORING.has(name?.toString().toUpperCase() ?? "") && (text.startsWith(hashes) || text.includes(id))
    );
  });
  return {
    name: "write, vector given",
    weight: 1,
    service: fresh,
    raw() {
      const other = ulid();
      return stored.map(({ args }) => {
        const key = args[1]?.toString() ?? "";
        return args.with(
          1,
          Buffer.from(key.startsWith(hashes) ? `${hashes}${other}` : key.replace(id, other)),
        );
      });
    },
  };
}
