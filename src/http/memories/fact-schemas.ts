import { z } from "@hono/zod-openapi";
import { factName, memoryId, newName, time } from "../openapi/primitives.js";
import { CARDINALITIES } from "../../memory/model/fact.js";

export const confidence = z.number().min(0).max(1);

export const newFact = z
  .strictObject({
    subject: newName.openapi({ example: "Mara Novak" }),
    predicate: factName.openapi({ example: "lives_in" }),
    object: newName.openapi({ example: "Graz" }),
    confidence: confidence
      .optional()
      .openapi({ description: "Confidence in the fact, from 0 to 1. Default: 1." }),
    cardinality: z.enum(CARDINALITIES).optional().openapi({
      description:
        "`one`: the subject has one object at a time for this predicate, so a new fact ends the previous one. Defaults to the namespace's setting for the predicate, else `many`.",
    }),
    valid_from: time.optional().openapi({
      description: "Start of the memory's valid time. Set it here or on the memory, not on both.",
    }),
    valid_to: time.optional().openapi({
      description: "End of the memory's valid time (exclusive). Set it here or on the memory, not on both.",
    }),
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
      description:
        "Ids of facts with another object for the same time, while the contradiction is undecided.",
    }),
  })
  .openapi("Fact");
