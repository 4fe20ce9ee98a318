import { z } from "zod";
import { quoted } from "../../quoted.js";
import { deleteAll, draftOf, storeAll } from "../../reference/change.js";
import { relationsAmong } from "../../reference/known.js";
import { keptRelation, relationKey } from "../../reference/statements.js";
import { defineTool } from "../../tool.js";
import type { Tool } from "../../tool.js";
import { deletion, MOST, relationArgument, relationResult } from "./arguments.js";

const relations = z.array(relationArgument).max(MOST);

const createRelations = defineTool({
  name: "create_relations",
  title: "Create relations",
  description:
    "Stores relations between entities. Use when you learn how two persons, projects or things are related. Not for what is known about one entity (add_observations). A relation that exists is skipped. Returns the relations that were created.",
  input: z.strictObject({ relations }),
  output: z.object({ relations: z.array(relationResult) }),
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async (context, input) => {
    const known = await relationsAmong(context, input.relations);
    const asked = new Map(input.relations.map((relation) => [relationKey(relation), relation]));
    const created = [...asked].filter(([key]) => !known.has(key)).map(([, relation]) => relation);
    await storeAll(
      context,
      created.map((relation) => draftOf(keptRelation(relation))),
    );
    return { relations: created };
  },
});

const deleteRelations = defineTool({
  name: "delete_relations",
  title: "Delete relations",
  description:
    "Deletes relations between entities, for good. Use when a relation is wrong or must not be kept. Not for whole entities (delete_entities). Relations that aren't known are skipped. Returns whether it is done.",
  input: z.strictObject({ relations }),
  output: deletion,
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  text: ({ message }) => message,
  run: async (context, input) => {
    const known = await relationsAmong(context, input.relations);
    await deleteAll(
      context,
      [...known.values()].flat().map(({ id }) => id),
    );
    return { success: true as const, message: "Relations deleted successfully" };
  },
});

export const RELATION_TOOLS: readonly Tool[] = [createRelations, deleteRelations];
