import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { DomainError } from "../../domain/errors.js";
import type { AppEnv } from "../env.js";

export interface OpenRateOptions {
  /** Requests a second that one address may go on making. */
  readonly perSecond: number;
  /** Milliseconds, of a clock that doesn't go back. */
  readonly now: () => number;
}

/** The burst of an address, in seconds of its rate. */
const BURST_SECONDS = 4;
/** Addresses that are remembered. One that has waited long enough to be as new is forgotten first. */
const MAX_ADDRESSES = 10_000;

/** Bounds how often one address calls routes that need no key, so that callers with a key aren't slowed. */
export function limitOpenRoutes(options: OpenRateOptions): MiddlewareHandler<AppEnv> {
  const take = createBuckets(options);
  return (c, next) => {
    if (c.get("route").traits.open !== "metered") return next();
    const { incoming } = c.env as HttpBindings;
    if (take(networkOf(incoming.socket.remoteAddress ?? ""))) return next();
    throw new DomainError(
      "rate_limited",
      `An address may make at most ${options.perSecond} requests a second to routes that need no API key.`,
      { retryAfterSeconds: 1 },
    );
  };
}

/** Token buckets: each holds what its address may still ask at once, and fills with time. */
function createBuckets({ perSecond, now }: OpenRateOptions): (address: string) => boolean {
  const full = perSecond * BURST_SECONDS;
  const buckets = new Map<string, { left: number; at: number }>();
  return (address) => {
    const at = now();
    const known = buckets.get(address);
    const left =
      known === undefined ? full : Math.min(full, known.left + ((at - known.at) / 1000) * perSecond);
    // Deleted and set again, it becomes the youngest: the map's first entry is the one idle longest.
    buckets.delete(address);
    if (buckets.size >= MAX_ADDRESSES) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    buckets.set(address, { left: Math.max(0, left - 1), at });
    return left >= 1;
  };
}

/** For IPv6 the network: one caller may have 2^64 addresses in it. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":");
  const zeros = 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  const whole = address.includes("::")
    ? [...groups, ...Array.from({ length: zeros }, () => "0"), tail]
    : groups;
  return whole.slice(0, 4).join(":");
}
