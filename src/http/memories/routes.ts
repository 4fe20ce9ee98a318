import { z } from "@hono/zod-openapi";
import { feedback } from "../../memory/trust/feedback.js";
import { scopeOf } from "../../access/grants.js";
import { list } from "../../memory/browse/list.js";
import { listMany } from "../../memory/browse/list-many.js";
import { publish } from "../../memory/publish/publish.js";
import { read } from "../../memory/browse/read.js";
import { remember, rememberMany } from "../../memory/remember/remember.js";
import type { RememberOutcome } from "../../memory/remember/remember.js";
import { release } from "../../memory/trust/release.js";
import { remove } from "../../memory/revise/remove.js";
import { restore } from "../../memory/revise/restore.js";
import { revise } from "../../memory/revise/revise.js";
import { unpublish } from "../../memory/publish/unpublish.js";
import { versions } from "../../memory/browse/versions.js";
import { LIMITS } from "../../domain/limits.js";
import { describeError } from "../../log.js";
import { etagOf, expectedVersion } from "../conditional.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { describeProblem, invalidRequest } from "../problem.js";
import { problemView } from "../openapi/problem-schema.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { defaultInteger, integerParameter, time } from "../openapi/primitives.js";
import { filterOf, includeArchive, listManyParameters, listParameters, memoryPage } from "./list-schemas.js";
import { derivedPolicy, erasedView, viewErased } from "../openapi/erased.js";
import { feedbackRequest } from "./feedback-schemas.js";
import {
  memoryDetailView,
  memoryPatch,
  memoryView,
  newMemories,
  newMemory,
  restoreRequest,
  versionsPage,
} from "./schemas.js";
import { publishRequest, unpublishRequest } from "./publish-schemas.js";
import { showMemories, viewDetail, viewMemory, viewWritten } from "./view.js";
import {
  conflict,
  contradicted,
  full,
  historyExpired,
  ifMatch,
  jsonBody,
  jsonResponse,
  lostRace,
  memoryParams,
  refusedData,
  unfitContent,
  namespaceParam,
  notFound,
  problems,
  unfitBody,
} from "../openapi/responses.js";

const tag = ["memories"];

const rememberRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories",
  operationId: "createMemory",
  traits: { lane: "write", shows: ["memories"] },
  tags: tag,
  summary: "Store a memory",
  description:
    "A memory is identified by its content, type, `agent_id`, `session_id`, `metadata`, `valid_from` and `valid_to`; an episodic memory also by its `timestamp`, if one is given. A second write with the same values counts the memory as seen again (200), and keeps its other fields (tags, importance, trust) as stored. A write that differs in any of them creates another memory. A key without `read` gets back only what it sent.",
  request: { params: namespaceParam, body: jsonBody(newMemory) },
  responses: {
    201: jsonResponse(memoryView, "The stored memory.", "ETag", "Location"),
    200: jsonResponse(
      memoryView,
      "The memory already existed; its `seen_count` is increased.",
      "ETag",
      "Location",
    ),
    ...problems,
    ...unfitBody,
    ...contradicted,
    ...unfitContent,
    ...full,
  },
});

const batchResult = z
  .object({ status: z.int(), memory: memoryView.optional(), problem: problemView.optional() })
  .openapi("BatchResult");

const batchRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories/batch",
  operationId: "createMemories",
  traits: { lane: "write", body: "batch", shows: ["memories"] },
  tags: tag,
  summary: "Store up to 500 memories",
  description:
    "Each memory is stored or refused on its own. `results` holds the memory or the problem for each, in the order of the request.",
  request: { params: namespaceParam, body: jsonBody(newMemories) },
  responses: {
    200: jsonResponse(z.object({ results: z.array(batchResult) }), "One result per memory."),
    ...problems,
    ...unfitBody,
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/memories",
  operationId: "listMemories",
  traits: { lane: "search" },
  tags: tag,
  summary: "List memories",
  description:
    "Lists memories by `recorded_at`. Follow `cursor` until it is null: each memory is returned once, even if others are written between the pages.",
  request: { params: namespaceParam, query: listParameters },
  responses: { 200: jsonResponse(memoryPage, "A page."), ...problems },
});

const listManyRoute = createRoute({
  method: "get",
  path: "/v1/list",
  operationId: "listMemoriesOfNamespaces",
  traits: { lane: "search" },
  tags: tag,
  summary: "List memories of many namespaces",
  description:
    "Lists the memories of all namespaces that match a pattern such as `acme.shared.**` and that you may read. They are sorted by namespace, then by `recorded_at`. Follow `cursor` until it is null: a page may hold fewer than `limit`, even none, before the end.",
  request: { query: listManyParameters },
  responses: { 200: jsonResponse(memoryPage, "A page."), ...problems },
});

const readRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/memories/{id}",
  operationId: "getMemory",
  traits: { lane: "direct" },
  tags: tag,
  summary: "Read one memory",
  request: {
    params: memoryParams,
    query: z.strictObject({
      as_of: time.optional().openapi({
        description:
          "Point in recorded time: returns the version that was current then. 404 if the memory didn't exist yet, 410 if that version is no longer kept.",
      }),
      explain: z
        .enum(["true", "false"])
        .default("false")
        .openapi({ description: "`true`: include the factors of the memory's trust (`trust_parts`)." }),
      include_archive: includeArchive,
    }),
  },
  responses: {
    200: jsonResponse(memoryDetailView, "The memory, with its interaction if it has one.", "ETag"),
    ...problems,
    ...notFound,
    ...historyExpired,
  },
});

const reviseRoute = createRoute({
  method: "patch",
  path: "/v1/namespaces/{ns}/memories/{id}",
  operationId: "updateMemory",
  traits: { lane: "write" },
  tags: tag,
  summary: "Revise a memory",
  description:
    "Creates the next version. The content of an episodic memory can't be changed (409). Needs `write`, and `read` because the answer is the whole memory.",
  request: { params: memoryParams, headers: ifMatch, body: jsonBody(memoryPatch) },
  responses: {
    200: jsonResponse(memoryView, "The new version.", "ETag"),
    ...problems,
    ...unfitBody,
    ...notFound,
    ...conflict,
    ...lostRace,
    ...unfitContent,
    ...full,
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/v1/namespaces/{ns}/memories/{id}",
  operationId: "deleteMemory",
  traits: { lane: "direct" },
  tags: tag,
  summary: "Delete a memory for good",
  description:
    "Deletes the memory with its vectors and versions. Derived memories (summaries, facts, procedures, merged memories) are deleted if they have no other source, else rebuilt from the remaining sources. Copies that follow it are deleted too. The answer is 204 without derived memories, else 200 with what happened to them. A key without `read` always gets 204.",
  request: {
    params: memoryParams,
    headers: ifMatch,
    query: z.strictObject({ derived: derivedPolicy }),
  },
  responses: {
    200: jsonResponse(
      erasedView,
      "The memory is deleted; the answer lists the derived memories that were erased, rebuilt or kept.",
    ),
    204: { description: "The memory is deleted, with its vectors." },
    ...problems,
    ...notFound,
    ...lostRace,
  },
});

const versionsRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/memories/{id}/versions",
  operationId: "listMemoryVersions",
  traits: { lane: "direct" },
  tags: tag,
  summary: "List a memory's versions",
  description: "Lists the versions, newest first, each as it was recorded.",
  request: {
    params: memoryParams,
    query: z.strictObject({
      before: integerParameter(1, Number.MAX_SAFE_INTEGER).optional(),
      limit: defaultInteger(1, LIMITS.listLimit, 50),
    }),
  },
  responses: { 200: jsonResponse(versionsPage, "A page."), ...problems, ...notFound },
});

const restoreRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories/{id}/restore",
  operationId: "restoreMemory",
  traits: { lane: "write", shows: ["memories"] },
  tags: tag,
  summary: "Restore an old version",
  description: "The content of the old version becomes the next version. The versions in between stay.",
  request: { params: memoryParams, headers: ifMatch, body: jsonBody(restoreRequest) },
  responses: {
    200: jsonResponse(memoryView, "The new version.", "ETag"),
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...notFound,
    ...conflict,
    ...lostRace,
  },
});

const feedbackRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories/{id}/feedback",
  operationId: "addFeedback",
  traits: { lane: "write", shows: ["memories"] },
  tags: tag,
  summary: "Give feedback on a memory",
  description:
    "`confirmed` and `contradicted` are verdicts on the memory's content, and affect its author's accuracy. `used` and `useless` rate its usefulness. Each caller has one verdict and one rating; a later one replaces the earlier one. Feedback creates no version. `confirmed` by a human releases a copy from quarantine. Needs `write`, and `read` because the answer is the whole memory.",
  request: { params: memoryParams, body: jsonBody(feedbackRequest) },
  responses: {
    200: jsonResponse(memoryView, "The memory with its present trust.", "ETag"),
    ...problems,
    ...unfitBody,
    ...notFound,
  },
});

const releaseRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories/{id}/release",
  operationId: "releaseMemory",
  traits: { lane: "write", shows: ["memories"] },
  tags: tag,
  summary: "Release a published copy from quarantine",
  description:
    "Needs `publish` in this namespace, and `read` because the answer is the whole memory. The publisher of a copy can't release it.",
  request: { params: memoryParams, body: jsonBody(z.strictObject({})) },
  responses: {
    200: jsonResponse(memoryView, "The memory. Recalls and lists now return it.", "ETag"),
    ...problems,
    ...unfitBody,
    ...notFound,
  },
});

const publishRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories/{id}/publish",
  operationId: "publishMemory",
  traits: { lane: "write", shows: ["memories"] },
  tags: tag,
  summary: "Publish a memory to a shared namespace",
  description:
    "Copies the memory to the target namespace, under the same id; `origin` of the copy names this memory. Needs `read` in this namespace and `publish` in the target namespace. Publishing again updates the copy.",
  request: { params: memoryParams, body: jsonBody(publishRequest) },
  responses: {
    201: jsonResponse(memoryView, "The copy.", "Location"),
    200: jsonResponse(memoryView, "The existing copy, brought up to date.", "Location"),
    ...problems,
    ...unfitBody,
    ...refusedData,
    ...notFound,
    ...conflict,
    ...lostRace,
    ...full,
  },
});

const unpublishRoute = createRoute({
  method: "post",
  path: "/v1/namespaces/{ns}/memories/{id}/unpublish",
  operationId: "unpublishMemory",
  traits: { lane: "write", shows: [] },
  tags: tag,
  summary: "Unpublish a memory",
  description:
    "Removes the copy from the target namespace. Needs `read` in this namespace and `publish` in the target namespace.",
  request: { params: memoryParams, body: jsonBody(unpublishRequest) },
  responses: {
    204: { description: "The copy is removed." },
    ...problems,
    ...unfitBody,
    ...notFound,
    ...lostRace,
  },
});

export function memoryRoutes({ services, now, logger }: AppDeps) {
  return createRouter()
    .openapi(rememberRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const outcome = await remember(services, contextOf(c, now), ns, c.req.valid("json"));
      const { memory, pii } = outcome;
      const view = viewWritten(memory, pii);
      c.header("Location", `/v1/namespaces/${ns}/memories/${memory.id}`);
      c.header("ETag", etagOf(memory.version));
      showMemories(c, [memory]);
      return outcome.kind === "created" ? c.json(view, 201) : c.json(view, 200);
    })
    .openapi(batchRoute, async (c) => {
      const { ns } = c.req.valid("param");
      const parsed = c.req.valid("json").memories.map((item) => newMemory.safeParse(item));
      const inputs = parsed.flatMap((item) => (item.success ? [item.data] : []));
      const outcomes = await rememberMany(services, contextOf(c, now), ns, inputs);
      showMemories(
        c,
        outcomes.flatMap((outcome) => (outcome instanceof Error ? [] : [outcome.memory])),
      );
      let next = 0;
      const results = parsed.map((item) =>
        batchView(
          item.success ? (outcomes[next++] ?? new Error("no outcome")) : invalidRequest(item.error),
          (error) =>
            logger.error(
              { error: describeError(error), request_id: c.get("requestId") },
              "a batch item failed",
            ),
        ),
      );
      return c.json({ results }, 200);
    })
    .openapi(listRoute, async (c) => {
      const { order, limit, cursor, quarantined, superseded, include_archive, ...query } =
        c.req.valid("query");
      const page = await list(services, contextOf(c, now), c.req.valid("param").ns, {
        filter: filterOf(query),
        quarantined: quarantined === "true",
        superseded: superseded === "true",
        includeArchive: include_archive === "true",
        order,
        limit,
        cursor,
      });
      return c.json({ memories: page.memories.map(viewMemory), cursor: page.cursor ?? null }, 200);
    })
    .openapi(listManyRoute, async (c) => {
      const { namespace, limit, cursor, include_archive, ...query } = c.req.valid("query");
      const input = {
        scope: scopeOf(namespace),
        filter: filterOf(query),
        includeArchive: include_archive === "true",
        limit,
        cursor,
      };
      const page = await listMany(services, contextOf(c, now), input);
      return c.json({ memories: page.memories.map(viewMemory), cursor: page.cursor ?? null }, 200);
    })
    .openapi(readRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const { as_of, explain, include_archive } = c.req.valid("query");
      const options = { asOf: as_of, includeArchive: include_archive === "true" };
      const memory = await read(services, contextOf(c, now), { namespace: ns, id }, options);
      c.header("ETag", etagOf(memory.version));
      return c.json(viewDetail(memory, explain === "true"), 200);
    })
    .openapi(reviseRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const expected = expectedVersion(c.req.valid("header")["if-match"]);
      const { pii, ...memory } = await revise(
        services,
        contextOf(c, now),
        { namespace: ns, id },
        c.req.valid("json"),
        expected,
      );
      c.header("ETag", etagOf(memory.version));
      return c.json(viewWritten(memory, pii), 200);
    })
    .openapi(removeRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const options = {
        expectedVersion: expectedVersion(c.req.valid("header")["if-match"]),
        derived: c.req.valid("query").derived,
      };
      const erased = await remove(services, contextOf(c, now), { namespace: ns, id }, options);
      return erased === undefined ? c.body(null, 204) : c.json(viewErased(erased), 200);
    })
    .openapi(versionsRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const page = await versions(services, contextOf(c, now), { namespace: ns, id }, c.req.valid("query"));
      return c.json({ versions: page.versions.map(viewMemory), before: page.next ?? null }, 200);
    })
    .openapi(restoreRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const expected = expectedVersion(c.req.valid("header")["if-match"]);
      const { version } = c.req.valid("json");
      const context = contextOf(c, now);
      const { pii, ...memory } = await restore(services, context, { namespace: ns, id }, version, expected);
      c.header("ETag", etagOf(memory.version));
      showMemories(c, [memory]);
      return c.json(viewWritten(memory, pii), 200);
    })
    .openapi(feedbackRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const input = c.req.valid("json");
      const memory = await feedback(services, contextOf(c, now), { namespace: ns, id }, input);
      c.header("ETag", etagOf(memory.version));
      showMemories(c, [memory]);
      return c.json(viewMemory(memory), 200);
    })
    .openapi(releaseRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const memory = await release(services, contextOf(c, now), { namespace: ns, id });
      c.header("ETag", etagOf(memory.version));
      showMemories(c, [memory]);
      return c.json(viewMemory(memory), 200);
    })
    .openapi(publishRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      const input = c.req.valid("json");
      const { kind, copy } = await publish(services, contextOf(c, now), { namespace: ns, id }, input);
      c.header("Location", `/v1/namespaces/${copy.namespace}/memories/${copy.id}`);
      showMemories(c, [copy]);
      return kind === "created" ? c.json(viewMemory(copy), 201) : c.json(viewMemory(copy), 200);
    })
    .openapi(unpublishRoute, async (c) => {
      const { ns, id } = c.req.valid("param");
      await unpublish(services, contextOf(c, now), { namespace: ns, id }, c.req.valid("json").from);
      return c.body(null, 204);
    });
}

function batchView(
  outcome: RememberOutcome | Error,
  onUnexpected: (error: Error) => void,
): z.infer<typeof batchResult> {
  if (outcome instanceof Error) {
    const problem = describeProblem(outcome);
    if (problem.status === 500) onUnexpected(outcome);
    return { status: problem.status, problem };
  }
  return { status: outcome.kind === "created" ? 201 : 200, memory: viewWritten(outcome.memory, outcome.pii) };
}
