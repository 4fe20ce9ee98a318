import { z } from "zod";
import { apiPath, bodyOf } from "../api.js";
import { defineTool } from "../tool.js";
import { memoryIdArgument } from "./arguments.js";

export const forget = defineTool({
  name: "forget",
  title: "Delete a memory",
  description:
    "Deletes one memory with its versions and what was derived from it alone, for good. Use when the user asks you to forget something, or when a memory must not be kept. Not for a memory that is merely outdated or wrong: update_memory keeps what was known before. Find its id with recall first, and ask the user if it is unclear which one is meant. Returns the id.",
  input: z.strictObject({ id: memoryIdArgument }),
  output: z.object({ id: z.string(), deleted: z.literal(true) }),
  needs: ["write"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { id }) => {
    await bodyOf(call, { method: "DELETE", path: apiPath`/v1/namespaces/${namespace}/memories/${id}` });
    return { id, deleted: true as const };
  },
});
