import type { Accuracies, AgentRegistry, AuthorIn } from "../ports/agents.js";
import { createFreshCache } from "../../domain/fresh-cache.js";
import { UNKNOWN_ACCURACY, accuracyOf } from "./trust.js";

const MAX_KNOWN = 10_000;

/**
 * Never older than 5 seconds, and asked for again in the background when older than one: so reading a memory takes no
 * round trip more for its trust. The process that takes a verdict knows it at once.
 */
export function createAccuracies(registry: Pick<AgentRegistry, "peek">): Accuracies {
  // Generations by agent, as one verdict may count in many namespaces.
  const generations = new Map<string, number>();
  const known = createFreshCache({
    load: async (name) => {
      const { source_agent, namespace } = authorOf(name);
      return accuracyOf(await registry.peek(source_agent, namespace));
    },
    max: MAX_KNOWN,
  });
  const nameOf = ({ source_agent, namespace }: AuthorIn): string =>
    `${namespace} ${generations.get(source_agent) ?? 0} ${source_agent}`;
  return {
    async of(authors) {
      const names = authors.map(nameOf);
      const found = new Map<string, number>();
      const asked: Promise<void>[] = [];
      for (const name of new Set(names)) {
        const accuracy = known.find(name);
        if (typeof accuracy === "number") found.set(name, accuracy);
        else asked.push(Promise.resolve(accuracy).then((value) => void (value && found.set(name, value))));
      }
      if (asked.length > 0) await Promise.all(asked);
      return names.map((name) => found.get(name) ?? UNKNOWN_ACCURACY);
    },
    forget(agent) {
      if (generations.size > MAX_KNOWN) {
        generations.clear();
        known.forgetAll();
      }
      generations.set(agent, (generations.get(agent) ?? 0) + 1);
    },
  };
}

/** A namespace holds no space; an agent's name may. */
function authorOf(name: string): AuthorIn {
  const [namespace = "", , ...rest] = name.split(" ");
  return { namespace, source_agent: rest.join(" ") };
}
