import { z } from "zod";
import { apiPath, bodyOf } from "../api.js";
import { apiMemory, memoryItem } from "../memory-item.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";
import { memoryIdArgument } from "./arguments.js";

const input = z.strictObject({
  id: memoryIdArgument,
  content: z.string().min(1).optional().describe("The whole new text. Refused for episodic memories."),
  tags: z.array(z.string()).optional().describe("All tags of the new version."),
  importance: z.number().min(0).max(1).optional(),
  pinned: z.boolean().optional().describe("Whether it is exempt from expiry and forget policies."),
  valid_from: z
    .string()
    .nullable()
    .optional()
    .describe("RFC 3339 time from which it holds; null: unbounded."),
  valid_to: z
    .string()
    .nullable()
    .optional()
    .describe("RFC 3339 time until which it holds, such as now for what has ended; null: unbounded."),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Merged into the metadata; null removes a value."),
});

export const updateMemory = defineTool({
  name: "update_memory",
  title: "Correct a memory",
  description:
    "Makes a new version of a memory; earlier versions stay readable. Use when the user corrects something that is stored, or when it has changed or ended. Not for an additional fact (remember), and not for deleting (forget). Returns the new version.",
  input,
  output: z.object({ memory: memoryItem }),
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  text: (result) => quoted([result]),
  run: async ({ call, namespace }, { id, ...patch }) => {
    const path = apiPath`/v1/namespaces/${namespace}/memories/${id}`;
    return { memory: apiMemory.parse(await bodyOf(call, { method: "PATCH", path, body: patch })) };
  },
});
