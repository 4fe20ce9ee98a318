import { z } from "zod";
import { normaliseName } from "../../../domain/normalise-name.js";
import { ApiRefusal } from "../../api.js";
import { quoted } from "../../quoted.js";
import { deleteAll, observationDraft, storeAll } from "../../reference/change.js";
import type { Draft } from "../../reference/change.js";
import { knownAmong, observationsAmong, saidKey } from "../../reference/known.js";
import { keptObservation } from "../../reference/statements.js";
import { defineTool } from "../../tool.js";
import type { Tool } from "../../tool.js";
import { areFew, deletion, fits, graphName, MOST, observationText, TOO_LONG, TOO_MANY } from "./arguments.js";

const entityName = graphName.describe("Name of the entity.");
const texts = z.array(observationText).max(MOST);

const addition = z
  .strictObject({ entityName, contents: texts.describe("What to add, one statement each.") })
  .refine(({ entityName: name, contents }) => contents.every((text) => fits(name, text)), TOO_LONG);

const addObservations = defineTool({
  name: "add_observations",
  title: "Add observations",
  description:
    "Stores observations about entities that exist. Use when you learn something about a known person, project or thing. Not for a new entity (create_entities): an unknown name is an error, and nothing is stored. An observation that exists is skipped. Returns what was added.",
  input: z.strictObject({
    observations: z
      .array(addition)
      .max(MOST)
      .refine((list) => areFew(list.map(({ contents }) => contents)), TOO_MANY),
  }),
  output: z.object({
    results: z.array(z.object({ entityName: z.string(), addedObservations: z.array(z.string()) })),
  }),
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async (context, { observations }) => {
    const known = await knownAmong(
      context,
      observations.map(({ entityName: name }) => name),
    );
    const missing = observations.find(({ entityName: name }) => !known.has(normaliseName(name)));
    if (missing !== undefined) {
      throw new ApiRefusal(`not_found: Entity with name ${JSON.stringify(missing.entityName)} not found.`);
    }
    const there = await observationsAmong(
      context,
      observations.map(({ entityName: name, contents }) => ({ entityName: name, texts: contents })),
    );
    const drafts: Draft[] = [];
    const results: { entityName: string; addedObservations: string[] }[] = [];
    for (const { entityName: name, contents } of observations) {
      const added = [...new Set(contents)].filter((text) => !there.has(saidKey(name, text)));
      drafts.push(...added.map((text) => observationDraft(keptObservation(name, text), name, text)));
      results.push({ entityName: name, addedObservations: added });
    }
    await storeAll(context, drafts);
    return { results };
  },
});

const deleteObservations = defineTool({
  name: "delete_observations",
  title: "Delete observations",
  description:
    "Deletes observations of entities, for good. Use when a statement is wrong or must not be kept; give its text exactly as it is stored. Not for whole entities (delete_entities). Observations that aren't known are skipped. Returns whether it is done.",
  input: z.strictObject({
    deletions: z
      .array(z.strictObject({ entityName, observations: texts.describe("The texts to delete.") }))
      .max(MOST)
      .refine((list) => areFew(list.map(({ observations }) => observations)), TOO_MANY),
  }),
  output: deletion,
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  text: ({ message }) => message,
  run: async (context, { deletions }) => {
    const found = await observationsAmong(
      context,
      deletions.map(({ entityName: name, observations }) => ({ entityName: name, texts: observations })),
    );
    await deleteAll(
      context,
      [...found.values()].flat().map(({ id }) => id),
    );
    return { success: true as const, message: "Observations deleted successfully" };
  },
});

export const OBSERVATION_TOOLS: readonly Tool[] = [addObservations, deleteObservations];
