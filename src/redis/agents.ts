import type { AgentRegistry } from "../memory/agents.js";
import type { Auditor } from "./access/auditor.js";
import type { RedisGateway } from "./client.js";
import type { Keys } from "./keys.js";
import { SYSTEM } from "./keys.js";

/** The registry of agents in Redis: one slot for all, as they lie in no namespace. */
export function createAgentRegistry(redis: RedisGateway, auditor: Auditor, keys: Keys): AgentRegistry {
  return {
    async get(trail, id) {
      const [confirmed = 0, contradicted = 0] = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.readAgent(audit, [keys.agent(id)], []),
      );
      return { id, confirmed, contradicted };
    },
    async page(trail, after, limit) {
      const from = after === undefined ? "-" : `(${after}`;
      const reply = await auditor.run(SYSTEM, trail, (client, audit) =>
        client.pageAgents(audit, [keys.agents()], [from, String(limit), keys.agentPrefix()]),
      );
      return Array.from({ length: reply.length / 3 }, (_, index) => ({
        id: reply[index * 3] ?? "",
        confirmed: Number(reply[index * 3 + 1]),
        contradicted: Number(reply[index * 3 + 2]),
      }));
    },
    async peek(id) {
      const [confirmed, contradicted] = await redis.run((client) =>
        client.hmGet(keys.agent(id), ["confirmed", "contradicted"]),
      );
      return { confirmed: Number(confirmed ?? 0), contradicted: Number(contradicted ?? 0) };
    },
    async count(id, votes) {
      if (votes.length === 0) return;
      await redis.run((client) =>
        client.countVotes(
          [keys.agent(id), keys.agentVotes(id), keys.agents()],
          [id, ...votes.flatMap((vote) => [vote.id, String(vote.at), vote.verdict])],
        ),
      );
    },
  };
}
