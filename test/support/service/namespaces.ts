import type { z } from "@hono/zod-openapi";
import type { usageView } from "../../../src/http/namespaces/schemas.js";
import { bodyOf } from "../acts/memories.js";
import type { Json } from "../acts/memories.js";
import type { Answer } from "./answer.js";
import type { SendOptions, Service } from "./service.js";

export type Usage = z.infer<typeof usageView>;

export function settingsOf(namespace: string): string {
  return `/v1/namespaces/${namespace}/settings`;
}

export function putSettings(
  service: Service,
  namespace: string,
  settings: Json,
  options?: SendOptions,
): Promise<Answer> {
  return service.send("PUT", settingsOf(namespace), settings, options);
}

export function patchSettings(
  service: Service,
  namespace: string,
  patch: Json,
  options?: SendOptions,
): Promise<Answer> {
  return service.send("PATCH", settingsOf(namespace), patch, options);
}

export async function setQuota(service: Service, namespace: string, quota: Json): Promise<void> {
  bodyOf(await putSettings(service, namespace, { quota }), 200);
}

export async function usage(service: Service, namespace: string): Promise<Usage> {
  return bodyOf<Usage>(await service.send("GET", `/v1/namespaces/${namespace}/usage`), 200);
}
