import { createRoute } from "@hono/zod-openapi";
import { capture } from "../../memory/capture.js";
import { etagOf } from "../conditional.js";
import { contextOf } from "../context.js";
import type { AppDeps } from "../env.js";
import { createRouter } from "../router.js";
import { memoryDetailView, newInteraction, viewDetail } from "../schemas/memory.js";
import { full, jsonBody, jsonResponse, namespaceParam, problems, unfitBody } from "./shared.js";

const captureRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/interactions",
  tags: ["memories"],
  summary: "Capture an interaction",
  description:
    "Input, reasoning, tool calls, response and feedback become one episodic memory: kept as they came, with a readable text derived for recall.",
  request: { params: namespaceParam, body: jsonBody(newInteraction) },
  responses: {
    201: jsonResponse(memoryDetailView, "Stored. Location and ETag name it and its version."),
    200: jsonResponse(memoryDetailView, "The same interaction was there already; `seen_count` is one more."),
    ...problems,
    ...unfitBody,
    ...full,
  },
});

export function interactionRoutes({ services, now }: AppDeps) {
  return createRouter().openapi(captureRoute, async (c) => {
    const { ns } = c.req.valid("param");
    const input = c.req.valid("json");
    const { kind, memory } = await capture(services, contextOf(c, now), ns, input);
    const { input: said, reasoning, tool_calls, response, feedback } = input;
    const view = viewDetail({
      ...memory,
      publications: [],
      interaction: { input: said, reasoning, tool_calls, response, feedback },
    });
    c.header("Location", `/v1/namespaces/${ns}/memories/${memory.id}`);
    c.header("ETag", etagOf(memory.version));
    return kind === "created" ? c.json(view, 201) : c.json(view, 200);
  });
}
