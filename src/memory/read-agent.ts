import { authorizeScope } from "../access/authorize.js";
import { scopeOf } from "../access/grants.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import type { Agent } from "./agents.js";
import type { Services } from "./services.js";

/**
 * One agent's record. An agent reads its own; any other takes `admin` on everything, as agents lie in no namespace.
 * One that nobody has judged yet has no verdicts and the accuracy of an unknown one.
 */
export async function readAgent({ agents, audit }: Services, context: Context, id: string): Promise<Agent> {
  if (context.actor.agent !== id)
    await authorizeScope(audit, context, scopeOf("**"), { verb: "admin", act: "agent.read" });
  return agents.get(trailOf(context, "agent.read"), id);
}
