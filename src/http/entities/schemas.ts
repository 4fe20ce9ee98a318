import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { EntityOutcome } from "../../memory/facts/get-entity.js";
import type { Edge, NeighborsOutcome } from "../../memory/facts/neighbors.js";
import type { Entity, ListedName } from "../../memory/ports/facts.js";
import { repeatable } from "../memories/list-schemas.js";
import { isoOrNull, viewMemory } from "../memories/view.js";
import { memoryView } from "../memories/schemas.js";
import {
  defaultInteger,
  factName,
  newName,
  memoryId,
  namespace,
  ratioParameter,
  time,
  timeView,
} from "../openapi/primitives.js";

/** Every client resolves `.` and `..` before it sends a path, so such an entity couldn't be named in a URL. */
export const entityName = factName
  .refine(
    (name) => name !== "." && name !== "..",
    "Must not be . or .., because a URL path can't contain them.",
  )
  .openapi({
    description: "One of the entity's names, case-insensitive. Percent-encoded in the URL.",
    example: "Mara Novak",
  });

export const entityParams = z.strictObject({ ns: namespace, entity: entityName });

export const validAt = z
  .union([time, z.literal("any")], {
    error: "Must be an RFC 3339 date and time, such as 2026-01-31T09:30:00Z, or `any`.",
  })
  .optional()
  .openapi({
    description: "Point in valid time; `any`: all facts, regardless of valid time. Defaults to `as_of`.",
  });

export const moment = {
  as_of: time.optional().openapi({
    description:
      "Point in recorded time: returns facts that were recorded by then and not yet superseded. Default: now.",
  }),
  valid_at: validAt,
};

const minTrust = ratioParameter
  .optional()
  .openapi({ description: "Minimum trust of a fact, from 0 to 1; less trusted facts are omitted." });

export const entityParameters = z.strictObject({
  ...moment,
  min_trust: minTrust,
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(256).optional(),
});

export const entitiesParameters = z.strictObject({
  prefix: factName.optional().openapi({ description: "Case-insensitive name prefix." }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(8192).optional(),
});

export const newAliases = z
  .strictObject({ aliases: z.array(newName).max(LIMITS.aliases) })
  .openapi("NewAliases");

export const mergeRequest = z.strictObject({ into: newName }).openapi("MergeRequest");

export const neighborParameters = z.strictObject({
  hops: defaultInteger(1, LIMITS.hops, 1),
  predicate: repeatable(factName)
    .optional()
    .openapi({ description: "Only facts with this predicate; repeat it for several." }),
  ...moment,
  min_trust: minTrust,
  limit: defaultInteger(1, LIMITS.edges, 100).openapi({ description: "Maximum number of edges." }),
});

const nameView = z
  .string()
  .openapi({ description: "Name of the entity, as it was first written.", example: "Mara Novak" });

export const entityView = z
  .object({ name: nameView, aliases: z.array(z.string()).openapi({ description: "Aliases of the entity." }) })
  .openapi("Entity");

export const entityFacts = entityView
  .extend({
    facts: z
      .array(memoryView)
      .openapi({ description: "Facts with one of the entity's names, most recently recorded first." }),
    cursor: z.string().nullable(),
  })
  .openapi("EntityFacts");

export const entityPage = z
  .object({
    entities: z.array(
      z.object({
        name: nameView,
        alias_of: z.string().optional().openapi({
          description: "Canonical name of the entity; omitted if this name is the canonical one.",
        }),
        facts: z.int().openapi({ description: "Number of facts with this name as subject or object." }),
      }),
    ),
    cursor: z.string().nullable(),
  })
  .openapi("EntityPage");

const edgeView = z.object({
  fact_id: memoryId,
  subject: z.string(),
  predicate: z.string(),
  object: z.string(),
  confidence: z.number(),
  contradicts: z.array(memoryId),
  valid_from: timeView.nullable(),
  valid_to: timeView.nullable(),
  hops: z.int().openapi({ description: "Distance in hops from the start entity." }),
});

export const neighborsView = z
  .object({
    name: nameView,
    nodes: z
      .array(z.object({ name: nameView, hops: z.int() }))
      .openapi({ description: "Entities found, nearest first, including the start entity." }),
    edges: z.array(edgeView).openapi({ description: "Facts found, in their original wording." }),
    truncated: z.boolean().openapi({ description: "Whether more edges exist than were returned." }),
  })
  .openapi("Neighbors");

export function viewNeighbors(outcome: NeighborsOutcome): z.infer<typeof neighborsView> {
  return {
    name: outcome.entity.written,
    nodes: outcome.nodes.map(({ entity, hops }) => ({ name: entity.written, hops })),
    edges: outcome.edges.map(viewEdge),
    truncated: outcome.truncated,
  };
}

function viewEdge({ memory, hops }: Edge): z.infer<typeof edgeView> {
  const { id, valid_from, valid_to } = memory;
  const { cardinality: _, contradicts, ...fact } = memory.fact;
  return {
    fact_id: id,
    ...fact,
    contradicts: [...contradicts],
    valid_from: isoOrNull(valid_from),
    valid_to: isoOrNull(valid_to),
    hops,
  };
}

export function viewEntity({ name, written, names }: Entity): z.infer<typeof entityView> {
  return { name: written, aliases: names.filter((each) => each.name !== name).map((each) => each.written) };
}

export function viewEntityFacts({ entity, facts, cursor }: EntityOutcome): z.infer<typeof entityFacts> {
  return { ...viewEntity(entity), facts: facts.map(viewMemory), cursor: cursor ?? null };
}

export function viewNames(
  names: readonly ListedName[],
  cursor: string | undefined,
): z.infer<typeof entityPage> {
  return {
    entities: names.map(({ written, aliasOf, facts }) => ({
      name: written,
      ...(aliasOf === undefined ? {} : { alias_of: aliasOf }),
      facts,
    })),
    cursor: cursor ?? null,
  };
}
