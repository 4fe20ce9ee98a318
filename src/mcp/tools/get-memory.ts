import { z } from "zod";
import { apiPath, bodyOf, queryOf } from "../api.js";
import { apiMemory, memoryItem } from "../memory-item.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";
import { memoryIdArgument } from "./arguments.js";

const input = z.strictObject({
  id: memoryIdArgument,
  as_of: z.string().optional().describe("RFC 3339 time: the version that was current then. Default: now."),
});

/** Where a memory comes from, beside the memory. */
const provenance = z.object({
  recorded_at: z.string(),
  updated_at: z.string(),
  session_id: z.string().nullable(),
  derived_from: z.array(z.object({ namespace: z.string(), id: z.string(), version: z.int() })),
  metadata: z.record(z.string(), z.unknown()),
  seen_count: z.int(),
  human_confirmed: z.boolean(),
  corroborations: z.int(),
  superseded_by: z.string().nullable(),
});

export const getMemory = defineTool({
  name: "get_memory",
  title: "Read a memory",
  description:
    "Reads one memory by its id: its text, and where it comes from (when it was recorded and changed, from which session and sources, how often it was confirmed). Use when you know the id and need more than recall shows, or want to know what it said at an earlier time. Not for searching (recall). Returns the memory and its provenance.",
  input,
  output: z.object({ memory: memoryItem, provenance }),
  needs: ["read"],
  annotations: { readOnlyHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { id, as_of }) => {
    const path =
      apiPath`/v1/namespaces/${namespace}/memories/${id}` + queryOf({ as_of, include_archive: "true" });
    const body = await bodyOf(call, { method: "GET", path });
    return { memory: apiMemory.parse(body), provenance: provenance.parse(body) };
  },
  text: ({ memory, provenance: from }) => quoted([{ ...memory, ...from }]),
});
