import type { z } from "@hono/zod-openapi";
import type { createdKeyView, keyPage, keyView } from "../../../src/http/keys/schemas.js";
import type { Json } from "./memories.js";
import { bodyOf } from "./memories.js";
import type { Service } from "../service/service.js";
import { startService } from "../service/service.js";

export type Key = z.infer<typeof keyView>;
export type CreatedKey = z.infer<typeof createdKeyView>;
export type KeyPage = z.infer<typeof keyPage>;

export const ALL_VERBS = ["read", "write", "publish", "admin"] as const;
export const ROOT_GRANTS = [{ namespace: "**", verbs: ALL_VERBS }];

/** The service as the bearer of a key sees it; `authorization` sends the header as given. */
export function as(service: Service, key: string): Service {
  return withAuthorization(service, `Bearer ${key}`);
}

export function withAuthorization(service: Service, authorization: string): Service {
  return {
    ...service,
    send: (method, path, body, options = {}) =>
      service.send(method, path, body, { ...options, headers: { authorization, ...options.headers } }),
  };
}

export async function createKey(service: Service, input: Json = {}): Promise<CreatedKey> {
  const answer = await service.send("POST", "/v1/keys", { agent: "root", grants: ROOT_GRANTS, ...input });
  return bodyOf<CreatedKey>(answer, 201);
}

/** A key with one grant. */
export async function keyFor(
  service: Service,
  namespace: string,
  verbs: readonly string[],
  agent = "agent",
): Promise<string> {
  return (await createKey(service, { agent, grants: [{ namespace, verbs }] })).key;
}

/** Two processes over one Redis, and a key that administers everything. */
export async function startTwo(): Promise<{
  services: readonly [Service, Service];
  roots: readonly [Service, Service];
  root: CreatedKey;
}> {
  const first = await startService();
  const second = await startService({ MNEME_KEY_PREFIX: first.prefix });
  const root = await createKey(first);
  return { services: [first, second], roots: [as(first, root.key), as(second, root.key)], root };
}
