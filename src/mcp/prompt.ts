import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { bodyOf } from "./api.js";
import { apiMemory } from "./memory-item.js";
import { quoted } from "./quoted.js";
import { namespaceArgument } from "./tool.js";
import type { ToolServing } from "./tool.js";

const query = z.string().min(1).describe("The question or task at hand.");

const answer = z.object({ hits: z.array(z.object({ memory: apiMemory })) });

/** Of the memories that a message quotes. */
const BUDGET_TOKENS = 4000;

/** A prompt that a person picks in the client: what memory holds on a question, as one message. */
export function registerContextPrompt(server: McpServer, { call, namespace }: ToolServing): void {
  const argsSchema: z.ZodObject =
    namespace === undefined ? z.object({ query, namespace: namespaceArgument }) : z.object({ query });
  server.registerPrompt(
    "context",
    {
      title: "What memory holds on this",
      description: "Recalls the memories that fit a question, as a message for the model.",
      argsSchema,
    },
    async (given) => {
      const asked = query.parse(given["query"]);
      const place = namespace ?? namespaceArgument.parse(given["namespace"]);
      const { hits } = answer.parse(
        await bodyOf(call, {
          method: "POST",
          path: "/v1/recall",
          body: { query: asked, namespaces: [place], limit: 10, budget_tokens: BUDGET_TOKENS },
        }),
      );
      const text =
        hits.length === 0 ? "Memory holds nothing on this." : quoted(hits.map(({ memory }) => memory));
      return { messages: [{ role: "user", content: { type: "text", text: `${text}\n\n${asked}` } }] };
    },
  );
}
