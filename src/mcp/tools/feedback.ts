import { z } from "zod";
import { FEEDBACK_OUTCOMES } from "../../memory/model/record.js";
import { apiPath, bodyOf } from "../api.js";
import { apiMemory } from "../memory-item.js";
import { defineTool } from "../tool.js";
import { memoryIdArgument } from "./arguments.js";

export const feedback = defineTool({
  name: "feedback",
  title: "Judge a memory",
  description:
    "Says whether a memory was right (confirmed, contradicted) or of use (used, useless). Use when the user or a result confirms or refutes a memory that you recalled, or when you relied on it. Not for changing its text (update_memory). Confirming or contradicting changes the memory's trust, and may change its author's. Returns the memory's current trust.",
  input: z.strictObject({ id: memoryIdArgument, outcome: z.enum(FEEDBACK_OUTCOMES) }),
  output: z.object({ id: z.string(), trust: z.number() }),
  needs: ["read", "write"],
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { id, outcome }) => {
    const path = apiPath`/v1/namespaces/${namespace}/memories/${id}/feedback`;
    const body = await bodyOf(call, { method: "POST", path, body: { outcome, by: "agent" } });
    return { id, trust: apiMemory.parse(body).trust };
  },
});
