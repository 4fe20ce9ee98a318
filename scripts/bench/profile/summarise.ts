import { areaOf } from "./areas.js";

/** What V8's profiler writes, as far as it is read here. Times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** Shares are of the time in which the thread worked. */
export interface Summary {
  readonly areas: readonly Share[];
  /** By their own time. */
  readonly functions: readonly Share[];
  readonly frames: readonly Frame[];
}

export interface Share {
  readonly name: string;
  readonly share: number;
}

/** A function under those that called it. `from` and `share` are parts of the whole width. */
export interface Frame {
  readonly name: string;
  readonly area: string;
  readonly depth: number;
  readonly from: number;
  readonly share: number;
}

interface Call {
  readonly name: string;
  readonly area: string;
  readonly calls: Map<string, Call>;
  own: number;
  all: number;
}

const FUNCTIONS = 20;
/** Narrower frames show nothing. */
const LEAST = 0.0025;
/** Not work: nothing to do, or the profiler itself. */
const LEFT_OUT: ReadonlySet<string> = new Set(["(idle)", "post", "dispatch"]);

export function summarise(profile: CpuProfile): Summary {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  for (const [index, id] of profile.samples.entries())
    own.set(id, (own.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));
  const root = newCall("all", "");
  const add = (id: number, into: Call): void => {
    const node = nodes.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    if (url === "" && LEFT_OUT.has(functionName)) return;
    const name = functionName === "" ? `(anonymous) in ${url.slice(url.lastIndexOf("/") + 1)}` : functionName;
    const area = areaOf(functionName, url);
    const key = `${name} ${area}`;
    const call = into.calls.get(key) ?? newCall(name, area);
    into.calls.set(key, call);
    call.own += own.get(id) ?? 0;
    for (const child of node.children ?? []) add(child, call);
  };
  const top = profile.nodes[0];
  for (const id of top?.children ?? []) add(id, root);
  const total = addUp(root);
  const areas = new Map<string, number>();
  const functions = new Map<string, number>();
  const frames: Frame[] = [];
  const walk = (call: Call, depth: number, from: number): void => {
    let at = from;
    for (const each of [...call.calls.values()].toSorted((a, b) => b.all - a.all)) {
      const share = each.all / total;
      areas.set(each.area, (areas.get(each.area) ?? 0) + each.own / total);
      const named = `${each.name} (${each.area})`;
      functions.set(named, (functions.get(named) ?? 0) + each.own / total);
      if (share >= LEAST) frames.push({ name: each.name, area: each.area, depth, from: at, share });
      walk(each, depth + 1, at);
      at += share;
    }
  };
  walk(root, 0, 0);
  return { areas: largest(areas), functions: largest(functions).slice(0, FUNCTIONS), frames };
}

const newCall = (name: string, area: string): Call => ({ name, area, calls: new Map(), own: 0, all: 0 });

function addUp(call: Call): number {
  call.all = call.own;
  for (const each of call.calls.values()) call.all += addUp(each);
  return call.all;
}

const largest = (shares: ReadonlyMap<string, number>): Share[] =>
  [...shares].map(([name, share]) => ({ name, share })).toSorted((a, b) => b.share - a.share);
