import { describeMachine } from "../../harness/machine.js";
import type { Machine } from "../../harness/machine.js";
import type { Latency } from "../../harness/latencies.js";
import type { RunningService } from "../../harness/service.js";
import type { HttpClient } from "../measure/http-client.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { createEpisodes } from "./episodes.js";
import { recallBeside } from "./recall-beside.js";
import type { Action, RunFigures } from "./runs.js";
import { actionsOf, read, watchRun } from "./runs.js";

const CONSOLIDATED = "bench.consolidated";
const OTHER = "bench.other";
const OTHER_MEMORIES = 1000;
const INTERACTIONS = 30;
/** Notes, as a share of the episodes. */
const NOTES_SHARE = 0.05;
const TOGETHER = 200;

export interface ConsolidationFigures {
  readonly machine: Machine;
  readonly episodes: number;
  readonly memories_before: number;
  readonly memories_after: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly run: RunFigures;
  readonly recall: readonly {
    readonly namespace: string;
    readonly phase: string;
    /** Before and after the run: so that what else the machine does counts for both. */
    readonly quiet: Latency;
    readonly during: Latency;
    readonly ratio: number;
  }[];
}

/** A run of all steps without a language model, and recall before, during and after it. */
export async function benchConsolidation(
  service: RunningService,
  episodes: number,
  samples: number,
  note: (line: string) => void,
): Promise<ConsolidationFigures> {
  const corpus = createEpisodes();
  const http = await connectHttp(service.url);
  const watching = await connectHttp(service.url);
  const notes = Math.round(episodes * NOTES_SHARE);
  note(`writing ${episodes} episodes, ${notes} notes and ${INTERACTIONS} interactions`);
  await write(http, CONSOLIDATED, episodes, corpus.episode);
  await write(http, CONSOLIDATED, notes, corpus.note);
  for (let index = 0; index < INTERACTIONS; index++) {
    const path = `/v1/namespaces/${CONSOLIDATED}/interactions`;
    await http.send(httpRequest("POST", path, corpus.interaction(index)));
  }
  const others = Math.min(OTHER_MEMORIES, episodes);
  await write(http, OTHER, others, corpus.episode);

  const ask = (namespace: string, records: number) => (index: number) => {
    const { text, embedding } = corpus.question(index, records);
    return httpRequest("POST", "/v1/recall", { query: text, namespaces: [namespace], embedding });
  };
  const asked = [
    { name: OTHER, request: ask(OTHER, others) },
    { name: CONSOLIDATED, request: ask(CONSOLIDATED, episodes) },
  ];
  const asking = (from: number) =>
    asked.map(({ name, request }) => ({ name, request: (index: number) => request(from + index) }));
  const quiet = (from: number, recorders?: Awaited<ReturnType<typeof recallBeside>>) =>
    recallBeside(http, asking(from), (index) => index < samples, recorders);
  note("recall before the run");
  await quiet(1_000_000);
  const calm = await quiet(0);
  const used = await usageOf(http, CONSOLIDATED);
  note("the run");
  let phase = "planning";
  const watched = watchRun(
    service,
    watching,
    CONSOLIDATED,
    { older_than_seconds: 0, unread_seconds: 0 },
    (status) => {
      note(status);
      phase = status;
    },
  ).finally(() => (phase = ""));
  // Awaited below, after what fails with it.
  watched.catch(() => {});
  const beside = (name: string, from: number) => recallBeside(http, asking(from), () => phase === name);
  const planning = await beside("planning", 3_000_000);
  const running = await beside("running", 4_000_000);
  const run = await watched;
  note("recall after the run");
  await quiet(2_000_000, calm);
  const actions = await actionsOf(http, CONSOLIDATED, run.id);
  http.close();
  watching.close();
  const { made, superseded } = effectOf(actions);
  return {
    machine: describeMachine(),
    episodes,
    memories_before: used,
    memories_after: used + made - superseded,
    actions: countBy(actions),
    run,
    recall: [
      { namespace: "another one, of 1,000", phase: "planning", ...latencies(OTHER, planning) },
      { namespace: "another one, of 1,000", phase: "running", ...latencies(OTHER, running) },
      { namespace: "the one consolidated", phase: "planning", ...latencies(CONSOLIDATED, planning) },
      { namespace: "the one consolidated", phase: "running", ...latencies(CONSOLIDATED, running) },
    ],
  };

  function latencies(name: string, during: typeof calm) {
    const [one, other] = [calm.get(name)?.summary(), during.get(name)?.summary()];
    if (one === undefined || other === undefined) throw new Error("not measured");
    return { quiet: one, during: other, ratio: other.p50 / one.p50 };
  }
}

export async function write(
  http: HttpClient,
  namespace: string,
  count: number,
  memory: (index: number) => object,
): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER) {
    const memories = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, index) =>
      memory(from + index),
    );
    const body = await http.send(
      httpRequest("POST", `/v1/namespaces/${namespace}/memories/batch`, { memories }),
    );
    const { results } = read<{ results: { status: number }[] }>(body);
    const failed = results.find(({ status }) => status !== 201);
    if (failed !== undefined) throw new Error(`A memory was not stored: ${failed.status}`);
  }
}

export async function usageOf(http: HttpClient, namespace: string): Promise<number> {
  return read<{ memories: number }>(await http.send(httpRequest("GET", `/v1/namespaces/${namespace}/usage`)))
    .memories;
}

function effectOf(actions: readonly Action[]): { readonly made: number; readonly superseded: number } {
  const sum = (name: "made" | "superseded"): number =>
    actions.reduce((total, { result }) => total + (result?.[name].length ?? 0), 0);
  return { made: sum("made"), superseded: sum("superseded") };
}

/** By step, and how they ended. */
export function countBy(actions: readonly Action[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { step, result } of actions) {
    const because = result?.because ?? null;
    const how = `${result?.method ?? ""}${because === null ? "" : ` (${because})`}`;
    const name = `${step}, ${result?.status ?? "open"}, ${how}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
