import { z } from "@hono/zod-openapi";
import { factName, memoryId, time } from "../openapi/primitives.js";
import { CARDINALITIES } from "../../memory/model/fact.js";

export const confidence = z.number().min(0).max(1);

export const newFact = z
  .strictObject({
    subject: factName.openapi({ example: "Mara Novak" }),
    predicate: factName.openapi({ example: "lives_in" }),
    object: factName.openapi({ example: "Graz" }),
    confidence: confidence.optional().openapi({ description: "1 unless given." }),
    cardinality: z.enum(CARDINALITIES).optional().openapi({
      description:
        "`one`: the subject has one object at a time for this predicate, so a fact ends where the next one begins. As the namespace's settings say unless given, else `many`.",
    }),
    valid_from: time.optional().openapi({ description: "The memory's own, given here." }),
    valid_to: time.optional().openapi({ description: "The memory's own, given here." }),
  })
  .openapi("NewFact");

export const factView = z
  .object({
    subject: z.string(),
    predicate: z.string(),
    object: z.string(),
    confidence: z.number(),
    cardinality: z.enum(CARDINALITIES),
    contradicts: z.array(memoryId).openapi({
      description: "Facts with another object for the same time, where nothing tells which one is right.",
    }),
  })
  .openapi("Fact");
