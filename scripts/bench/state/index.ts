import { describeMachine } from "../../harness/machine.js";
import { connectHttp } from "../measure/http-client.js";
import type { HttpClient } from "../measure/http-client.js";
import type { Part } from "../part.js";
import { startCapture } from "../redis/capture.js";
import { measureLoad } from "./load.js";
import type { Load, Throughput } from "./load.js";
import { judge, report } from "./report.js";
import type { Figures } from "./report.js";
import * as requests from "./requests.js";
import { withStateBench } from "./setup.js";
import type { StateBench } from "./setup.js";

const CLIENTS = 32;
const ROUNDS = 30;

/**
 * GET and PUT of state, compared with a bare handler that makes the same single Redis call and does nothing else, and
 * with the raw command: throughput and latency under 32 clients, and again with one.
 */
export const benchState: Part = async ({ env, samples, note }) => {
  const figures = await withStateBench(env, async (bench): Promise<Figures> => {
    note(`writing ${requests.DOCUMENTS} documents`);
    await fill(bench);
    note("counting commands");
    const commands = await countCommands(bench);
    const loads: Load[] = [
      { clients: CLIENTS, rounds: ROUNDS, requests: samples },
      { clients: 1, rounds: ROUNDS, requests: Math.ceil(samples / 10) },
    ];
    const measured = [];
    for (const load of loads) {
      note(`measuring with ${load.clients} client${load.clients === 1 ? "" : "s"}`);
      measured.push(...(await measureBoth(bench, load)));
    }
    return {
      machine: describeMachine(),
      redis: bench.server.version,
      commands,
      measured,
      aims: judge(measured, commands),
    };
  });
  return { report: report(figures), figures };
};

async function fill({ service, bare }: StateBench): Promise<void> {
  const [toService, toBare] = [await connectHttp(service.url), await connectHttp(bare.url)];
  for (let index = 0; index < requests.DOCUMENTS; index++) {
    await toService.send(requests.servicePut(index));
    await toBare.send(requests.barePut(index));
  }
  toService.close();
  toBare.close();
}

/** How many commands the service sends for one request, with its caches filled. */
async function countCommands({ server, service, redis }: StateBench): Promise<Figures["commands"]> {
  const http = await connectHttp(service.url);
  // Whether keys are needed, and the namespace's settings, are asked for once in seconds.
  await http.send(requests.serviceGet(1));
  await http.send(requests.servicePut(1));
  const capture = await startCapture(server.url, redis);
  const get = await capture.during(() => http.send(requests.serviceGet(1)));
  const put = await capture.during(() => http.send(requests.servicePut(1)));
  capture.stop();
  http.close();
  return { get: get.sent.length, put: put.sent.length };
}

async function measureBoth(
  { service, bare, redis }: StateBench,
  load: Load,
): Promise<Figures["measured"][number][]> {
  const connect = (url: string): Promise<HttpClient[]> =>
    Promise.all(Array.from({ length: load.clients }, () => connectHttp(url)));
  const [toService, toBare] = [await connect(service.url), await connect(bare.url)];
  const measure = async (operation: "GET" | "PUT"): Promise<Figures["measured"][number]> => {
    const own = made(operation === "GET" ? requests.serviceGet : requests.servicePut);
    const other = made(operation === "GET" ? requests.bareGet : requests.barePut);
    const command = made(operation === "GET" ? requests.rawGet : requests.rawPut);
    const lanes = await measureLoad(
      [
        { name: "service", run: async (client, index) => toService[client]?.send(own(index)) },
        { name: "bare handler", run: async (client, index) => toBare[client]?.send(other(index)) },
        { name: "raw command", run: (_, index) => redis.sendCommand(command(index)) },
      ],
      load,
    );
    return { operation, clients: load.clients, lanes: lanes as readonly Throughput[] };
  };
  const rows = [await measure("GET"), await measure("PUT")];
  for (const client of [...toService, ...toBare]) client.close();
  return rows;
}

/** Made before the clock runs. */
function made<Item>(make: (index: number) => Item): (index: number) => Item {
  const items = Array.from({ length: requests.DOCUMENTS }, (_, index) => make(index));
  return (index) => items[index % items.length] ?? make(index);
}
