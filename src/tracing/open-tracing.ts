import type * as Otel from "@opentelemetry/api";
import type { Attributes, Context, Span as OtelSpan, TextMapGetter, Tracer } from "@opentelemetry/api";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "pino";
import type { Span } from "../domain/tracing.js";
import type { RequestSpan, Tracing } from "./tracing.js";

type Api = typeof Otel;

/**
 * Sends a trace of each request to an OpenTelemetry collector, by OTLP over HTTP. Where to, which ones and how many
 * together: OpenTelemetry's SDK reads that from the standard variables `OTEL_*`.
 *
 * Loaded only if it is wanted. Nothing is registered globally, so no library adds spans or attributes of its own.
 */
export async function openTracing(release: string, logger: Logger): Promise<Tracing> {
  const [api, core, resources, sdk, otlp] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/core"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace-base"),
    import("@opentelemetry/exporter-trace-otlp-http"),
  ]);
  const own = resources.resourceFromAttributes({ "service.name": "mneme", "service.version": release });
  const told = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new sdk.BasicTracerProvider({
    resource: resources.defaultResource().merge(own).merge(told),
    spanProcessors: [new sdk.BatchSpanProcessor(reported(new otlp.OTLPTraceExporter(), logger))],
  });
  const tracer = provider.getTracer("mneme", release);
  const propagator = new core.W3CTraceContextPropagator();
  return {
    request(method, route, header) {
      const parent = propagator.extract(api.ROOT_CONTEXT, header, HEADERS);
      const attributes = { "http.request.method": method, "http.route": route };
      const options = { kind: api.SpanKind.SERVER, attributes };
      const span = tracer.startSpan(`${method} ${route}`, options, parent);
      return { ...spanOf(api, tracer, parent, span), answered: answeredOf(api, span) };
    },
    // What can't be sent in time is lost: a collector that hangs mustn't keep the process.
    close: () => provider.shutdown().catch(() => {}),
  };
}

const HEADERS: TextMapGetter<(name: string) => string | undefined> = {
  keys: () => [],
  get: (header, name) => header(name),
};

function spanOf(api: Api, tracer: Tracer, parent: Context, span: OtelSpan): Span {
  const context = api.trace.setSpan(parent, span);
  return {
    traceId: span.spanContext().traceId,
    begin: (stage, facts) =>
      spanOf(api, tracer, context, tracer.startSpan(stage, { attributes: named(facts) }, context)),
    end(failure) {
      if (failure !== undefined) {
        span.setAttribute("error.type", failure);
        span.setStatus({ code: api.SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

const answeredOf =
  (api: Api, span: OtelSpan): RequestSpan["answered"] =>
  (status, requestId) => {
    span.setAttributes({ "http.response.status_code": status, "mneme.request_id": requestId });
    // By OpenTelemetry's conventions, a refusal isn't the server's error.
    if (status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR });
    span.end();
  };

const named = (facts: Readonly<Record<string, string | number>>): Attributes =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`mneme.${name}`, value]));

/** Says in the log when traces begin to be lost, and when they arrive again. */
function reported(exporter: SpanExporter, logger: Logger): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !failing) logger.warn("traces can't be sent to the OpenTelemetry collector");
        if (!failed && failing) logger.info("traces arrive at the OpenTelemetry collector again");
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
