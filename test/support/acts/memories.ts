import { randomUUID } from "node:crypto";
import type { z } from "@hono/zod-openapi";
import type { memoryPage } from "../../../src/http/memories/list-schemas.js";
import type { MemoryView, memoryDetailView } from "../../../src/http/memories/schemas.js";
import type { recallResponse } from "../../../src/http/recall/schemas.js";
import type { Answer } from "../service/answer.js";
import { until } from "../service/service.js";
import type { SendOptions, Service } from "../service/service.js";

export type Memory = MemoryView;
export type MemoryDetail = z.infer<typeof memoryDetailView>;
export type MemoryPage = z.infer<typeof memoryPage>;
export type Recalled = z.infer<typeof recallResponse>;

/** A request's body as a caller writes it; wrong ones too. */
export type Json = Readonly<Record<string, unknown>>;

export function newNamespace(): string {
  return `t.${randomUUID()}`;
}

export function memoriesOf(namespace: string): string {
  return `/v1/namespaces/${namespace}/memories`;
}

export function pathOf({ namespace, id }: Pick<Memory, "namespace" | "id">): string {
  return `${memoriesOf(namespace)}/${id}`;
}

/** Stores a new memory; semantic unless told otherwise. */
export async function remember(service: Service, namespace: string, input: Json): Promise<Memory> {
  const answer = await post(service, namespace, input);
  return bodyOf<Memory>(answer, 201);
}

export function post(
  service: Service,
  namespace: string,
  input: Json,
  options?: SendOptions,
): Promise<Answer> {
  return service.send("POST", memoriesOf(namespace), { memory_type: "semantic", ...input }, options);
}

export interface BatchResult {
  readonly status: number;
  readonly memory?: Memory;
  readonly problem?: { readonly code: string; readonly errors?: readonly { readonly field: string }[] };
}

export async function postBatch(
  service: Service,
  namespace: string,
  memories: readonly unknown[],
): Promise<readonly BatchResult[]> {
  const answer = await service.send("POST", `${memoriesOf(namespace)}/batch`, { memories });
  return bodyOf<{ results: BatchResult[] }>(answer, 200).results;
}

export async function read(
  service: Service,
  memory: Pick<Memory, "namespace" | "id">,
): Promise<MemoryDetail> {
  return bodyOf<MemoryDetail>(await service.send("GET", pathOf(memory)), 200);
}

export async function revise(service: Service, memory: Memory, patch: Json): Promise<Memory> {
  return bodyOf<Memory>(await service.send("PATCH", pathOf(memory), patch), 200);
}

export async function recall(service: Service, request: Json): Promise<Recalled> {
  return bodyOf<Recalled>(await service.send("POST", "/v1/recall", request), 200);
}

export const contents = (recalled: Recalled): string[] => recalled.hits.map(({ memory }) => memory.content);
export const ids = (memories: readonly Memory[]): string[] => memories.map(({ id }) => id);

export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export function listPath(namespace: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== undefined) query.append(name, String(each));
    }
  }
  return `${memoriesOf(namespace)}?${query}`;
}

export async function listPage(
  service: Service,
  namespace: string,
  parameters: Parameters = {},
): Promise<MemoryPage> {
  return bodyOf<MemoryPage>(await service.send("GET", listPath(namespace, parameters)), 200);
}

/** Follows the cursor to the end. */
export async function listAll(
  service: Service,
  namespace: string,
  parameters: Parameters = {},
  betweenPages: () => Promise<void> = async () => {},
): Promise<Memory[]> {
  const memories: Memory[] = [];
  let cursor: string | null = null;
  do {
    const page: MemoryPage = await listPage(service, namespace, {
      ...parameters,
      ...(cursor === null ? {} : { cursor }),
    });
    memories.push(...page.memories);
    cursor = page.cursor;
    if (cursor !== null) await betweenPages();
  } while (cursor !== null);
  return memories;
}

/** Waits until all passages of a memory have their vectors. */
export function embedded(
  service: Service,
  memory: Pick<Memory, "namespace" | "id">,
  deadlineMs?: number,
): Promise<MemoryDetail> {
  return until(
    () => read(service, memory),
    ({ embedding }) => embedding.status === "complete",
    deadlineMs,
  );
}

/** The body of an answer that must have this status; the types are those of the schemas the answer was checked by. */
export function bodyOf<Body>(answer: Answer, status: number): Body {
  if (answer.status !== status) {
    throw new Error(`Expected ${status}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
  }
  return answer.body as Body;
}
