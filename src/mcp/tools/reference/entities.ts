import { z } from "zod";
import { normaliseName } from "../../../domain/normalise-name.js";
import { ApiRefusal } from "../../api.js";
import { quoted } from "../../quoted.js";
import { deleteAll, draftOf, observationDraft, storeAll } from "../../reference/change.js";
import { wantedAbout } from "../../reference/find.js";
import { isObservation, isType } from "../../reference/graph.js";
import type { StoredMemory } from "../../reference/graph.js";
import { knownAmong } from "../../reference/known.js";
import { keptObservation, keptType } from "../../reference/statements.js";
import { defineTool } from "../../tool.js";
import type { Tool } from "../../tool.js";
import {
  areFew,
  deletion,
  entityResult,
  fits,
  graphName,
  MOST,
  observationText,
  TOO_LONG,
  TOO_MANY,
} from "./arguments.js";

const entityArgument = z
  .strictObject({
    name: graphName.describe("Name of the entity."),
    entityType: graphName.describe("Type of the entity, such as person."),
    observations: z.array(observationText).max(MOST).describe("What is known about it, one statement each."),
  })
  .refine(({ name, observations }) => observations.every((text) => fits(name, text)), TOO_LONG);

const createEntities = defineTool({
  name: "create_entities",
  title: "Create entities",
  description:
    "Stores new entities with their types and observations. Use when you learn of a person, project or thing that will matter in later conversations. Not for an entity that exists (add_observations): one with a known name is skipped. Returns the entities that were created.",
  input: z.strictObject({
    entities: z
      .array(entityArgument)
      .max(MOST)
      .refine((list) => areFew(list.map(({ observations }) => observations)), TOO_MANY),
  }),
  output: z.object({ entities: z.array(entityResult) }),
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async (context, { entities }) => {
    const known = await knownAmong(
      context,
      entities.map(({ name }) => name),
    );
    const created = entities.filter(({ name }) => {
      const key = normaliseName(name);
      return !known.has(key) && known.add(key);
    });
    const drafts = created.flatMap(({ name, entityType, observations }) => [
      draftOf(keptType(name, entityType)),
      ...[...new Set(observations)].map((text) => observationDraft(keptObservation(name, text), name, text)),
    ]);
    await storeAll(context, drafts);
    return { entities: created };
  },
});

const deleteEntities = defineTool({
  name: "delete_entities",
  title: "Delete entities",
  description:
    "Deletes entities with their observations and all relations from and to them, for good. Use when the user asks you to forget a person, project or thing. Not for a single wrong statement (delete_observations, delete_relations). Names that aren't known are skipped. Returns whether it is done.",
  input: z.strictObject({ entityNames: z.array(graphName).max(MOST) }),
  output: deletion,
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  text: ({ message }) => message,
  run: async (context, { entityNames }) => {
    const names = new Set(entityNames.map(normaliseName));
    const { memories, full } = await wantedAbout(context, entityNames, (memory) => belongs(memory, names));
    const ids = memories.map(({ id }) => id);
    await deleteAll(context, ids);
    if (full && ids.length > 0) {
      throw new ApiRefusal(`${ids.length} facts were deleted, and more are left. Call again.`);
    }
    if (full) {
      throw new ApiRefusal(
        "Nothing was deleted. Too many facts have one of these names as their type or observation, so not all were examined.",
      );
    }
    return { success: true as const, message: "Entities deleted successfully" };
  },
});

/** What others are, or are said to be, isn't theirs whose name it is: a type stays with its entities. */
function belongs(memory: StoredMemory, names: ReadonlySet<string>): boolean {
  const { fact } = memory;
  if (fact === undefined || names.has(normaliseName(fact.subject))) return true;
  return !isType(memory, fact) && !isObservation(memory, fact);
}

export const ENTITY_TOOLS: readonly Tool[] = [createEntities, deleteEntities];
