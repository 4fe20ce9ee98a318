import type { MiddlewareHandler } from "hono";
import { createLane } from "../../domain/lane.js";
import type { Lane } from "../../domain/lane.js";
import type { AppEnv, LoadLimits } from "../env.js";
import type { Metrics } from "../metrics.js";
import type { LaneName } from "../route-traits.js";

/** Writes wait for the embedder, or for Redis's disk under `Prefer: durable`, most of the time. */
const WRITES = 64;
/**
 * Width for requests that take one short script. The bound only keeps Node's own queue from being mistaken for a slow
 * Redis.
 */
const DIRECT = 256;

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
  return (c, next) => {
    const { lane: name } = c.get("route").traits;
    if (name === "unbounded") return next();
    const { keyId, agent } = c.get("actor");
    return lanes[name].run(keyId ?? agent, next);
  };
}
