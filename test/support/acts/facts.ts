import type { z } from "@hono/zod-openapi";
import type { entityFacts, neighborsView } from "../../../src/http/entities/schemas.js";
import type { profileView } from "../../../src/http/profiles/schemas.js";
import type { Json, Memory, Parameters } from "./memories.js";
import { bodyOf, post } from "./memories.js";
import type { Service } from "../service/service.js";

/** `[subject, predicate, object]`, with what else the fact says. */
export type Triple = readonly [subject: string, predicate: string, object: string];

export const factBody = ([subject, predicate, object]: Triple, more: Json = {}): Json => ({
  memory_type: "semantic",
  fact: { subject, predicate, object, ...more },
});

/** Stores a fact, new or seen again. */
export async function tell(
  service: Service,
  namespace: string,
  triple: Triple,
  more: Json = {},
): Promise<Memory> {
  const answer = await post(service, namespace, factBody(triple, more));
  return bodyOf<Memory>(answer, answer.status === 200 ? 200 : 201);
}

export const entityPath = (namespace: string, name: string): string =>
  `/v1/namespaces/${namespace}/entities/${encodeURIComponent(name)}`;

export type EntityFacts = z.infer<typeof entityFacts>;
export type Neighbors = z.infer<typeof neighborsView>;
export type Profile = z.infer<typeof profileView>;

export async function entity(
  service: Service,
  namespace: string,
  name: string,
  query: Parameters = {},
): Promise<EntityFacts> {
  return ask(service, entityPath(namespace, name), query);
}

export async function neighbors(
  service: Service,
  namespace: string,
  name: string,
  query: Parameters = {},
): Promise<Neighbors> {
  return ask(service, `${entityPath(namespace, name)}/neighbors`, query);
}

export async function profile(
  service: Service,
  namespace: string,
  subject: string,
  query: Parameters = {},
): Promise<Profile> {
  return ask(service, `/v1/namespaces/${namespace}/profiles/${encodeURIComponent(subject)}`, query);
}

async function ask<Body>(service: Service, path: string, query: Parameters): Promise<Body> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined) search.append(name, String(each));
  }
  return bodyOf<Body>(await service.send("GET", `${path}?${search}`), 200);
}

export const triples = (memories: readonly Memory[]): string[] =>
  memories.map(({ fact }) => `${fact?.subject} ${fact?.predicate} ${fact?.object}`);

export const day = (number: number): string => new Date(Date.UTC(2020, 0, number)).toISOString();
