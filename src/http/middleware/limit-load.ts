import type { MiddlewareHandler } from "hono";
import { createLane } from "../../domain/lane.js";
import type { Lane } from "../../domain/lane.js";
import type { AppEnv, LoadLimits } from "../env.js";
import type { LaneName, Metrics } from "../metrics.js";
import { isOpen } from "./open-routes.js";

/** Writes wait for the embedder, or for Redis's disk under `Prefer: durable`, most of the time. */
const WRITES = 64;
/**
 * Width for requests that take one short script. The bound only keeps Node's own queue from being mistaken for a slow
 * Redis.
 */
const DIRECT = 256;

const SEARCHES =
  /^\/v1\/(?:recall|list|receipts\/[^/]+\/replay|namespaces\/[^/]+\/(?:stats|profiles\/.+|sessions\/[^/]+\/context|entities(?:\/.+)?))$/;
const MEMORIES = /^\/v1\/namespaces\/[^/]+\/memories$/;
const WRITTEN = /^\/v1\/namespaces\/[^/]+\/(?:memories|items|interactions|sessions)(?:\/|$)/;

function laneOf(method: string, path: string): LaneName {
  if (SEARCHES.test(path) || (method === "GET" && MEMORIES.test(path))) return "search";
  return method !== "GET" && method !== "DELETE" && WRITTEN.test(path) ? "write" : "direct";
}

/** Bounds what is done at once, so that more of it isn't slower for all, and a search doesn't keep a read waiting. */
export function limitLoad(
  { searches, queueMs }: LoadLimits,
  metrics: Pick<Metrics, "overloaded">,
): MiddlewareHandler<AppEnv> {
  const lane = (name: LaneName, width: number): Lane =>
    createLane({ width, waitMs: queueMs, onRefused: () => metrics.overloaded(name) });
  const lanes: Readonly<Record<LaneName, Lane>> = {
    search: lane("search", searches),
    write: lane("write", WRITES),
    direct: lane("direct", DIRECT),
  };
  return async (c, next) => {
    const { path, method } = c.req;
    // An operator must see what is wrong while it is.
    if (isOpen(path) || path === "/metrics") return next();
    const { keyId, agent } = c.var.actor;
    return lanes[laneOf(method, path)].run(keyId ?? agent, next);
  };
}
