import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describeMachine } from "../../harness/machine.js";
import { Failure } from "../../shell/failure.js";
import { withContenders } from "../cost/contenders.js";
import type { Contender } from "../cost/contenders.js";
import { createKey, stateGet, statePut } from "../load/setup.js";
import { cpuTime } from "../measure/cpu-time.js";
import { connectHttp } from "../measure/http-client.js";
import type { HttpClient } from "../measure/http-client.js";
import type { Part } from "../part.js";
import { DOCUMENTS } from "../state/requests.js";
import { profileOf } from "./profile-file.js";
import { report } from "./report.js";
import type { Profile, ProfileFigures } from "./report.js";
import { summarise } from "./summarise.js";
import type { CpuProfile } from "./summarise.js";

const CONNECTIONS = 64;
/** Milliseconds: 3 s for the default of --samples, 600. */
const MS_OF_SAMPLE = 5;
const TURNS = 6;
const POLL_MS = 50;
const WRITTEN_WITHIN_MS = 30_000;

const OPERATIONS = [
  { name: "GET state", request: stateGet },
  { name: "PUT state", request: statePut },
] as const;

/** Where the service's time of a request goes, of this build and of that of another checkout, by V8's profiler. */
export const benchProfile: Part = async ({ env, samples, against, note }) => {
  const milliseconds = Math.max(100, samples * MS_OF_SAMPLE);
  const agent = new URL("./agent.js", import.meta.url);
  const settings = { MNEME_EMBEDDER: "none", NODE_OPTIONS: `--import ${agent.href}` };
  const figures = await withContenders(
    env,
    against.slice(0, 1),
    async (contenders): Promise<ProfileFigures> => {
      const lanes = await Promise.all(contenders.map(open));
      const profiles: Profile[] = [];
      for (const { name, request } of OPERATIONS) {
        note(name);
        profiles.push(...(await profilesOf(lanes, name, request, milliseconds)));
      }
      for (const client of lanes.flatMap(({ clients }) => clients)) client.close();
      const redis = contenders[0]?.server.version ?? "";
      return { machine: describeMachine(), redis, connections: CONNECTIONS, profiles };
    },
    settings,
  );
  return { report: report(figures), figures };
};

interface Lane {
  readonly contender: Contender;
  readonly headers: Readonly<Record<string, string>>;
  readonly clients: readonly HttpClient[];
}

/** With documents to read, and a key: as in production. */
async function open(contender: Contender): Promise<Lane> {
  const { url } = contender.service;
  const headers = { Authorization: `Bearer ${await createKey(url)}` };
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connectHttp(url)));
  for (let index = 0; index < DOCUMENTS; index++) await clients[0]?.send(statePut(headers, index));
  return { contender, headers, clients };
}

/** CPU time first, in turns, so that whatever else happens on the machine hits all builds; the profiler costs some itself. */
async function profilesOf(
  lanes: readonly Lane[],
  operation: string,
  request: typeof stateGet,
  milliseconds: number,
): Promise<Profile[]> {
  const tallies = lanes.map((lane) => ({
    ...lane,
    requests: Array.from({ length: DOCUMENTS }, (_, index) => request(lane.headers, index)),
    asked: 0,
    cpu: { service: 0, redis: 0 },
  }));
  for (let turn = 0; turn <= TURNS; turn++) {
    const shift = turn % tallies.length;
    for (const tally of [...tallies.slice(shift), ...tallies.slice(0, shift)]) {
      const { service, server } = tally.contender;
      const before = { service: cpuTime(service.pid), redis: cpuTime(server.pid) };
      const asked = await ask(tally.clients, tally.requests, milliseconds / TURNS);
      // The first one warms up.
      if (turn === 0) continue;
      tally.asked += asked;
      tally.cpu.service += cpuTime(service.pid) - before.service;
      tally.cpu.redis += cpuTime(server.pid) - before.redis;
    }
  }
  const profiles: Profile[] = [];
  for (const { contender, clients, requests, asked, cpu } of tallies) {
    const { pid } = contender.service;
    process.kill(pid, "SIGUSR2");
    await ask(clients, requests, milliseconds);
    process.kill(pid, "SIGUSR2");
    profiles.push({
      operation,
      build: contender.name === "this" ? "now" : "before",
      cpu: { service: cpu.service / asked, redis: cpu.redis / asked },
      summary: summarise(await written(pid)),
    });
  }
  return profiles;
}

/** Gives how many were asked, in closed loops. */
async function ask(
  clients: readonly HttpClient[],
  requests: readonly Buffer[],
  milliseconds: number,
): Promise<number> {
  const end = performance.now() + milliseconds;
  let asked = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < end) {
        const request = requests[asked++ % requests.length];
        if (request !== undefined) await client.send(request);
      }
    }),
  );
  return asked;
}

async function written(pid: number): Promise<CpuProfile> {
  const file = profileOf(pid);
  const end = performance.now() + WRITTEN_WITHIN_MS;
  while (!existsSync(file)) {
    if (performance.now() > end) throw new Failure("The service wrote no profile.");
    await sleep(POLL_MS);
  }
  // Written by the agent, as V8 gives it.
  const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
  rmSync(file);
  return profile;
}
