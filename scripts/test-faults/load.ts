import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "./world.js";

/** What one request came to. */
interface Outcome {
  /** Milliseconds of the monotonic clock at which the answer was there. */
  readonly at: number;
  readonly ms: number;
  readonly kind: "write" | "read" | "search";
  /** Such as `201`, `503 redis_unavailable` or `connection refused`. */
  readonly seen: string;
  readonly ok: boolean;
}

/** All that was acknowledged: what must be there in the end. */
export interface Acknowledged {
  /** Contents by id. */
  readonly memories: ReadonlyMap<string, string>;
  /** The last value of each key that was acknowledged, and all that were sent after it. */
  readonly state: ReadonlyMap<string, { readonly last: number; readonly sent: number }>;
}

export interface Load {
  readonly outcomes: readonly Outcome[];
  readonly acknowledged: Acknowledged;
  stop(): Promise<void>;
}

/** A client gives up on an answer after this. */
const PATIENCE_MS = 10_000;
/** Between two requests of one client. */
const PAUSE_MS = 20;

/**
 * Steady load until it is stopped: clients that write memories, clients that write a document of their own with rising
 * values, one that reads it, and one that recalls. `url` is asked before each request, as a load balancer would.
 */
export function startLoad({ url, headers }: Pick<World, "url" | "headers">, namespace: string): Load {
  const outcomes: Outcome[] = [];
  const memories = new Map<string, string>();
  const state = new Map<string, { last: number; sent: number }>();
  const stopped = new AbortController();
  const base = `/v1/namespaces/${namespace}`;

  async function request(
    kind: Outcome["kind"],
    method: string,
    path: string,
    body?: unknown,
  ): Promise<string | undefined> {
    const start = performance.now();
    const { seen, text } = await send(url() + path, method, body, headers);
    const at = performance.now();
    outcomes.push({ at, ms: at - start, kind, seen, ok: text !== undefined });
    return text;
  }

  async function writer(name: string): Promise<void> {
    for (let index = 0; !stopped.signal.aborted; index++) {
      const content = `${name} notes that parcel ${index} has left the warehouse`;
      const body = { content, memory_type: "episodic" };
      const text = await request("write", "POST", `${base}/memories`, body);
      const id = text === undefined ? undefined : /"id":"(\w+)"/.exec(text)?.[1];
      if (id !== undefined) memories.set(id, content);
      await sleep(PAUSE_MS);
    }
  }

  async function counter(key: string): Promise<void> {
    const known = { last: 0, sent: 0 };
    state.set(key, known);
    while (!stopped.signal.aborted) {
      const value = ++known.sent;
      const text = await request("write", "PUT", `${base}/state/${key}`, { value });
      if (text !== undefined) known.last = value;
      await sleep(PAUSE_MS);
    }
  }

  async function reader(): Promise<void> {
    while (!stopped.signal.aborted) {
      await request("read", "GET", `${base}/state/counter-0`);
      await sleep(PAUSE_MS);
    }
  }

  async function searcher(): Promise<void> {
    for (let index = 0; !stopped.signal.aborted; index++) {
      const query = `which parcel left the warehouse, ${index}?`;
      await request("search", "POST", "/v1/recall", { query, namespaces: [namespace] });
      await sleep(PAUSE_MS);
    }
  }

  const clients = [
    writer("ann"),
    writer("bob"),
    counter("counter-0"),
    counter("counter-1"),
    reader(),
    searcher(),
  ];
  return {
    outcomes,
    acknowledged: { memories, state },
    async stop() {
      stopped.abort();
      await Promise.all(clients);
    },
  };
}

/** `text` undefined: it failed. */
async function send(
  url: string,
  method: string,
  body: unknown,
  headers: World["headers"],
): Promise<{ seen: string; text: string | undefined }> {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined
        ? { headers }
        : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // Before the first write there is no document to read.
    if (response.ok || (method === "GET" && response.status === 404)) return { seen: "ok", text };
    const code = /"code":"(\w+)"/.exec(text)?.[1];
    return { seen: `${response.status} ${code ?? ""}`.trim(), text: undefined };
  } catch (error) {
    return { seen: nameOf(error), text: undefined };
  }
}

function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && "code" in cause) {
    if (cause.code === "ECONNREFUSED") return "connection refused";
    if (cause.code === "ECONNRESET" || cause.code === "UND_ERR_SOCKET") return "connection reset";
  }
  return error instanceof Error && error.name === "TimeoutError" ? "no answer in 10 s" : String(error);
}
