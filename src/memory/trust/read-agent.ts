import { authorize, authorizeScope } from "../../access/authorize.js";
import { allows, covers, scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { AdministeredVerdicts, Agent, Verdicts } from "../ports/agents.js";
import type { Services } from "../services.js";

/** An agent as a caller may see it. */
export interface KnownAgent extends Verdicts {
  readonly id: string;
  readonly administrations: readonly AdministeredVerdicts[];
}

/**
 * An agent's record in a namespace, or without one, by the verdicts that count everywhere. A caller reads its own
 * agent; any other takes `admin` on that namespace, or on everything. An agent without verdicts has the accuracy of an
 * unknown one.
 */
export async function readAgent(
  { agents, audit }: Pick<Services, "agents" | "audit">,
  context: Context,
  id: string,
  namespace: string | undefined,
): Promise<KnownAgent> {
  const need = { verb: "admin", act: "agent.read" } as const;
  if (context.actor.agent !== id) {
    await (namespace === undefined
      ? authorizeScope(audit, context, scopeOf("**"), need)
      : authorize(audit, context, namespace, need));
  } else if (
    namespace !== undefined &&
    !context.actor.grants.some((grant) => opens(grant.namespace, namespace))
  ) {
    await authorize(audit, context, namespace, need);
  }
  const agent = await agents.get(trailOf(context, "agent.read"), id);
  const counts = namespace === undefined ? everywhere(agent) : await agents.peek(id, namespace);
  return { id, ...counts, administrations: visible(agent, context) };
}

function opens(pattern: string, namespace: string): boolean {
  return covers(scopeOf(pattern), scopeOf(namespace));
}

/** An agent in the form of a list. */
export function knownAgent(agent: Agent, context: Context): KnownAgent {
  return { id: agent.id, ...everywhere(agent), administrations: visible(agent, context) };
}

function everywhere({ administrations }: Agent): Verdicts {
  const { confirmed = 0, contradicted = 0 } =
    administrations.find(({ namespace }) => namespace === "**") ?? {};
  return { confirmed, contradicted };
}

/** Only administrators of a namespace may see that an agent works there. */
function visible({ administrations }: Agent, { actor }: Context): AdministeredVerdicts[] {
  return administrations.filter(
    ({ namespace }) => namespace !== "**" && allows(actor.grants, "admin", scopeOf(namespace)),
  );
}
