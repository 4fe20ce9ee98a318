import type { Logger } from "pino";
import type { Config } from "../config.js";
import { publicAddress } from "../redis/connection/address.js";
import type { Hazard } from "../redis/connection/hazards.js";
import { SENTINELS_UNREACHABLE, hazardsOf } from "../redis/connection/hazards.js";
import { StartError } from "../start-error.js";
import type { Redis } from "./redis.js";

export interface HazardWatch {
  /** Refuses a Redis that loses data by its settings, unless that is allowed; says the rest once. */
  atStart(): Promise<void>;
  /** As they are, or were a few seconds ago. */
  now(): Promise<readonly Hazard[]>;
  /** As far as they are known, for those who can't wait. */
  known(): readonly Hazard[];
}

const FRESH_MS = 5_000;

export function watchHazards(
  config: Config,
  { gateway, capabilities, sentinels }: Pick<Redis, "gateway" | "capabilities" | "sentinels">,
  logger: Logger,
): HazardWatch {
  const { nodes } = gateway;
  const options = () => ({
    mayEvict: config.redis.mayEvict,
    unfit: capabilities.unfit,
    mayHide: capabilities.now.hidesWhenFull,
  });
  let known: readonly Hazard[] = [];
  let ofServers: readonly Hazard[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;

  /** One line for each that begins or ends. */
  function note(): void {
    const found = sentinels.reached ? ofServers : [...ofServers, SENTINELS_UNREACHABLE];
    const reasons = (list: readonly Hazard[]) => new Set(list.map(({ reason }) => reason));
    const [before, after] = [reasons(known), reasons(found)];
    for (const { reason, severity, detail } of found) {
      if (!before.has(reason)) logger[severity === "error" ? "error" : "warn"]({ reason }, detail);
    }
    for (const reason of before)
      if (!after.has(reason)) logger.info({ reason }, "Redis is no longer at this risk");
    known = found;
  }
  sentinels.onChange(note);

  return {
    async atStart() {
      const found = await hazardsOf(nodes, options());
      const fatal = found.find(({ severity }) => severity === "error");
      if (fatal !== undefined) {
        throw new StartError(
          `The Redis of REDIS_URL (${publicAddress(config.redis.url)}) would lose data. ${fatal.detail} MNEME_ALLOW_EVICTION=1 starts mneme nevertheless.`,
        );
      }
      ofServers = found;
      note();
      askedAt = performance.now();
    },
    async now() {
      if (performance.now() - askedAt < FRESH_MS) return known;
      askedAt = performance.now();
      ofServers = await gateway.run(() => hazardsOf(nodes, options()));
      note();
      return known;
    },
    known: () => known,
  };
}
