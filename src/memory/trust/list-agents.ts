import { authorizeScope } from "../../access/authorize.js";
import { scopeOf } from "../../access/grants.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { invalid } from "../../domain/errors.js";
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

/** The agents that were judged, by name. Takes `admin` on everything: their names tell who works in which namespaces. */
export async function listAgents(
  { agents, audit }: Pick<Services, "agents" | "audit">,
  context: Context,
  { limit, cursor }: ListAgentsInput,
): Promise<AgentPage> {
  await authorizeScope(audit, context, scopeOf("**"), { verb: "admin", act: "agent.list" });
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  // One more than the page: whether there is a next one.
  const found = await agents.page(trailOf(context, "agent.list"), after, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    agents: page.map((agent) => knownAgent(agent, context)),
    cursor: found.length > limit && last !== undefined ? encodeCursor(last.id) : undefined,
  };
}

const encodeCursor = (id: string): string => Buffer.from(`a${id}`).toString("base64url");

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (text.length < 2 || !text.startsWith("a")) throw invalid("cursor", "Invalid cursor.");
  return text.slice(1);
}
