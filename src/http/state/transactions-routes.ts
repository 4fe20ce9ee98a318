import { createRoute, type z } from "@hono/zod-openapi";
import { transact } from "../../state/transact.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { jsonTextResponse } from "../responses/json-text.js";
import { createRouter } from "../router/create-router.js";
import { stateTransaction, transactionResults, writeResults } from "./schemas.js";
import {
  jsonBody,
  jsonResponse,
  namespaceParam,
  problem,
  problems,
  unfitBody,
} from "../openapi/responses.js";

const transactRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/state-transactions",
  operationId: "runStateTransaction",
  tags: ["state"],
  summary: "Change up to 64 documents, all or nothing",
  description: [
    "If every check holds, the operations are done in order, each making a version of its own; if one of them fails, nothing is done. Nobody ever sees a half. The documents of all operations, each counted each time, and the values given may hold at most 4 MiB of JSON together; more is refused before anything is done (`too_many_bytes`).",
    "`set` writes as PUT does, or sets what is at `path`; `merge` is a JSON merge patch; `delete` removes the document, or what is at `path`; `increment` adds `by` to the one number at `path` (default: the value itself, which begins at 0 where there is no document), and fails where the sum would be below `min` or above `max`, or beyond what a JSON number holds exactly.",
    "Without `ttl_seconds` a document ends when it would have ended; one that is set whole, or begins, gets the namespace's default.",
    "Needs `write`, and `read` as well unless it only sets whole documents: whether a check or another operation fails, and what it makes, tells of what is there.",
  ].join("\n\n"),
  request: { params: namespaceParam, body: jsonBody(stateTransaction) },
  responses: {
    200: jsonResponse(transactionResults, "All is done."),
    204: { description: "All is done. The key may not read here, so the answer says no more." },
    ...problems,
    ...unfitBody,
    409: {
      ...problem,
      description:
        "Nothing was done. `failed` has which check or operation failed (`part`, `index` from 0, `key`) and the reason: version_conflict (with the current `version`), missing, path_not_found, not_one_number, below_min, above_max, out_of_range, too_large.",
    },
  },
});

const answer = jsonTextResponse<z.infer<typeof transactionResults>>();

export function stateTransactionRoutes({ state, now }: AppDeps) {
  return createRouter().openapi(transactRoute, async (c) => {
    const input = c.req.valid("json");
    const results = await transact(state, contextOf(c, now), c.req.valid("param").ns, input);
    if (results === undefined) return c.body(null, 204);
    return answer(c, writeResults(input.operations, results), 200);
  });
}
