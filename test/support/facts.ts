import type { Json, Memory } from "./memories.js";
import { bodyOf, post } from "./memories.js";
import type { Service } from "./service.js";

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

export const day = (number: number): string => new Date(Date.UTC(2020, 0, number)).toISOString();
