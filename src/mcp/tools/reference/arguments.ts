import { z } from "zod";
import { LIMITS } from "../../../domain/limits.js";
import { normaliseName } from "../../../domain/normalise-name.js";
import { isFactName, observationContent } from "../../reference/statements.js";

/** Of one list that a call gives. */
export const MOST = 100;

/** Memories that one call may store or delete. */
const MOST_IN_ALL = 500;
export const TOO_MANY = `Must not hold more than ${MOST_IN_ALL} observations and entities in all.`;

/** Whether these entities or deletions, with the texts that each has, aren't too many for one call. */
export function areFew(texts: readonly (readonly string[])[]): boolean {
  return texts.reduce((sum, { length }) => sum + length, texts.length) <= MOST_IN_ALL;
}

const wellFormed = z
  .string()
  .refine((value) => value.isWellFormed(), "Must be well-formed Unicode (it has a lone surrogate).");

/** A name of the graph: of an entity, a type or a relation. */
export const graphName = wellFormed
  .refine((value) => normaliseName(value) !== "", "Must not be blank.")
  .refine(isFactName, `Must not exceed ${LIMITS.identifierBytes} bytes of UTF-8.`);

export const observationText = wellFormed.refine((value) => value.trim() !== "", "Must not be blank.");

/** Whether an observation of an entity fits into a memory. */
export function fits(name: string, text: string): boolean {
  return Buffer.byteLength(observationContent(name, text)) <= LIMITS.contentBytes;
}

export const TOO_LONG = `An observation with its entity's name must not exceed ${LIMITS.contentBytes} bytes of UTF-8.`;

export const relationArgument = z.strictObject({
  from: graphName.describe("Name of the entity where the relation starts."),
  to: graphName.describe("Name of the entity where the relation ends."),
  relationType: graphName.describe("Type of the relation, in active voice, such as works_at."),
});

export const relationResult = z.object({ from: z.string(), to: z.string(), relationType: z.string() });

export const entityResult = z.object({
  name: z.string(),
  entityType: z.string(),
  observations: z.array(z.string()),
});

/** Of the tools that delete. */
export const deletion = z.object({ success: z.literal(true), message: z.string() });
