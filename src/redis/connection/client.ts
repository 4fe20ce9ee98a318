import { PolicyChanged } from "../../pii/under-policy.js";
import { DomainError } from "../../domain/errors.js";
import { createLane } from "../../domain/lane.js";
import { storeFault, storeFaultOf } from "../../domain/store-fault.js";
import { isConnectionError } from "./connection-errors.js";
import { faultOf, isAuditUnusable, isIndexMissing, isPolicyChanged } from "./error-replies.js";
import type { Nodes } from "./nodes.js";
import { oneNode } from "./nodes.js";
import type { Replicas } from "./replicas.js";
import type { RedisClient, RoutedClient } from "./redis-client.js";

export { createRedisClient } from "./redis-client.js";
export type { RedisClient, RedisOptions, RoutedClient } from "./redis-client.js";

/** Runs Redis work, and turns every way in which Redis can fail into a domain error that names the cause. */
export interface RedisGateway {
  readonly client: RoutedClient;
  readonly nodes: Nodes;
  /** Set if recall's searches go to replicas. */
  readonly replicas: Replicas | undefined;
  /** How long a command may take, in milliseconds. */
  readonly timeoutMs: number;
  run<T>(work: (client: RoutedClient) => Promise<T>, timeoutMs?: number): Promise<T>;
  /**
   * As `run`, for what keeps Redis's one thread busy for milliseconds. Few are sent at once, enough to keep each server busy:
   * what takes no time doesn't wait behind all of them, and their own wait isn't taken for Redis's. Those `about` different
   * namespaces take turns, so that one with many searches keeps the others waiting for no more than one of its own.
   */
  search<T>(work: (client: RoutedClient) => Promise<T>, timeoutMs?: number, about?: string): Promise<T>;
}

const SEARCHES_OF_SERVER = 4;
/** Who is served at all is decided where requests come in; this only ends what would wait without end. */
const SEARCH_WAIT_MS = 60_000;

export interface GatewayOptions {
  /** How long a command may take before the caller is told that Redis is away, in milliseconds. */
  readonly timeoutMs: number;
  /** Called when a search meets no index: this Redis was flushed, or the index dropped. */
  readonly onMissingIndex: () => void;
  /** Told of each piece of work: whether Redis answered in time (a refusal is an answer), after how many seconds. */
  readonly observe: (answered: boolean, seconds: number) => void;
  /** Takes a reply by which Redis refuses what it otherwise does. */
  readonly onFault?: (error: unknown) => void;
  /** Default: the client's one server. */
  readonly nodes?: Nodes;
  readonly replicas?: Replicas | undefined;
}

export function createGateway(
  client: RedisClient,
  {
    timeoutMs,
    onMissingIndex,
    observe,
    onFault = () => {},
    nodes = oneNode(client),
    replicas,
  }: GatewayOptions,
): RedisGateway {
  const searches = createLane({
    width: () => SEARCHES_OF_SERVER * (nodes.size + (replicas?.count ?? 0)),
    waitMs: SEARCH_WAIT_MS,
  });
  async function run<T>(work: (client: RoutedClient) => Promise<T>, limit: number = timeoutMs): Promise<T> {
    if (!client.isReady) throw storeFault("redis_unavailable");
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    let answered = true;
    try {
      // One promise: a race of the work with the limit would make four more in each request.
      return await new Promise<T>((resolve, reject) => {
        // An answer that came while this process was busy or starved is read first.
        timer = setTimeout(() => setImmediate(() => reject(storeFault("redis_unavailable"))), limit);
        work(client).then(resolve, reject);
      });
    } catch (error) {
      if (isIndexMissing(error)) onMissingIndex();
      if (faultOf(error) !== undefined) onFault(error);
      const reason = translate(error);
      answered = storeFaultOf(reason) !== "redis_unavailable";
      throw reason;
    } finally {
      clearTimeout(timer);
      observe(answered, (performance.now() - start) / 1000);
    }
  }
  const search: RedisGateway["search"] = (work, limit, about = "") =>
    searches.run(about, () => run(work, limit));
  return { client, nodes, replicas, timeoutMs, run, search };
}

/** A reply or an error of the connection as the domain error that names its cause; others as they are. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DomainError) return error;
  const fault = isConnectionError(error) ? "redis_unavailable" : faultOf(error);
  if (fault !== undefined) return storeFault(fault, error);
  if (isPolicyChanged(error)) return new PolicyChanged(error);
  if (isAuditUnusable(error)) {
    return new DomainError(
      "audit_unavailable",
      "Nothing was done: the audit trail of the namespace is damaged, so the act can't be recorded.",
      { cause: error },
    );
  }
  return error;
}
