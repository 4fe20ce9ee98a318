import type { AgentRegistry, Verdicts } from "../../memory/ports/agents.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import { SYSTEM } from "../keys.js";
import type { Keys } from "../keys.js";

/**
 * The operator's administration: verdicts in namespaces that no other key administers, and those of earlier releases.
 */
const EVERYWHERE = "**";

/** The registry of agents in Redis: one slot for all, as they lie in no namespace. */
export function createAgentRegistry(redis: RedisGateway, auditor: Auditor, keys: Keys): AgentRegistry {
  const lists = [keys.apiKeys(), keys.administrations(), keys.agentKeysBuilt()];
  const prefixes = [keys.apiKeyPrefix(), keys.agentKeysPrefix()];
  return {
    async get(trail, id) {
      const counts = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.readAgent(audit, [keys.agent(id)], []),
      );
      return { id, administrations: decodeCounts(counts) };
    },
    async page(trail, after, limit) {
      const from = after === undefined ? "-" : `(${after}`;
      const found = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.pageAgents(audit, [keys.agents()], [from, String(limit), keys.agentPrefix()]),
      );
      return found.map(([id, counts]) => ({ id, administrations: decodeCounts(counts) }));
    },
    async peek(id, namespace) {
      const patterns = patternsOver(namespace);
      const counts = await redis.run((client) =>
        client.hmGet(
          keys.agent(id),
          patterns.flatMap((pattern) => [fieldOf("confirmed", pattern), fieldOf("contradicted", pattern)]),
        ),
      );
      const sum = (parity: number): number =>
        counts.reduce((total, count, index) => total + (index % 2 === parity ? Number(count ?? 0) : 0), 0);
      return { confirmed: sum(0), contradicted: sum(1) };
    },
    async count(id, namespace, votes) {
      if (votes.length === 0) return;
      await redis.run((client) =>
        client.countVotes(
          [keys.agent(id), keys.agentVotes(id), keys.agents(), ...lists],
          [id, namespace, ...prefixes, ...votes.flatMap((vote) => [vote.id, String(vote.at), vote.verdict])],
        ),
      );
    },
    async administrationsOf(namespaces) {
      const found = await redis.run((client) =>
        client.administrationsOf(lists, [...prefixes, ...namespaces]),
      );
      return namespaces.map((_, index) => found[index] ?? EVERYWHERE);
    },
  };
}

function fieldOf(verdict: keyof Verdicts, pattern: string): string {
  return pattern === EVERYWHERE ? verdict : `${verdict} ${pattern}`;
}

/** Every pattern that holds a namespace. Verdicts of those that are administrations count for it. */
function patternsOver(namespace: string): string[] {
  const labels = namespace.split(".");
  const roots = labels.map((_, index) => `${labels.slice(0, labels.length - index).join(".")}.**`);
  return [namespace, ...roots, EVERYWHERE];
}

/** Administrations without a standing verdict are dropped. */
function decodeCounts(counts: Readonly<Record<string, string>>) {
  const found = new Map<string, { confirmed: number; contradicted: number }>();
  for (const [field, count] of Object.entries(counts)) {
    const [verdict, namespace = EVERYWHERE] = field.split(" ");
    const verdicts = found.get(namespace) ?? { confirmed: 0, contradicted: 0 };
    if (verdict === "confirmed" || verdict === "contradicted") verdicts[verdict] = Number(count);
    found.set(namespace, verdicts);
  }
  return [...found]
    .map(([namespace, { confirmed, contradicted }]) => ({ namespace, confirmed, contradicted }))
    .filter(({ confirmed, contradicted }) => confirmed + contradicted > 0);
}
