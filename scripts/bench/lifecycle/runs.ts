import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../shell/failure.js";
import type { RunningService } from "../../harness/service.js";
import type { HttpClient } from "../measure/http-client.js";
import { httpRequest } from "../measure/http-client.js";
import { residentMemory } from "../measure/process-memory.js";

const POLL_MS = 200;
const AT_WORK: ReadonlySet<string> = new Set(["planning", "running", "undoing"]);

interface Head {
  readonly status: string;
  readonly planned: number;
  readonly settled: number;
  readonly llm_calls: number;
  readonly llm_tokens: number;
}

export interface Action {
  readonly step: string;
  readonly result: {
    readonly status: string;
    readonly made: readonly string[];
    readonly superseded: readonly string[];
    readonly method: string;
    readonly because: string | null;
  } | null;
}

export interface RunFigures extends Head {
  readonly seconds: number;
  readonly planning_seconds: number;
  /** Memory of the service's process, in bytes; read every 200 ms. */
  readonly resident_before: number;
  readonly resident_peak: number;
}

/** Begins a run and watches it until it has ended. */
export async function watchRun(
  service: RunningService,
  http: HttpClient,
  namespace: string,
  options: object,
  onStatus: (status: string) => void = () => {},
): Promise<RunFigures & { readonly id: string }> {
  const base = `/v1/namespaces/${namespace}/consolidations`;
  const resident = (): number => residentMemory(service.pid)?.now ?? 0;
  const before = resident();
  let peak = before;
  const start = performance.now();
  const since = (): number => (performance.now() - start) / 1000;
  const { id } = read<{ id: string }>(await http.send(httpRequest("POST", base, options)));
  let planning = 0;
  let seen = "";
  for (;;) {
    await sleep(POLL_MS);
    const { status, planned, settled, llm_calls, llm_tokens } = read<Head>(
      await http.send(httpRequest("GET", `${base}/${id}?limit=1`)),
    );
    peak = Math.max(peak, resident());
    if (status !== seen) onStatus(status);
    seen = status;
    if (status === "planning") planning = since();
    if (AT_WORK.has(status)) continue;
    if (status !== "done" && status !== "planned") throw new Failure(`The run is ${status}.`);
    return {
      id,
      status,
      planned,
      settled,
      llm_calls,
      llm_tokens,
      seconds: since(),
      planning_seconds: planning,
      resident_before: before,
      resident_peak: peak,
    };
  }
}

export async function actionsOf(http: HttpClient, namespace: string, id: string): Promise<Action[]> {
  const actions: Action[] = [];
  for (let from: number | null = 0; from !== null;) {
    const path = `/v1/namespaces/${namespace}/consolidations/${id}?limit=200&from=${from}`;
    const page: { actions: Action[]; next: number | null } = read(await http.send(httpRequest("GET", path)));
    actions.push(...page.actions);
    from = page.next;
  }
  return actions;
}

export const read = <Body>(body: Buffer): Body => JSON.parse(body.toString()) as Body;
