import { createFreshCache } from "../access/keys/fresh-cache.js";
import type { Trail } from "../access/trail.js";
import type { Verdicts } from "./trust.js";
import { accuracyOf } from "./trust.js";

/** What is known of an agent, by verdicts of others on its memories in all namespaces. */
export interface Agent extends Verdicts {
  readonly id: string;
}

/** One caller's standing verdict on what a memory says. */
export interface Vote {
  /** Which memory, which of its contents, whose verdict: one vote, however often it is brought. */
  readonly id: string;
  /** When it was given, milliseconds since the epoch: of two, the later one holds. */
  readonly at: number;
  readonly verdict: keyof Verdicts;
}

/** Agents lie in no namespace. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface AgentRegistry {
  get(trail: Trail, id: string): Promise<Agent>;
  /** Those who were judged, by name, after `after`. */
  page(trail: Trail, after: string | undefined, limit: number): Promise<readonly Agent[]>;
  /** As `get`, as part of an act that is recorded by itself. */
  peek(id: string): Promise<Verdicts>;
  /** Idempotent: a vote that is known, or older than the known one, changes nothing. */
  count(id: string, votes: readonly Vote[]): Promise<void>;
}

/** How accurate agents are, as this process knows it. */
export interface Accuracies {
  of(agents: Iterable<string>): Promise<ReadonlyMap<string, number>>;
  /** Asked for anew the next time. */
  forget(agent: string): void;
}

const MAX_KNOWN = 10_000;

/**
 * Never older than 5 seconds, and asked for again in the background when older than one: so reading a memory takes no
 * round trip more for its trust. The process that takes a verdict knows it at once.
 */
export function createAccuracies(registry: Pick<AgentRegistry, "peek">): Accuracies {
  const known = createFreshCache({
    load: async (agent) => accuracyOf(await registry.peek(agent)),
    max: MAX_KNOWN,
  });
  return {
    async of(agents) {
      const found = new Map<string, number>();
      const asked: Promise<void>[] = [];
      for (const agent of new Set(agents)) {
        const accuracy = known.find(agent);
        if (typeof accuracy === "number") found.set(agent, accuracy);
        else asked.push(Promise.resolve(accuracy).then((value) => void (value && found.set(agent, value))));
      }
      if (asked.length > 0) await Promise.all(asked);
      return found;
    },
    forget: (agent) => known.forget(agent),
  };
}
