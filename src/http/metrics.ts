import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Aggregator, MetricObjectWithValues, MetricValue } from "prom-client";
import type { MemoryType } from "../memory/model/record.js";
import type { ArchiveEvent } from "../memory/archive/deps.js";
import type { Survey } from "../memory/lifecycle/survey.js";
import type { RecallStage } from "../memory/services.js";
import type { LaneName } from "./route-traits.js";

const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The series of one process. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** Processes that serve on the same port: a scrape reaches any of them. */
export interface Siblings {
  /** Takes what gives this process's own series. */
  share(own: () => Promise<MetricsSnapshot>): void;
  /** The series of all of them, this one's too. */
  all(): Promise<readonly MetricsSnapshot[]>;
}

export interface Metrics {
  readonly contentType: string;
  /** All series as a scrape gets them; of several processes, added up. */
  text(): Promise<string>;
  request(method: string, route: string, status: number, seconds: number): void;
  recallStage(stage: RecallStage, seconds: number): void;
  redis(answered: boolean, seconds: number): void;
  embedding(kind: "query" | "passage", outcome: "ok" | "error", texts: number, seconds: number): void;
  /** `late`: the caller had no more time. */
  reranking(outcome: "ok" | "error" | "late", seconds: number): void;
  workerError(
    worker:
      | "embedding"
      | "publication"
      | "trust"
      | "promotion"
      | "consolidation"
      | "migration"
      | "upgrade"
      | "deletion"
      | "erasure"
      | "retention"
      | "originals"
      | "archive",
  ): void;
  /** Memories deleted by forget policies. */
  forgotten(count: number): void;
  /** What namespaces' retention deleted. */
  retired(kind: string, count: number): void;
  /** What was done with archived memories and their segments. */
  archive(event: ArchiveEvent, count?: number): void;
  /** A request that was refused because too many of its kind were waiting. */
  overloaded(lane: LaneName): void;
  /** A request without a valid key. */
  unauthenticated(): void;
}

export interface MetricsOptions {
  readonly redisUp: () => boolean;
  /** Redis's known fault; undefined: none is known. */
  readonly redisFault: () => string | undefined;
  /** The embedder's known fault; undefined: none is known. */
  readonly embedderFault: () => string | undefined;
  /** The reranker's known fault; undefined: none is known. */
  readonly rerankerFault: () => string | undefined;
  /** Codes of the settings with which Redis may lose data. */
  readonly redisHazards: () => readonly string[];
  readonly countWatchers: () => number;
  /** Called on each scrape; undefined while nothing is known. */
  readonly survey: () => Survey | undefined;
  /** Called on a scrape, at most once in a few seconds. */
  readonly countMemories: () => Promise<Readonly<Record<MemoryType, number>>>;
  /** Undefined: this process serves alone. */
  readonly siblings?: Siblings | undefined;
}

/** Durations, in seconds. */
const DURATIONS = {
  requests: {
    name: "mneme_http_request_duration_seconds",
    help: "HTTP requests by method, route pattern and status.",
    labelNames: ["method", "route", "status"],
  },
  recall: {
    name: "mneme_recall_stage_duration_seconds",
    help: "Duration of each phase of a recall.",
    labelNames: ["stage"],
  },
  redis: {
    name: "mneme_redis_duration_seconds",
    help: "Round trips to Redis by outcome: ok, or away (no connection, or no answer in time).",
    labelNames: ["outcome"],
  },
  embeddings: {
    name: "mneme_embedding_duration_seconds",
    help: "Calls to the embedder by kind and outcome.",
    labelNames: ["kind", "outcome"],
  },
  reranks: {
    name: "mneme_rerank_duration_seconds",
    help: "Calls to the reranker by outcome: ok, error, or late (the recall had no more time).",
    labelNames: ["outcome"],
  },
} as const;

const COUNTS = {
  embedded: {
    name: "mneme_embedded_texts_total",
    help: "Texts handed to the embedder.",
    labelNames: ["kind", "outcome"],
  },
  workerErrors: {
    name: "mneme_worker_errors_total",
    help: "Unexpected failures of background work.",
    labelNames: ["worker"],
  },
  strangers: {
    name: "mneme_unauthenticated_requests_total",
    help: "Requests refused for lack of a valid API key. The audit trail records only some of them.",
    labelNames: [],
  },
  overloaded: {
    name: "mneme_overloaded_requests_total",
    help: "Requests refused because too many of their kind were waiting.",
    labelNames: ["lane"],
  },
  forgotten: {
    name: "mneme_forgotten_memories_total",
    help: "Memories deleted by forget policies.",
    labelNames: [],
  },
  retired: {
    name: "mneme_retention_deleted_total",
    help: "Memories, old versions, sessions and changes of state deleted because their retention ended.",
    labelNames: ["kind"],
  },
  archive: {
    name: "mneme_archive_events_total",
    help: "Memories archived and restored; segments read, rewritten, deleted, and those that couldn't be read.",
    labelNames: ["event"],
  },
} as const;

/** A gauge that is read on each scrape. */
interface AskedGauge {
  readonly name: string;
  readonly help: string;
  /** Undefined: there is one number without a label. */
  readonly label?: string;
  /** What several processes know together. Undefined: the highest, as all look at the same Redis. */
  readonly together?: Aggregator;
  readonly read: () => readonly (readonly [label: string, value: number])[];
}

const gaugesOf = ({
  redisUp,
  redisFault,
  redisHazards,
  embedderFault,
  rerankerFault,
  countWatchers,
  survey,
}: MetricsOptions): readonly AskedGauge[] => {
  const surveyed = (of: (found: Survey) => ReturnType<AskedGauge["read"]>) => () => {
    const found = survey();
    return found === undefined ? [] : of(found);
  };
  const amounts = ["memories", "bytes"] as const;
  return [
    {
      name: "mneme_redis_up",
      help: "1 while Redis can be reached.",
      together: "min",
      read: () => [["", redisUp() ? 1 : 0]],
    },
    {
      name: "mneme_state_watchers",
      help: "Clients that follow changes of state.",
      together: "sum",
      read: () => [["", countWatchers()]],
    },
    {
      name: "mneme_redis_fault",
      help: "1 for the fault that Redis has, by reason.",
      label: "reason",
      read: () => {
        const reason = redisFault();
        return reason === undefined ? [] : [[reason, 1]];
      },
    },
    {
      name: "mneme_redis_hazard",
      help: "1 for each setting by which Redis may lose acknowledged data, by reason.",
      label: "reason",
      read: () => redisHazards().map((reason) => [reason, 1]),
    },
    {
      name: "mneme_embedder_fault",
      help: "1 for the fault that the embedder has, by reason.",
      label: "reason",
      read: () => {
        const reason = embedderFault();
        return reason === undefined ? [] : [[reason, 1]];
      },
    },
    {
      name: "mneme_reranker_fault",
      help: "1 for the fault that the reranker has, by reason.",
      label: "reason",
      read: () => {
        const reason = rerankerFault();
        return reason === undefined ? [] : [[reason, 1]];
      },
    },
    {
      name: "mneme_memory_bytes",
      help: "Bytes of memories by type. Updated every few minutes.",
      label: "memory_type",
      read: surveyed(({ bytesByType }) => Object.entries(bytesByType)),
    },
    ...amounts.map((what) => ({
      name: `mneme_superseded_${what}`,
      help: `Superseded memories by type, counted in ${what}. Updated every few minutes.`,
      label: "memory_type",
      read: surveyed(({ superseded }) =>
        Object.entries(superseded).map(([type, amount]) => [type, amount[what]]),
      ),
    })),
    {
      name: "mneme_kept_bytes",
      help: "Bytes that calls left behind in namespaces with memories, by kind. Updated every few minutes.",
      label: "kind",
      read: surveyed(({ keptBytes }) => Object.entries(keptBytes)),
    },
    {
      name: "mneme_redis_memory_bytes",
      help: "Bytes that Redis uses (used) and may use (maximum; 0: unlimited). Updated every few minutes.",
      label: "kind",
      read: surveyed(({ redisMemory }) => Object.entries(redisMemory)),
    },
    {
      name: "mneme_ended_memories",
      help: "Memories that have ended, by cause. Updated every few minutes.",
      label: "by",
      read: surveyed(({ expired }) => [["expiry", expired]]),
    },
    ...amounts.map((what) => ({
      name: `mneme_namespace_${what}`,
      help: `Size of the largest MNEME_METRICS_NAMESPACES namespaces, in ${what}. Updated every few minutes.`,
      label: "namespace",
      read: surveyed(({ largest }) => largest.map((each) => [each.namespace, each[what]])),
    })),
  ];
};

/** All series, declared in one place, in a registry of their own: two services in one process don't share numbers. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = mapped(
    DURATIONS,
    (series) => new Histogram<string>({ ...series, buckets: LATENCY_BUCKETS, registers }),
  );
  const counts = mapped(COUNTS, (series) => new Counter<string>({ ...series, registers }));
  const seriesOf = createSeries();
  for (const gauge of gaugesOf(options)) registerGauge(registers, gauge);
  registerMemoryCounts(registers, options.countMemories);
  const { siblings } = options;
  siblings?.share(() => registry.getMetricsAsJSON());
  return {
    contentType: registry.contentType,
    text: async () =>
      siblings === undefined
        ? registry.metrics()
        : AggregatorRegistry.aggregate([...(await siblings.all())]).metrics(),
    request: (method, route, status, seconds) =>
      seriesOf(durations.requests, method, route, String(status)).observe(seconds),
    recallStage: (stage, seconds) => seriesOf(durations.recall, stage).observe(seconds),
    redis: (answered, seconds) => seriesOf(durations.redis, answered ? "ok" : "away").observe(seconds),
    embedding(kind, outcome, texts, seconds) {
      durations.embeddings.observe({ kind, outcome }, seconds);
      counts.embedded.inc({ kind, outcome }, texts);
    },
    reranking: (outcome, seconds) => durations.reranks.observe({ outcome }, seconds),
    workerError: (worker) => counts.workerErrors.inc({ worker }),
    forgotten: (count) => counts.forgotten.inc(count),
    retired: (kind, count) => counts.retired.inc({ kind }, count),
    archive: (event, count = 1) => counts.archive.inc({ event }, count),
    overloaded: (lane) => counts.overloaded.inc({ lane }),
    unauthenticated: () => counts.strangers.inc(),
  };
}

/** One made of each entry, under its name: so the names are those of the table. */
function mapped<Name extends string, Declared, Made>(
  table: Readonly<Record<Name, Declared>>,
  make: (declared: Declared) => Made,
): Record<Name, Made> {
  const made = Object.entries<Declared>(table).map(([name, declared]) => [name, make(declared)]);
  return Object.fromEntries(made) as Record<Name, Made>;
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

/** Series that there are no longer go at each scrape. */
function registerGauge(registers: Registry[], asked: AskedGauge): void {
  const { name, help, label, together = "max", read } = asked;
  const gauge: Gauge = new Gauge({
    name,
    help,
    aggregator: together,
    labelNames: label === undefined ? [] : [label],
    registers,
    collect() {
      gauge.reset();
      for (const [value, number] of read()) gauge.set(label === undefined ? {} : { [label]: value }, number);
    },
  });
}

const COUNT_EVERY_MS = 5000;

function registerMemoryCounts(registers: Registry[], countMemories: MetricsOptions["countMemories"]): void {
  let counted = -Infinity;
  const gauge = new Gauge({
    name: "mneme_memories",
    help: "Memories in the index by type.",
    aggregator: "max",
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
