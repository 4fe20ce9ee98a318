import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./faults.js";
import { startLoad } from "./load.js";
import type { Acknowledged, Load } from "./load.js";
import type { World } from "./world.js";

export interface Finding {
  readonly id: string;
  readonly name: string;
  /** Requests that failed, by what their clients saw. */
  readonly seen: Readonly<Record<string, number>>;
  /** What callers beside the steady load saw. */
  readonly others: readonly string[];
  /** The longest time for which a request waited for its answer, in seconds. */
  readonly longest: number;
  /** From the end of the fault until all requests succeeded again; null: they didn't in time. */
  readonly recovered: number | null;
  readonly within: number;
  readonly acknowledged: number;
  /** Acknowledged writes that aren't there. */
  readonly lost: readonly string[];
}

const WARM_MS = 500;
const AFTER_MS = 1_000;
/** So many in a row must succeed. */
const IN_A_ROW = 10;
const LOOK_MS = 20;
/** Beyond what is allowed, so that the table can say how long it took. */
const PATIENCE_S = 60;

let runs = 0;

/** Lets a fault happen under steady load, waits until the service has recovered, and looks what is there. */
export async function runFault(world: World, fault: Fault): Promise<Finding> {
  const namespace = `faults.run${++runs}`;
  const load = startLoad(world, namespace);
  await successes(load, 0, PATIENCE_S);
  await sleep(WARM_MS);
  const first = load.outcomes.length;
  const others = (await fault.begin(world, namespace)) ?? [];
  await sleep(fault.lastsMs);
  if (fault.end !== undefined) await fault.end(world);
  const over = performance.now();
  let well: number | undefined;
  let looked: number;
  do {
    well = await successes(load, over, PATIENCE_S);
    looked = load.outcomes.length;
    // A fault may show late.
    await sleep(AFTER_MS);
  } while (well !== undefined && load.outcomes.slice(looked).some(({ ok }) => !ok));
  await load.stop();
  const during = load.outcomes.slice(first);
  const seen: Record<string, number> = {};
  for (const { ok, seen: what } of during) if (!ok) seen[what] = (seen[what] ?? 0) + 1;
  const { memories, state } = load.acknowledged;
  return {
    id: fault.id,
    name: fault.name,
    seen,
    others,
    longest: Math.max(...during.map(({ ms }) => ms)) / 1000,
    recovered: well === undefined ? null : Math.max(0, well - over) / 1000,
    within: fault.within,
    acknowledged: memories.size + [...state.values()].reduce((sum, { last }) => sum + last, 0),
    lost: await missing(world, namespace, load.acknowledged),
  };
}

/** When the first of enough successes of all kinds in a row came after a moment; undefined: not in time. */
async function successes(load: Load, after: number, seconds: number): Promise<number | undefined> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const since = load.outcomes.filter(({ at }) => at >= after);
    const failed = since.findLastIndex(({ ok }) => !ok);
    const row = since.slice(failed + 1);
    const [begin] = row;
    const kinds = new Set(row.map(({ kind }) => kind));
    if (row.length >= IN_A_ROW && kinds.size === 3 && begin !== undefined)
      return failed === -1 ? after : begin.at;
    await sleep(LOOK_MS);
  }
  return undefined;
}

/** Each acknowledged write is read back, as a client reads it. */
async function missing(
  { url: urlOf, headers }: World,
  namespace: string,
  { memories, state }: Acknowledged,
): Promise<string[]> {
  const url = urlOf();
  const lost: string[] = [];
  for (const [id, content] of memories) {
    const memory = await json(`${url}/v1/namespaces/${namespace}/memories/${id}`, headers);
    if (memory["content"] !== content) lost.push(content);
  }
  for (const [key, { last, sent }] of state) {
    const path = `${url}/v1/namespaces/${namespace}/state/${key}`;
    // As of now, it is what it is: also if Redis's clock was ahead when it was written.
    for (const asked of [path, `${path}?as_of=${new Date().toISOString()}`]) {
      const value = Number((await json(asked, headers))["value"] ?? 0);
      // What was sent after it without an answer may have been done, or not.
      if (value < last || value > sent) lost.push(`${asked}: ${value}, acknowledged ${last}`);
    }
  }
  return lost;
}

async function json(url: string, headers: World["headers"]): Promise<Record<string, unknown>> {
  const response = await fetch(url, { headers });
  if (!response.ok && response.status !== 404) throw new Error(`${url}: ${response.status}`);
  // An object of the API.
  return (await response.json()) as Record<string, unknown>;
}
