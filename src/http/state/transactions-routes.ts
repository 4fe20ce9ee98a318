import type { z } from "@hono/zod-openapi";
import { transact } from "../../state/transact.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { jsonTextResponse } from "../responses/json-text.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { stateTransaction, transactionResults, writeResults } from "./schemas.js";
import {
  full,
  jsonBody,
  jsonResponse,
  namespaceParam,
  problem,
  problems,
  refusedData,
  unfitBody,
} from "../openapi/responses.js";

const transactRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/state-transactions",
  operationId: "runStateTransaction",
  traits: { lane: "direct", shows: ["transaction"] },
  tags: ["state"],
  summary: "Change up to 64 state documents in one transaction",
  description: [
    "If every check passes, the operations are done in order, and each creates a version. If a check or an operation fails, nothing is changed. No reader sees a partial transaction. The documents of all operations (counted once per operation) and the given values may hold at most 4 MiB of JSON together; a larger transaction is refused as a whole (`too_many_bytes`).",
    "`set` writes the document, or the value at `path`. `merge` applies a JSON merge patch. `delete` removes the document, or the value at `path`. `increment` adds `by` to the one number at `path`; without `path`, to the document itself, which counts as 0 if it doesn't exist. It fails if the sum would be below `min`, above `max`, or beyond what a JSON number holds exactly.",
    "Without `ttl_seconds` a document keeps its expiry. A new document, or one that is set as a whole, gets the namespace's default.",
    "Needs `write`. Also needs `read` unless it only sets whole documents, because checks and other operations reveal what exists.",
  ].join("\n\n"),
  request: { params: namespaceParam, body: jsonBody(stateTransaction) },
  responses: {
    200: jsonResponse(transactionResults, "All operations are done."),
    204: {
      description: "All operations are done. The answer has no body, because the key may not read here.",
    },
    ...problems,
    ...full,
    ...unfitBody,
    ...refusedData,
    409: {
      ...problem,
      description:
        "Nothing was done. `failed` names the check or operation that failed (`part`, `index` from 0, `key`) and the reason: version_conflict (with the current `version`), missing, path_not_found, filter_moved, not_one_number, below_min, above_max, out_of_range, too_large, too_many_bytes.",
    },
  },
});

const answer = jsonTextResponse<z.infer<typeof transactionResults>>();

export function stateTransactionRoutes({ state, now }: AppDeps) {
  return createRouter().openapi(transactRoute, async (c) => {
    const input = c.req.valid("json");
    const outcome = await transact(state, contextOf(c, now), c.req.valid("param").ns, input);
    if (outcome === undefined) return c.body(null, 204);
    return answer(writeResults(input.operations, outcome), 200);
  });
}
