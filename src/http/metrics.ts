import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { MemoryType } from "../memory/model/record.js";
import type { Survey } from "../memory/lifecycle/survey.js";
import type { RecallStage } from "../memory/services.js";

const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Kinds of requests that may keep each other waiting, but not those of another kind. */
export type LaneName = "search" | "write" | "direct";

export interface Metrics {
  readonly registry: Registry;
  request(method: string, route: string, status: number, seconds: number): void;
  recallStage(stage: RecallStage, seconds: number): void;
  redis(answered: boolean, seconds: number): void;
  embedding(kind: "query" | "passage", outcome: "ok" | "error", texts: number, seconds: number): void;
  workerError(
    worker: "embedding" | "publication" | "trust" | "promotion" | "consolidation" | "upgrade" | "erasure",
  ): void;
  /** Memories deleted by forget policies. */
  forgotten(count: number): void;
  /** A request that was refused because too many of its kind were waiting. */
  overloaded(lane: LaneName): void;
  /** A request without a valid key. */
  unauthenticated(): void;
}

export interface MetricsOptions {
  readonly redisUp: () => boolean;
  /** What is wrong with Redis; undefined: nothing is known to be. */
  readonly redisFault: () => string | undefined;
  /** By which of its settings Redis may lose data, as codes. */
  readonly redisHazards: () => readonly string[];
  readonly countWatchers: () => number;
  /** Asked when somebody scrapes; undefined while nothing is known. */
  readonly survey: () => Survey | undefined;
  /** Asked at most once in a few seconds, when somebody scrapes. */
  readonly countMemories: () => Promise<Readonly<Record<MemoryType, number>>>;
}

/** All series, declared in one place, in a registry of their own: two services in one process don't share numbers. */
export function createMetrics({
  redisUp,
  redisFault,
  redisHazards,
  countWatchers,
  countMemories,
  survey,
}: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "mneme_http_request_duration_seconds",
    help: "HTTP requests by method, route pattern and status.",
    labelNames: ["method", "route", "status"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const recall = new Histogram({
    name: "mneme_recall_stage_duration_seconds",
    help: "Duration of each phase of a recall.",
    labelNames: ["stage"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const redis = new Histogram({
    name: "mneme_redis_duration_seconds",
    help: "Round trips to Redis by outcome: ok, or away (no connection, or no answer in time).",
    labelNames: ["outcome"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const embeddings = new Histogram({
    name: "mneme_embedding_duration_seconds",
    help: "Calls to the embedder by kind and outcome.",
    labelNames: ["kind", "outcome"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const embedded = new Counter({
    name: "mneme_embedded_texts_total",
    help: "Texts handed to the embedder.",
    labelNames: ["kind", "outcome"],
    registers,
  });
  const workerErrors = new Counter({
    name: "mneme_worker_errors_total",
    help: "Unexpected failures of background work.",
    labelNames: ["worker"],
    registers,
  });
  const strangers = new Counter({
    name: "mneme_unauthenticated_requests_total",
    help: "Requests refused for lack of a valid API key. The audit trail records only some of them.",
    registers,
  });
  const overloaded = new Counter({
    name: "mneme_overloaded_requests_total",
    help: "Requests refused because too many of their kind were waiting.",
    labelNames: ["lane"],
    registers,
  });
  const forgotten = new Counter({
    name: "mneme_forgotten_memories_total",
    help: "Memories deleted by forget policies.",
    registers,
  });
  const seriesOf = createSeries();
  registerGauge(registers, "mneme_redis_up", "1 while Redis can be reached.", () => (redisUp() ? 1 : 0));
  registerGauge(registers, "mneme_state_watchers", "Clients that follow changes of state.", countWatchers);
  registerReasons(registers, "mneme_redis_fault", "1 for the fault that Redis has, by reason.", () => {
    const reason = redisFault();
    return reason === undefined ? [] : [reason];
  });
  registerReasons(
    registers,
    "mneme_redis_hazard",
    "1 for each setting by which Redis may lose acknowledged data, by reason.",
    redisHazards,
  );
  registerMemoryCounts(registers, countMemories);
  registerSurvey(registers, survey);
  return {
    registry,
    request: (method, route, status, seconds) =>
      seriesOf(requests, method, route, String(status)).observe(seconds),
    recallStage: (stage, seconds) => seriesOf(recall, stage).observe(seconds),
    redis: (answered, seconds) => seriesOf(redis, answered ? "ok" : "away").observe(seconds),
    embedding(kind, outcome, texts, seconds) {
      embeddings.observe({ kind, outcome }, seconds);
      embedded.inc({ kind, outcome }, texts);
    },
    workerError: (worker) => workerErrors.inc({ worker }),
    forgotten: (count) => forgotten.inc(count),
    overloaded: (lane) => overloaded.inc({ lane }),
    unauthenticated: () => strangers.inc(),
  };
}

/** A metric's series by its label values, found once: prom-client sorts and joins the labels at each observation. */
function createSeries() {
  const known = new Map<Histogram, Map<string, Histogram.Internal<string>>>();
  return (histogram: Histogram, ...values: string[]): Histogram.Internal<string> => {
    const series = known.get(histogram) ?? new Map<string, Histogram.Internal<string>>();
    known.set(histogram, series);
    const key = values.join(" ");
    const found = series.get(key) ?? histogram.labels(...values);
    series.set(key, found);
    return found;
  };
}

function registerGauge(registers: Registry[], name: string, help: string, ask: () => number): void {
  const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(ask()) });
}

/** A series for each reason that there is now, and none where there is none. */
function registerReasons(
  registers: Registry[],
  name: string,
  help: string,
  current: () => readonly string[],
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: ["reason"],
    registers,
    collect() {
      gauge.reset();
      for (const reason of current()) gauge.set({ reason }, 1);
    },
  });
}

const COUNT_EVERY_MS = 5000;

function registerMemoryCounts(registers: Registry[], countMemories: MetricsOptions["countMemories"]): void {
  let counted = -Infinity;
  const gauge = new Gauge({
    name: "mneme_memories",
    help: "Memories in the index by type.",
    labelNames: ["memory_type"],
    registers,
    async collect() {
      if (performance.now() - counted < COUNT_EVERY_MS) return;
      counted = performance.now();
      try {
        for (const [type, count] of Object.entries(await countMemories()))
          gauge.set({ memory_type: type }, count);
      } catch {
        // Redis is away: mneme_redis_up says so. No number is better than an old one.
        gauge.reset();
      }
    },
  });
}

function registerSurvey(registers: Registry[], survey: () => Survey | undefined): void {
  const gauge = (
    name: string,
    help: string,
    label: string,
    values: (found: Survey) => readonly (readonly [label: string, value: number])[],
  ): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        made.reset();
        const found = survey();
        for (const [value, number] of found === undefined ? [] : values(found))
          made.set({ [label]: value }, number);
      },
    });
  };
  gauge(
    "mneme_memory_bytes",
    "Bytes of memories by type. Updated every few minutes.",
    "memory_type",
    (found) => Object.entries(found.bytesByType),
  );
  for (const what of ["memories", "bytes"] as const) {
    const help = `Superseded memories by type, counted in ${what}. Updated every few minutes.`;
    gauge(`mneme_superseded_${what}`, help, "memory_type", ({ superseded }) =>
      Object.entries(superseded).map(([type, amount]) => [type, amount[what]] as const),
    );
  }
  gauge(
    "mneme_ended_memories",
    "Memories that have ended, by cause. Updated every few minutes.",
    "by",
    (found) => [["expiry", found.expired]],
  );
  for (const what of ["memories", "bytes"] as const) {
    const help = `Size of the largest MNEME_METRICS_NAMESPACES namespaces, in ${what}. Updated every few minutes.`;
    gauge(`mneme_namespace_${what}`, help, "namespace", ({ largest }) =>
      largest.map((each) => [each.namespace, each[what]] as const),
    );
  }
}
