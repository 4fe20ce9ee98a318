import { applyPii } from "../../memory/pii/apply.js";
import { scanPii } from "../../memory/pii/scan.js";
import { revealPii } from "../../pii/reveal.js";
import type { AppDeps } from "../env.js";
import { jsonBody, jsonResponse, namespaceParam, problems, unfitBody } from "../openapi/responses.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { contextOf } from "../verb-context.js";
import {
  applyRequest,
  applyView,
  revealRequest,
  revealView,
  scanRequest,
  scanView,
  viewApplied,
  viewRevealed,
  viewScan,
} from "./schemas.js";

const tags = ["namespaces"];

const revealRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/pii/reveal",
  operationId: "revealPii",
  traits: { lane: "direct", readsOnly: true, shows: [] },
  tags,
  summary: "Reveal the originals of tokens",
  description:
    "Returns the values that `tokenize` replaced by these tokens in this namespace. The audit trail records the tokens. Needs `reveal` or `admin`.",
  request: { params: namespaceParam, body: jsonBody(revealRequest) },
  responses: {
    200: jsonResponse(revealView, "One value per token; a token that was sent twice comes once."),
    ...problems,
    ...unfitBody,
  },
});

const scanRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/pii/scan",
  operationId: "scanPii",
  traits: { lane: "walk", readsOnly: true, shows: [] },
  tags,
  summary: "Scan a namespace's memories for personal data",
  description:
    "Counts personal data in the current versions of memories, and names the memories by kind; the answer contains none of the data. Nothing is changed. Follow `cursor` until it is null, with the same kinds.",
  request: { params: namespaceParam, body: jsonBody(scanRequest) },
  responses: { 200: jsonResponse(scanView, "A part of the scan."), ...problems, ...unfitBody },
});

const applyRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/pii/apply",
  operationId: "applyPii",
  traits: { lane: "walk", shows: [] },
  tags,
  summary: "Treat what a namespace stores by its settings for personal data",
  description:
    "Rewrites memories with their old versions, then messages and running summaries of sessions, as they would be stored now, and deletes receipts that asked for what isn't kept: `redact` and `reject` leave marks, `tokenize` tokens, `tag` adds tags, `allow` leaves what is there. A dry run, the default, only counts. Each memory and session is rewritten in one step, without a new version. What is rewritten has nothing more to find, so a request that was cut off can be sent again. Follow `cursor` until it is null. Needs `admin`, `read` and `write`.",
  request: { params: namespaceParam, body: jsonBody(applyRequest) },
  responses: {
    200: jsonResponse(applyView, "What was rewritten, or would be."),
    ...problems,
    ...unfitBody,
  },
});

export function piiRoutes({ services, sessions, now }: AppDeps) {
  return createRouter()
    .openapi(revealRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const values = await revealPii(services, contextOf(c, now), ns, c.req.valid("json").tokens);
      c.header("Cache-Control", "no-store");
      return c.json(viewRevealed(values), 200);
    })
    .openapi(scanRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const outcome = await scanPii(services, contextOf(c, now), ns, c.req.valid("json"));
      return c.json(viewScan(outcome), 200);
    })
    .openapi(applyRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const input = c.req.valid("json");
      const outcome = await applyPii({ ...services, sessions }, contextOf(c, now), ns, input);
      return c.json(viewApplied(outcome, input.dry_run), 200);
    });
}
