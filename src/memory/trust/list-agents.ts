import { cursorsOf } from "../../domain/cursor.js";
import { authorizeScope } from "../../access/authorize.js";
import { scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { KnownAgent } from "./read-agent.js";
import { knownAgent } from "./read-agent.js";
import type { Services } from "../services.js";

export interface ListAgentsInput {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface AgentPage {
  readonly agents: readonly KnownAgent[];
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Lists the judged agents by name. Takes `admin` on everything: their names reveal who works in which namespaces. */
export async function listAgents(
  { agents, audit }: Pick<Services, "agents" | "audit">,
  context: Context,
  { limit, cursor }: ListAgentsInput,
): Promise<AgentPage> {
  await authorizeScope(audit, context, scopeOf("**"), { verb: "admin", act: "agent.list" });
  const cursors = cursorsOf("list", "agents");
  const after = cursors.read(cursor, /^.+$/s)?.[0];
  // One more than the page: whether there is a next one.
  const found = await agents.page(trailOf(context, "agent.list"), after, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    agents: page.map((agent) => knownAgent(agent, context)),
    cursor: cursors.write(found.length > limit ? last?.id : undefined),
  };
}
