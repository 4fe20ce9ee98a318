import { bodyOf } from "./memories.js";
import type { Json, Memory, MemoryDetail } from "./memories.js";
import type { Answer } from "../service/answer.js";
import type { SendOptions, Service } from "../service/service.js";

export function itemPath(namespace: string, key: string): string {
  return `/v1/namespaces/${namespace}/items/${encodeURIComponent(key)}`;
}

export function sendItem(
  service: Service,
  namespace: string,
  key: string,
  input: Json,
  options?: SendOptions,
): Promise<Answer> {
  return service.send("PUT", itemPath(namespace, key), input, options);
}

export async function createItem(
  service: Service,
  namespace: string,
  key: string,
  input: Json = { content: key },
): Promise<Memory> {
  return bodyOf<Memory>(await sendItem(service, namespace, key, input), 201);
}

export async function readItem(service: Service, namespace: string, key: string): Promise<MemoryDetail> {
  return bodyOf<MemoryDetail>(await service.send("GET", itemPath(namespace, key)), 200);
}
