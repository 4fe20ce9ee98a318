import { captureInSession } from "../../memory/sessions/capture.js";
import { etagOf } from "../conditional.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { memoryDetailView } from "../memories/schemas.js";
import { newInteraction } from "./schemas.js";
import { showMemories, viewDetail } from "../memories/view.js";
import {
  full,
  jsonBody,
  jsonResponse,
  namespaceParam,
  problems,
  refusedData,
  unfitBody,
} from "../openapi/responses.js";

const captureRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/interactions",
  operationId: "captureInteraction",
  traits: { lane: "write", shows: ["memories"] },
  tags: ["memories"],
  summary: "Capture an interaction",
  description:
    "Stores input, reasoning, tool calls, response and feedback verbatim as one episodic memory, with a readable text derived for recall. With `session_id`, the messages and tool calls are also appended to that session, exactly once even if the request is retried.",
  request: { params: namespaceParam, body: jsonBody(newInteraction) },
  responses: {
    201: jsonResponse(memoryDetailView, "The stored memory.", "ETag", "Location"),
    200: jsonResponse(
      memoryDetailView,
      "The interaction already existed; its `seen_count` is increased.",
      "ETag",
      "Location",
    ),
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...full,
  },
});

export function interactionRoutes({ sessions, now }: AppDeps) {
  return createRouter().openapi(captureRoute, async (c) => {
    const { ns } = c.req.valid("param");
    const { replaced, ...input } = c.req.valid("json");
    const outcome = await captureInSession(sessions, contextOf(c, now), ns, input);
    const { kind, memory, interaction = input, pii } = outcome;
    const { input: said, reasoning, tool_calls, response, feedback } = interaction;
    const view = {
      ...viewDetail({
        ...memory,
        publications: [],
        interaction: { input: said, reasoning, tool_calls, response, feedback },
      }),
      ...(pii === undefined ? {} : { pii }),
    };
    c.header("Location", `/v1/namespaces/${ns}/memories/${memory.id}`);
    c.header("ETag", etagOf(memory.version));
    showMemories(c, [memory]);
    const answer = replaced === undefined ? view : { ...view, replaced: [...replaced] };
    return kind === "created" ? c.json(answer, 201) : c.json(answer, 200);
  });
}
