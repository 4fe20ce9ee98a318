import { z } from "@hono/zod-openapi";
import type { HonoRequest, MiddlewareHandler } from "hono";
import { createDeadline } from "../../domain/deadline.js";
import { createExpected } from "../../domain/expected.js";
import { createLane } from "../../domain/lane.js";
import type { Lane } from "../../domain/lane.js";
import type { AppEnv, LoadLimits } from "../env.js";
import { innerBindings } from "../inner-request.js";
import type { Metrics } from "../metrics.js";
import { budgetMs } from "../openapi/primitives.js";
import type { LaneName, RouteTraits } from "../route-traits.js";

/** Writes wait for the embedder, or for Redis's disk under `Prefer: durable`, most of the time. */
const WRITES = 64;
/**
 * Requests that go through a namespace, for up to a minute. Few, and half of them for one caller at most: they keep Redis
 * busy with a page at a time, and others must find a place.
 */
const WALKS = 8;
/** Parts of exports and imports: thousands of small steps each, and a part of an import takes as long as it holds lines. */
const TRANSFERS = 8;
/** The rest is for other keys. One that copies a store sends a part after another. */
const TRANSFERS_OF_ONE = 2;
/**
 * Width for requests that take one short script. The bound only keeps Node's own queue from being mistaken for a slow
 * Redis.
 */
const DIRECT = 256;
/** How late an answer with a budget of time may be: cutting off earlier would leave more answers without hits. */
const GRACE_MS = 10;

/** Bounds what is done at once, so that more of it isn't slower for all, and a search doesn't keep a read waiting. */
export function limitLoad(
  { searches, queueMs }: LoadLimits,
  metrics: Pick<Metrics, "overloaded">,
): MiddlewareHandler<AppEnv> {
  const lane = (name: LaneName, width: number, perCaller = Number.POSITIVE_INFINITY): Lane =>
    createLane({ width, perCaller, waitMs: queueMs, onRefused: () => metrics.overloaded(name) });
  const lanes: Readonly<Record<LaneName, Lane>> = {
    search: lane("search", searches),
    write: lane("write", WRITES),
    walk: lane("walk", WALKS, WALKS / 2),
    transfer: lane("transfer", TRANSFERS, TRANSFERS_OF_ONE),
    direct: lane("direct", DIRECT),
  };
  /** How long after their deadline answers were made lately. */
  const overdue = createExpected(0);
  return (c, goOn) => {
    const next = (): Promise<void> => {
      c.set("begun", true);
      return goOn();
    };
    const { lane: own, budget } = c.get("route").traits;
    if (own === "unbounded") return next();
    // A call that makes many requests goes through a namespace with them.
    const name = innerBindings(c)?.withCall === false ? "walk" : own;
    const { keyId, agent } = c.get("actor");
    const caller = keyId ?? agent;
    if (budget === undefined) return lanes[name].run(caller, next);
    return budgetOf(c.req, budget).then((ms) => {
      if (ms === undefined) return lanes[name].run(caller, next);
      // What is cut off at its deadline has to be written, and waits for others that are: that much earlier it ends.
      const early = Math.min(Math.max(0, overdue.ms - GRACE_MS), ms / 4);
      const deadline = createDeadline(ms - early, c.get("arrivedAt"));
      c.set("deadline", deadline);
      // A client that sends its body late mustn't shorten the time of others.
      const before = deadline.overdueMs;
      // A context has work besides its recall, which needs a turn.
      const turn = lanes[name].run(caller, next, budget === "body" ? deadline : undefined);
      return turn.finally(() => overdue.note(deadline.overdueMs - before));
    });
  };
}

/** What isn't a budget is refused later, with everything else that is wrong with the request. */
async function budgetOf(
  request: HonoRequest,
  place: NonNullable<RouteTraits["budget"]>,
): Promise<number | undefined> {
  const sent: unknown = place === "query" ? request.query() : await request.json().catch(() => undefined);
  // Most requests have none, and checking a body with a vector takes time.
  if (typeof sent !== "object" || sent === null || !("budget_ms" in sent)) return undefined;
  return stated.safeParse(sent).data?.budget_ms;
}

const stated = z.object({
  budget_ms: z.preprocess((sent) => (typeof sent === "string" ? Number(sent) : sent), budgetMs),
});
