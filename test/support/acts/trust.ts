import type { z } from "@hono/zod-openapi";
import type { agentPage, agentView } from "../../../src/http/agents/schemas.js";
import { as, createKey } from "./access.js";
import { bodyOf, pathOf } from "./memories.js";
import type { Memory, MemoryDetail } from "./memories.js";
import type { Answer } from "../service/answer.js";
import type { Service } from "../service/service.js";

export type Agent = z.infer<typeof agentView>;
export type AgentPage = z.infer<typeof agentPage>;

export interface Ref {
  readonly namespace: string;
  readonly id: string;
}

export function say(service: Service, memory: Ref, outcome: string, by = "agent"): Promise<Answer> {
  return service.send("POST", `${pathOf(memory)}/feedback`, { outcome, by });
}

export async function said(service: Service, memory: Ref, outcome: string, by?: string): Promise<Memory> {
  return bodyOf<Memory>(await say(service, memory, outcome, by), 200);
}

export async function explained(service: Service, memory: Ref): Promise<MemoryDetail> {
  return bodyOf<MemoryDetail>(await service.send("GET", `${pathOf(memory)}?explain=true`), 200);
}

export async function agent(service: Service, id: string): Promise<Agent> {
  return bodyOf<Agent>(await service.send("GET", `/v1/agents/${encodeURIComponent(id)}`), 200);
}

/** The service as an agent with some verbs in a namespace sees it. */
export async function agentIn(
  root: Service,
  service: Service,
  name: string,
  namespace: string,
  { verbs = ["read", "write"], human = false }: { verbs?: readonly string[]; human?: boolean } = {},
): Promise<Service> {
  const { key } = await createKey(root, { agent: name, human, grants: [{ namespace, verbs }] });
  return as(service, key);
}

export const daysAgo = (days: number): string => new Date(Date.now() - days * 24 * 3600 * 1000).toISOString();
