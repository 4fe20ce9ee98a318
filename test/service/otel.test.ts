import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey } from "../support/acts/access.js";
import { newNamespace, recall, remember } from "../support/acts/memories.js";
import { getState, putState, statePath } from "../support/acts/state.js";
import { freePort } from "../../scripts/redis/server/free-port.js";
import type { HttpSink } from "../support/run/http-sink.js";
import { startHttpSink } from "../support/run/http-sink.js";
import type { Service } from "../support/service/service.js";
import { startService, until, untilLogged } from "../support/service/service.js";

type Value = Readonly<Record<string, unknown>>;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: Pick<Span, "attributes">;
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const SERVER = 2;
const ERROR = 2;
const MARKER = "quetzalcoatlus";

const facts = ({ attributes }: Pick<Span, "attributes">): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe("with MNEME_OTEL", () => {
  let collector: HttpSink;
  let service: Service;
  let key: string;
  beforeAll(async () => {
    collector = await startHttpSink();
    const open = await startService({
      MNEME_OTEL: "1",
      MNEME_EMBEDDER: "local",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=ops",
      OTEL_SERVICE_NAME: "memory",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      OTEL_BSP_SCHEDULE_DELAY: "20",
    });
    key = (await createKey(open, { human: true })).key;
    service = as(open, key);
  });
  afterAll(async () => {
    await service.stop();
    await collector.close();
  });

  const batches = () => collector.requests.map(({ text }): Exported => JSON.parse(text));
  const spans = (): Span[] =>
    batches().flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    );

  let traces = 0;
  /** A trace of the caller's, and what was sent of it when its request's span is there. */
  function callersTrace(sampled = true) {
    const traceId = (++traces).toString(16).padStart(32, "a");
    const parent = "b".repeat(16);
    const options = { headers: { traceparent: `00-${traceId}-${parent}-${sampled ? "01" : "00"}` } };
    const of = () => spans().filter((span) => span.traceId === traceId);
    const whole = () =>
      until(
        async () => of(),
        (found) => found.some(({ kind }) => kind === SERVER),
      );
    return { traceId, parent, options, of, whole };
  }

  const recallIn = (namespace: string, options: object, query = MARKER) =>
    service.send("POST", "/v1/recall", { query, namespaces: [namespace] }, options);

  /** On a busy machine the model takes longer to load than a recall waits for it. */
  const untilEmbedding = (namespace: string) =>
    until(
      () => recall(service, { query: "whether the model is there", namespaces: [namespace] }),
      ({ degraded }) => degraded.length === 0,
    );

  test("a recall is one trace of the caller's, with a span for each stage", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: `The ${MARKER} flies.` });
    await untilEmbedding(namespace);
    const trace = callersTrace();
    // A query of its own: the vector of one asked before is cached, and has no stage.
    const answer = await recallIn(namespace, trace.options, `${MARKER} in ${namespace}`);
    expect(answer).toMatchObject({ status: 200, body: { degraded: [] } });
    const found = await trace.whole();
    const request = found.find(({ kind }) => kind === SERVER);
    expect(request).toMatchObject({ name: "POST /v1/recall", parentSpanId: trace.parent });
    expect(request && facts(request)).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/v1/recall",
      "http.response.status_code": 200,
    });
    for (const name of [
      "authenticate",
      "embed",
      "read statistics",
      "search words",
      "search vectors",
      "fuse",
      "load",
      "keep receipt",
    ]) {
      const parents = found.filter((span) => span.name === name).map((span) => span.parentSpanId);
      expect(new Set(parents)).toEqual(new Set([request?.spanId]));
    }
    await untilLogged(service, `"trace_id":"${trace.traceId}"`);
  });

  test("writes and reads have spans with their acts, and no span has content, names or keys", async () => {
    const namespace = newNamespace();
    const trace = callersTrace();
    const content = `The ${MARKER} sleeps.`;
    await service.send("POST", `/v1/namespaces/${namespace}/memories`, { content }, trace.options);
    await putState(service, namespace, `${MARKER}.key`, { value: MARKER }, trace.options);
    await service.send("GET", `${statePath(namespace, `${MARKER}.key`)}?path=$`, undefined, trace.options);
    await recallIn(namespace, trace.options);
    const acts = () =>
      trace
        .of()
        .flatMap((span) => ("mneme.act" in facts(span) ? [[span.name, facts(span)["mneme.act"]]] : []));
    await until(
      async () => trace.of().filter(({ kind }) => kind === SERVER),
      ({ length }) => length === 4,
    );
    expect(acts()).toContainEqual(["write", "state.put"]);
    expect(acts()).toContainEqual(["read", "state.get"]);
    const sent = JSON.stringify(batches());
    for (const secret of [MARKER, namespace, key]) expect(sent).not.toContain(secret);
  });

  test("a refusal names its code in the stage, and isn't an error of the service", async () => {
    const trace = callersTrace();
    const answer = await service.send("GET", "/v1/namespaces/a/usage", undefined, {
      headers: { ...trace.options.headers, authorization: "Bearer mneme_no_such_key" },
    });
    expect(answer.status).toBe(401);
    const found = await trace.whole();
    const authenticate = found.find(({ name }) => name === "authenticate");
    expect(authenticate?.status).toEqual({ code: ERROR });
    expect(authenticate && facts(authenticate)).toEqual({ "error.type": "unauthenticated" });
    expect(found.find(({ kind }) => kind === SERVER)?.status.code).not.toBe(ERROR);
  });

  test("a request that its caller doesn't sample isn't sent, nor are those before a hostile traceparent believed", async () => {
    const [unsampled, later] = [callersTrace(false), callersTrace()];
    expect((await getState(service, "a", "k")).status).toBe(404);
    await service.send("GET", "/v1/namespaces/a/usage", undefined, unsampled.options);
    const hostile = await service.send("GET", "/v1/namespaces/a/usage", undefined, {
      headers: { traceparent: `00-${MARKER}-${"x".repeat(4000)}-01` },
    });
    expect(hostile.status).toBe(200);
    await service.send("GET", "/v1/namespaces/a/usage", undefined, later.options);
    await later.whole();
    expect(unsampled.of()).toEqual([]);
    expect(JSON.stringify(batches())).not.toContain("xxxx");
  });

  test("the standard variables say where traces go, with which headers, and whose they are", () => {
    const [first] = collector.requests;
    expect(first).toMatchObject({ path: "/v1/traces", headers: { "x-tenant": "ops" } });
    const [resource] = batches()[0]?.resourceSpans ?? [];
    expect(resource && facts(resource.resource)).toMatchObject({
      "service.name": "memory",
      "deployment.environment.name": "test",
    });
  });
});

test("a collector that is away is logged once, and takes nothing from requests or from the end", async () => {
  const port = await freePort();
  const service = await startService({
    MNEME_OTEL: "1",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
    OTEL_BSP_SCHEDULE_DELAY: "20",
  });
  const namespace = newNamespace();
  const lost = () => service.logs().split("traces can't be sent").length - 1;
  await remember(service, namespace, { content: "a walrus" });
  await until(
    async () => lost(),
    (count) => count > 0,
  );
  for (let count = 0; count < 3; count++) await recall(service, { query: "walrus", namespaces: [namespace] });
  const collector = await startHttpSink(port);
  await until(
    async () => {
      await recall(service, { query: "walrus", namespaces: [namespace] });
      return service.logs();
    },
    (logs) => logs.includes("traces arrive at the OpenTelemetry collector again"),
  );
  expect(lost()).toBe(1);
  await collector.close();
  expect(await service.stop()).toBe(0);
});

describe("without MNEME_OTEL", () => {
  test("nothing is traced, whatever OTEL_* says", async () => {
    const collector = await startHttpSink();
    const service = await startService({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_BSP_SCHEDULE_DELAY: "20",
    });
    await remember(service, newNamespace(), { content: "a walrus" });
    await service.stop();
    expect(collector.requests).toEqual([]);
    await collector.close();
  });

  test("no module of the service imports OpenTelemetry before it is wanted", () => {
    const root = fileURLToPath(new URL("../../dist/src/", import.meta.url));
    const modules = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".js"),
    );
    expect(modules.length).toBeGreaterThan(300);
    const importing = modules.filter((path) =>
      /from "@opentelemetry\//.test(readFileSync(`${root}${path}`, "utf8")),
    );
    expect(importing).toEqual([]);
  });
});
