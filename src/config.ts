import { fileURLToPath } from "node:url";
import { z } from "zod";
import { LIMITS } from "./domain/limits.js";
import { LOCAL_MODELS, otherLocalModel } from "./embeddings/local-models.js";
import type { LocalModel } from "./embeddings/local-models.js";
import { nearest } from "./domain/nearest.js";
import type { MemoryType } from "./memory/model/record.js";
import { TOOL_SETS } from "./mcp/tool-sets.js";
import type { ToolSet } from "./mcp/tool-sets.js";
import { RedisUrlError, SEVERAL, readRedisUrl } from "./domain/redis-url.js";
import { RERANKER_APIS } from "./reranking/api.js";
import type { RerankerApi } from "./reranking/api.js";
import { schemaMessage } from "./schema-messages.js";
import { StartError } from "./start-error.js";

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** Allows use without a key, from anywhere. */
  readonly allowAnonymous: boolean;
  /** Requests a minute of a key that has no limit of its own; undefined: any number. */
  readonly rateLimitPerMinute: number | undefined;
  /** Requests a second that one address may go on making to routes that need no key. */
  readonly openRequestsPerSecond: number;
  /** How long the body of a request may take to arrive. */
  readonly bodyTimeoutMs: number;
  /** How long a client may take nothing of an answer that is ready for it. */
  readonly sendTimeoutMs: number;
  /** Where clients reach the service, if a proxy hides that: an origin; undefined: as requests name it. */
  readonly publicUrl: string | undefined;
  readonly redis: {
    readonly url: string;
    readonly timeoutMs: number;
    readonly keyPrefix: string;
    /** It may delete by itself what it has acknowledged. */
    readonly mayEvict: boolean;
    /** Recall searches on replicas where there are any that are up to date. */
    readonly recallFromReplicas: boolean;
  };
  readonly embedding: EmbeddingConfig;
  /** A second model, to change the store's to or from; undefined: none. */
  readonly secondEmbedding: EmbeddingConfig | undefined;
  /** The reranker, for recalls that ask for it; undefined: nothing does. */
  readonly reranker: RerankerConfig | undefined;
  /** The model that summarises; undefined: none, so sentences are chosen instead. */
  readonly llm: LlmConfig | undefined;
  /** Where prompts and answers of the chat model are traced; undefined: no tracing. */
  readonly tracing: "langsmith" | undefined;
  /** Whether traces of requests go to an OpenTelemetry collector. */
  readonly otel: boolean;
  /** Whether the explorer is served at `/`. */
  readonly explorer: boolean;
  /** How long a vector stays in the cache, in seconds. */
  readonly embeddingCacheSeconds: number;
  /** How long the service still answers after a signal to end. */
  readonly drainSeconds: number;
  /** How long a request may wait for its turn. */
  readonly queueMs: number;
  /** Requests that search, done at once; undefined: as the embedder can take. */
  readonly searchesMax: number | undefined;
  /** `replicas`: how many of each master must have a write on their disks too. */
  readonly durable: { readonly always: boolean; readonly timeoutMs: number; readonly replicas: number };
  /** Cosine similarity from which two memories may say the same; undefined: as measured for the model, if it was. */
  readonly corroborationSimilarity: number | undefined;
  /** How long superseded versions of state, and its changes, are kept. */
  readonly stateHistorySeconds: number;
  readonly watch: {
    /** Open at once in this process. */
    readonly max: number;
    /** Open at once in this process with one key. */
    readonly perKey: number;
    readonly heartbeatMs: number;
    /** The longest that a client may take to read what it is sent before it is cut off. */
    readonly sendMs: number;
  };
  /** How long the receipt of a recall is kept; undefined: none is. */
  readonly receiptRetentionDays: number | undefined;
  /** How long a run of consolidation is kept, and can be undone. */
  readonly consolidationRetentionDays: number;
  /** How long a superseded version of a memory is kept; undefined: as long as the memory. */
  readonly versionRetentionMs: number | undefined;
  /** Of this, the keys for tokens of personal data are made, and for their originals; undefined: originals are kept as they are. */
  readonly piiSecret: string | undefined;
  readonly piiSweepSeconds: number;
  /** Where old episodes go; undefined: nowhere. */
  readonly archive: ArchiveConfig | undefined;
  /** How long an entry of the audit trail is kept. */
  readonly auditRetentionDays: number;
  /** Default quota of a namespace; null: unlimited. */
  readonly quota: { readonly memories: number | null; readonly bytes: number | null };
  /** Defaults for sessions, where a namespace's settings have none. */
  readonly session: {
    readonly ttlSeconds: number;
    readonly windowMessages: number;
    readonly windowTokens: number;
  };
  readonly defaultTtl: Readonly<Record<MemoryType, number | null>>;
  /** The longest life of a decaying memory, as a multiple of its life without uses. */
  readonly maxLives: number;
  /** Number of largest namespaces that the metrics list by name. */
  readonly metricsNamespaces: number;
  /** Which tools MCP clients see. */
  readonly mcpTools: ToolSet;
  /** Default recency of a recall. */
  readonly recency: { readonly halfLifeDays: number; readonly weight: number };
}

interface LocalEmbeddingConfig {
  readonly provider: "local";
  readonly model: LocalModel;
  readonly modelDir: string;
  readonly runtimeDir: string | undefined;
}

export type EmbeddingConfig =
  | { readonly provider: "none" }
  | LocalEmbeddingConfig
  | {
      readonly provider: "openai";
      readonly apiKey: string;
      readonly baseURL: string | undefined;
      readonly model: string;
      readonly dimensions: number | undefined;
      readonly timeoutMs: number;
    };

export type ArchiveConfig =
  | { readonly kind: "directory"; readonly folder: string }
  | {
      readonly kind: "bucket";
      readonly bucket: string;
      readonly prefix: string;
      /** Undefined: Amazon's own, in the region. */
      readonly endpoint: string | undefined;
      readonly region: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly timeoutMs: number;
    };

export type RerankerConfig =
  | {
      readonly kind: "http";
      readonly url: string;
      readonly api: RerankerApi;
      readonly apiKey: string | undefined;
      readonly model: string | undefined;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: "local";
      readonly modelDir: string;
      readonly runtimeDir: string | undefined;
      readonly timeoutMs: number;
    };

export interface LlmConfig {
  readonly apiKey: string;
  readonly baseURL: string | undefined;
  readonly model: string;
  readonly timeoutMs: number;
}

/** Every wrong value at once, each with the name of its variable. Values are not shown: one may be a secret. */
export class ConfigError extends StartError {
  override readonly name = "ConfigError";
}

const DAY_SECONDS = 24 * 3600;

const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

const quota = z.coerce.number().int().min(0).max(LIMITS.quota).nullable().default(null);

/** Seconds; empty or missing: no expiry. */
const ttl = z.coerce.number().int().min(1).max(LIMITS.ttlSeconds).nullable().default(null);

function hasUser(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}

/** Undefined where there is more than an origin. */
function originOnly(url: string): string | undefined {
  const { origin, href } = new URL(url);
  return href === `${origin}/` ? origin : undefined;
}

const environment = z
  .object({
    HOST: z.string().default("127.0.0.1"),
    PORT: integer(8080, 0, 65_535),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    REDIS_URL: z
      .string("Must be set, for example to redis://127.0.0.1:6379. Or use `npm start`, which finds a Redis.")
      .regex(/^(rediss?|unix|rediss?\+(?:cluster|sentinel)):\/\//, {
        error:
          "Must begin with redis://, rediss:// or unix://; or redis+cluster://, redis+sentinel:// and their forms with rediss+.",
        abort: true,
      })
      .superRefine((url, context) => {
        const wrong = faultOfSeveral(url);
        if (wrong !== undefined) context.addIssue({ code: "custom", message: wrong });
      })
      .refine(
        isRedisUrl,
        "Must be a URL. Special characters in the user name or the password must be percent-encoded.",
      )
      .refine(
        namesNoDatabase,
        "Must not name a database: Redis searches in database 0 only. To share a Redis, give each mneme its own MNEME_KEY_PREFIX.",
      ),
    MNEME_KEY_PREFIX: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, "Must be 1 to 64 letters, digits, '_' or '-'.")
      .default("mneme"),
    // Below what a search has: Redis would answer it with a part of the hits, and not say so.
    MNEME_REDIS_TIMEOUT_MS: integer(750, 50, 4_000),
    MNEME_ALLOW_EVICTION: z.enum(["0", "1"]).default("0"),
    MNEME_EMBEDDER: z.enum(["local", "openai", "none"]).optional(),
    MNEME_LOCAL_MODEL: z.enum(LOCAL_MODELS).default("english"),
    MNEME_MODEL_DIR: z.string().optional(),
    MNEME_RUNTIME_DIR: z.string().optional(),
    OPENAI_API_KEY: z.string().optional(),
    OPENAI_BASE_URL: z.url("Must be a URL.").optional(),
    MNEME_EMBEDDING_MODEL: z.string().default("text-embedding-3-small"),
    MNEME_EMBEDDING_DIMENSIONS: z.coerce.number().int().min(8).max(4096).optional(),
    MNEME_EMBEDDING_SECOND: z.enum(["local", "openai"]).optional(),
    MNEME_EMBEDDING_SECOND_API_KEY: z.string().optional(),
    MNEME_EMBEDDING_SECOND_BASE_URL: z.url("Must be a URL.").optional(),
    MNEME_EMBEDDING_SECOND_MODEL: z.string().default("text-embedding-3-small"),
    MNEME_EMBEDDING_SECOND_MODEL_DIR: z.string().optional(),
    MNEME_EMBEDDING_SECOND_DIMENSIONS: z.coerce.number().int().min(8).max(4096).optional(),
    MNEME_EMBEDDING_TIMEOUT_MS: integer(10_000, 100, 120_000),
    MNEME_RERANKER_URL: z
      .url({ protocol: /^https?$/, error: "Must be a URL with http or https.", abort: true })
      .refine((url) => !hasUser(url), "Must have no user: set MNEME_RERANKER_API_KEY.")
      .optional(),
    MNEME_RERANKER_FORMAT: z.enum(RERANKER_APIS).default("cohere"),
    MNEME_RERANKER_API_KEY: z.string().optional(),
    MNEME_RERANKER_MODEL: z.string().optional(),
    MNEME_RERANKER_TIMEOUT_MS: integer(2_000, 50, 60_000),
    MNEME_RERANKER_DIR: z.string().optional(),
    MNEME_CORROBORATION_SIMILARITY: z.coerce.number().min(0.5).max(1).optional(),
    MNEME_LLM: z.enum(["openai", "none"]).optional(),
    MNEME_LLM_MODEL: z.string().default("gpt-4o-mini"),
    MNEME_LLM_TIMEOUT_MS: integer(20_000, 100, 120_000),
    MNEME_OTEL: z.enum(["0", "1"]).default("0"),
    MNEME_EXPLORER: z.enum(["0", "1"]).default("1"),
    MNEME_TRACING: z.enum(["langsmith"]).optional(),
    MNEME_EMBEDDING_CACHE_SECONDS: integer(24 * 3600, 1, 365 * 24 * 3600),
    MNEME_TTL_EPISODIC_SECONDS: ttl,
    MNEME_TTL_SEMANTIC_SECONDS: ttl,
    MNEME_TTL_PROCEDURAL_SECONDS: ttl,
    MNEME_DECAY_MAX_LIVES: integer(32, 1, 1000),
    MNEME_METRICS_NAMESPACES: integer(0, 0, 1000),
    MNEME_RECENCY_WEIGHT: z.coerce.number().min(0).max(1).default(0),
    MNEME_RECENCY_HALF_LIFE_DAYS: z.coerce.number().min(0.001).max(36_500).default(30),
    MNEME_SESSION_TTL_SECONDS: integer(7 * 24 * 3600, 1, LIMITS.ttlSeconds),
    MNEME_SESSION_WINDOW_MESSAGES: integer(40, 2, LIMITS.windowMessages),
    MNEME_SESSION_WINDOW_TOKENS: integer(4000, 1, LIMITS.windowTokens),
    MNEME_DRAIN_SECONDS: integer(0, 0, 600),
    MNEME_QUEUE_MS: integer(1000, 0, 60_000),
    MNEME_MCP_TOOLS: z.enum(TOOL_SETS).default("core"),
    MNEME_SEARCHES_MAX: z.coerce.number().int().min(1).max(1000).optional(),
    MNEME_DURABLE: z.enum(["0", "1"]).default("0"),
    MNEME_DURABLE_TIMEOUT_MS: integer(3000, 10, 60_000),
    MNEME_RECALL_FROM: z.enum(["primary", "replica"]).default("primary"),
    MNEME_DURABLE_REPLICAS: z.coerce.number().int().min(0).max(10).optional(),
    MNEME_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).max(LIMITS.requestsPerMinute).optional(),
    MNEME_OPEN_REQUESTS_PER_SECOND: integer(50, 1, 100_000),
    MNEME_BODY_TIMEOUT_MS: integer(30_000, 100, 3_600_000),
    MNEME_SEND_TIMEOUT_MS: integer(30_000, 100, 3_600_000),
    MNEME_PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: "Must be a URL with http or https." })
      .refine((url) => originOnly(url) !== undefined, "Must have no user, path, query or fragment.")
      .transform(originOnly)
      .optional(),
    MNEME_QUOTA_MEMORIES: quota,
    MNEME_QUOTA_BYTES: quota,
    STATE_HISTORY_SECONDS: integer(7 * 24 * 3600, 1, 10 * 365 * 24 * 3600),
    MNEME_WATCHERS_MAX: integer(1000, 1, 100_000),
    MNEME_WATCHERS_PER_KEY: integer(100, 1, 100_000),
    MNEME_WATCH_HEARTBEAT_MS: integer(15_000, 50, 300_000),
    MNEME_WATCH_SEND_MS: integer(10_000, 50, 300_000),
    RECEIPT_RETENTION_DAYS: integer(30, 0, 3650),
    CONSOLIDATION_RETENTION_DAYS: integer(90, 1, 3650),
    // Seconds at least: a version that ends at once would be none.
    VERSION_RETENTION_DAYS: z.coerce
      .number()
      .min(1 / DAY_SECONDS)
      .max(3650)
      .optional(),
    // More often, a sweep could delete an original between its writing and that of the text that shows its token.
    MNEME_PII_SWEEP_SECONDS: integer(3600, LIMITS.tokenRestSeconds, 30 * DAY_SECONDS),
    MNEME_ARCHIVE: z
      .string()
      .refine(
        (url) => archivePlaceOf(url) !== undefined,
        "Must be file:///an/absolute/directory, or s3://bucket or s3://bucket/prefix, with letters, digits, '.', '_' and '-'.",
      )
      .optional(),
    MNEME_ARCHIVE_ENDPOINT: z
      .url({ protocol: /^https?$/, error: "Must be a URL with http or https." })
      .optional(),
    MNEME_ARCHIVE_REGION: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, "Must be 1 to 64 lower-case letters, digits or '-'.")
      .default("us-east-1"),
    MNEME_ARCHIVE_ACCESS_KEY_ID: z.string().optional(),
    MNEME_ARCHIVE_SECRET_ACCESS_KEY: z.string().optional(),
    MNEME_ARCHIVE_TIMEOUT_MS: integer(10_000, 100, 120_000),
    MNEME_PII_SECRET: z.string().min(32, "Must have 32 characters at least.").optional(),
    AUDIT_RETENTION_DAYS: integer(30, 1, 3650),
    MNEME_ALLOW_ANONYMOUS: z.enum(["0", "1"]).default("0"),
  })
  .superRefine((env, context) => {
    const complain = (name: string, message: string) =>
      context.addIssue({ code: "custom", path: [name], message });
    const provider = providerOf(env);
    const second = env.MNEME_EMBEDDING_SECOND;
    if ((provider === "local" || second === "local") && env.MNEME_MODEL_DIR === undefined) {
      complain(
        "MNEME_MODEL_DIR",
        "Must name the folder of the local model. Or use `npm start`, which fetches the model.",
      );
    }
    if (provider === "local" && second === "local" && env.MNEME_EMBEDDING_SECOND_MODEL_DIR === undefined) {
      complain(
        "MNEME_EMBEDDING_SECOND_MODEL_DIR",
        "Must name the folder of the other local model. Or use `npm start`, which fetches the model.",
      );
    }
    if (provider === "openai" && env.OPENAI_API_KEY === undefined) {
      complain("OPENAI_API_KEY", "Must be set for MNEME_EMBEDDER=openai.");
    }
    if (env.MNEME_LLM === "openai" && env.OPENAI_API_KEY === undefined) {
      complain("OPENAI_API_KEY", "Must be set for MNEME_LLM=openai.");
    }
    if (second === "openai" && (env.MNEME_EMBEDDING_SECOND_API_KEY ?? env.OPENAI_API_KEY) === undefined) {
      complain("MNEME_EMBEDDING_SECOND_API_KEY", "Must be set for MNEME_EMBEDDING_SECOND=openai.");
    }
    if (second !== undefined && provider === "none") {
      complain("MNEME_EMBEDDING_SECOND", "Must not be set with MNEME_EMBEDDER=none.");
    }
    if (env.MNEME_RERANKER_URL !== undefined && env.MNEME_RERANKER_DIR !== undefined) {
      complain("MNEME_RERANKER_DIR", "Must not be set with MNEME_RERANKER_URL: there is one reranker.");
    }
    if (archivePlaceOf(env.MNEME_ARCHIVE ?? "")?.kind === "bucket") {
      for (const name of ["MNEME_ARCHIVE_ACCESS_KEY_ID", "MNEME_ARCHIVE_SECRET_ACCESS_KEY"] as const)
        if (env[name] === undefined) complain(name, "Must be set for an archive in a bucket.");
    }
  });

/** Variables of what starts the service, and of its clients, which may stand in the same environment. */
const OTHERS = [
  "MNEME_DATA_DIR",
  "MNEME_REDIS_PORT",
  "MNEME_REDIS_APPENDFSYNC",
  "MNEME_REDIS_MAXMEMORY",
  "MNEME_CACHE_DIR",
  "MNEME_URL",
  "MNEME_API_KEY",
  "MNEME_NAMESPACE",
];

/** Variables that Kubernetes sets in every pod of a namespace with a service called `mneme`. */
const SERVICE_LINK =
  /^MNEME_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;

/** A name that nothing reads is a mistake that would otherwise show as a default. */
function complaintsOfNames(given: Readonly<Record<string, unknown>>): string[] {
  const known = [...Object.keys(environment.shape), ...OTHERS];
  return Object.entries(given).flatMap(([name, value]) => {
    if (!name.startsWith("MNEME_") || known.includes(name) || name.startsWith("MNEME_TEST_")) return [];
    const link = SERVICE_LINK.test(name) || (name.endsWith("_PORT") && /^\w+:\/\//.test(String(value)));
    if (link) return [];
    // Some have no such beginning.
    const bare = known.find((each) => `MNEME_${each}` === name);
    return [
      `${name}: There is no such variable. The nearest one is ${bare ?? nearest(name.slice(0, 100), known)}.`,
    ];
  });
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function shellEnvironment(): Environment {
  return process.env;
}

type Values = z.output<typeof environment>;

/** The only reader of the environment. Throws a {@link ConfigError} that names every wrong variable. */
export function loadConfig(env: Environment): Config {
  // In a shell or a compose file, an empty variable means "not set".
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environment.safeParse(given, { error: schemaMessage });
  const complaints = [
    ...complaintsOfNames(given),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`),
  ];
  if (!parsed.success || complaints.length > 0) {
    throw new ConfigError(
      `The configuration is not valid:\n${complaints.map((line) => `  ${line}`).join("\n")}`,
    );
  }
  const values = parsed.data;
  return {
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    allowAnonymous: values.MNEME_ALLOW_ANONYMOUS === "1",
    rateLimitPerMinute: values.MNEME_RATE_LIMIT_PER_MINUTE,
    openRequestsPerSecond: values.MNEME_OPEN_REQUESTS_PER_SECOND,
    bodyTimeoutMs: values.MNEME_BODY_TIMEOUT_MS,
    sendTimeoutMs: values.MNEME_SEND_TIMEOUT_MS,
    publicUrl: values.MNEME_PUBLIC_URL,
    redis: {
      url: values.REDIS_URL,
      timeoutMs: values.MNEME_REDIS_TIMEOUT_MS,
      keyPrefix: values.MNEME_KEY_PREFIX,
      mayEvict: values.MNEME_ALLOW_EVICTION === "1",
      recallFromReplicas: values.MNEME_RECALL_FROM === "replica",
    },
    embedding: embeddingOf(values),
    secondEmbedding: secondEmbeddingOf(values),
    corroborationSimilarity: values.MNEME_CORROBORATION_SIMILARITY,
    reranker: rerankerOf(values),
    llm: llmOf(values),
    tracing: values.MNEME_TRACING,
    otel: values.MNEME_OTEL === "1",
    explorer: values.MNEME_EXPLORER === "1",
    embeddingCacheSeconds: values.MNEME_EMBEDDING_CACHE_SECONDS,
    drainSeconds: values.MNEME_DRAIN_SECONDS,
    queueMs: values.MNEME_QUEUE_MS,
    searchesMax: values.MNEME_SEARCHES_MAX,
    durable: {
      always: values.MNEME_DURABLE === "1",
      timeoutMs: values.MNEME_DURABLE_TIMEOUT_MS,
      // Where a replica takes over when its primary is lost, what only the primary has is lost with it.
      replicas: values.MNEME_DURABLE_REPLICAS ?? (SEVERAL.test(values.REDIS_URL) ? 1 : 0),
    },
    stateHistorySeconds: values.STATE_HISTORY_SECONDS,
    watch: {
      max: values.MNEME_WATCHERS_MAX,
      perKey: values.MNEME_WATCHERS_PER_KEY,
      heartbeatMs: values.MNEME_WATCH_HEARTBEAT_MS,
      sendMs: values.MNEME_WATCH_SEND_MS,
    },
    receiptRetentionDays: values.RECEIPT_RETENTION_DAYS === 0 ? undefined : values.RECEIPT_RETENTION_DAYS,
    consolidationRetentionDays: values.CONSOLIDATION_RETENTION_DAYS,
    versionRetentionMs:
      values.VERSION_RETENTION_DAYS === undefined
        ? undefined
        : Math.round(values.VERSION_RETENTION_DAYS * DAY_SECONDS * 1000),
    piiSecret: values.MNEME_PII_SECRET,
    piiSweepSeconds: values.MNEME_PII_SWEEP_SECONDS,
    archive: archiveOf(values),
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    quota: { memories: values.MNEME_QUOTA_MEMORIES, bytes: values.MNEME_QUOTA_BYTES },
    session: {
      ttlSeconds: values.MNEME_SESSION_TTL_SECONDS,
      windowMessages: values.MNEME_SESSION_WINDOW_MESSAGES,
      windowTokens: values.MNEME_SESSION_WINDOW_TOKENS,
    },
    defaultTtl: {
      episodic: values.MNEME_TTL_EPISODIC_SECONDS,
      semantic: values.MNEME_TTL_SEMANTIC_SECONDS,
      procedural: values.MNEME_TTL_PROCEDURAL_SECONDS,
    },
    maxLives: values.MNEME_DECAY_MAX_LIVES,
    metricsNamespaces: values.MNEME_METRICS_NAMESPACES,
    mcpTools: values.MNEME_MCP_TOOLS,
    recency: {
      halfLifeDays: values.MNEME_RECENCY_HALF_LIFE_DAYS,
      weight: values.MNEME_RECENCY_WEIGHT,
    },
  };
}

/** The configured provider; else OpenAI if there is a key, else the local model. */
export function providerOf(env: {
  readonly MNEME_EMBEDDER?: EmbeddingConfig["provider"] | undefined;
  readonly OPENAI_API_KEY?: string | undefined;
}): EmbeddingConfig["provider"] {
  return env.MNEME_EMBEDDER ?? (env.OPENAI_API_KEY === undefined ? "local" : "openai");
}

function embeddingOf(values: Values): EmbeddingConfig {
  const provider = providerOf(values);
  if (provider === "local") return localOf(values);
  if (provider === "none") return { provider };
  return {
    provider,
    apiKey: values.OPENAI_API_KEY ?? "",
    baseURL: values.OPENAI_BASE_URL,
    model: values.MNEME_EMBEDDING_MODEL,
    dimensions: values.MNEME_EMBEDDING_DIMENSIONS,
    timeoutMs: values.MNEME_EMBEDDING_TIMEOUT_MS,
  };
}

const localOf = ({
  MNEME_LOCAL_MODEL,
  MNEME_MODEL_DIR,
  MNEME_RUNTIME_DIR,
}: Values): LocalEmbeddingConfig => ({
  provider: "local",
  model: MNEME_LOCAL_MODEL,
  modelDir: MNEME_MODEL_DIR ?? "",
  runtimeDir: MNEME_RUNTIME_DIR,
});

function secondEmbeddingOf(values: Values): EmbeddingConfig | undefined {
  const provider = values.MNEME_EMBEDDING_SECOND;
  if (provider === undefined) return undefined;
  if (provider === "local") {
    const local = localOf(values);
    if (providerOf(values) !== "local") return local;
    const modelDir = values.MNEME_EMBEDDING_SECOND_MODEL_DIR ?? "";
    return { ...local, model: otherLocalModel(values.MNEME_LOCAL_MODEL), modelDir };
  }
  return {
    provider,
    apiKey: values.MNEME_EMBEDDING_SECOND_API_KEY ?? values.OPENAI_API_KEY ?? "",
    baseURL: values.MNEME_EMBEDDING_SECOND_BASE_URL ?? values.OPENAI_BASE_URL,
    model: values.MNEME_EMBEDDING_SECOND_MODEL,
    dimensions: values.MNEME_EMBEDDING_SECOND_DIMENSIONS,
    timeoutMs: values.MNEME_EMBEDDING_TIMEOUT_MS,
  };
}

function rerankerOf(values: Values): RerankerConfig | undefined {
  const { MNEME_RERANKER_URL: url, MNEME_RERANKER_DIR: modelDir } = values;
  const timeoutMs = values.MNEME_RERANKER_TIMEOUT_MS;
  if (modelDir !== undefined)
    return { kind: "local", modelDir, runtimeDir: values.MNEME_RUNTIME_DIR, timeoutMs };
  if (url === undefined) return undefined;
  return {
    kind: "http",
    url,
    api: values.MNEME_RERANKER_FORMAT,
    apiKey: values.MNEME_RERANKER_API_KEY,
    model: values.MNEME_RERANKER_MODEL,
    timeoutMs,
  };
}

type ArchivePlace =
  | { readonly kind: "directory"; readonly folder: string }
  | { readonly kind: "bucket"; readonly bucket: string; readonly prefix: string };

/** Undefined: it isn't such an address. */
function archivePlaceOf(url: string): ArchivePlace | undefined {
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,62})((?:\/[\w.-]+)*)\/?$/.exec(url) ?? [];
  if (bucket !== undefined) {
    // `..` would leave the bucket.
    const labels = prefix.split("/").slice(1);
    return labels.some((label) => /^\.+$/.test(label))
      ? undefined
      : { kind: "bucket", bucket, prefix: labels.join("/") };
  }
  if (!url.startsWith("file:///") || !URL.canParse(url)) return undefined;
  try {
    return { kind: "directory", folder: fileURLToPath(url) };
  } catch {
    return undefined;
  }
}

function archiveOf(values: Values): ArchiveConfig | undefined {
  const place = archivePlaceOf(values.MNEME_ARCHIVE ?? "");
  if (place?.kind !== "bucket") return place;
  return {
    ...place,
    endpoint: values.MNEME_ARCHIVE_ENDPOINT,
    region: values.MNEME_ARCHIVE_REGION,
    accessKeyId: values.MNEME_ARCHIVE_ACCESS_KEY_ID ?? "",
    secretAccessKey: values.MNEME_ARCHIVE_SECRET_ACCESS_KEY ?? "",
    timeoutMs: values.MNEME_ARCHIVE_TIMEOUT_MS,
  };
}

function llmOf(values: Values): LlmConfig | undefined {
  if (values.MNEME_LLM === "none" || values.OPENAI_API_KEY === undefined) return undefined;
  return {
    apiKey: values.OPENAI_API_KEY,
    baseURL: values.OPENAI_BASE_URL,
    model: values.MNEME_LLM_MODEL,
    timeoutMs: values.MNEME_LLM_TIMEOUT_MS,
  };
}

/** What is wrong with the URL of a cluster or of Sentinels. */
function faultOfSeveral(url: string): string | undefined {
  try {
    readRedisUrl(url);
    return undefined;
  } catch (error) {
    if (error instanceof RedisUrlError) return error.message;
    throw error;
  }
}

function isRedisUrl(url: string): boolean {
  if (url.startsWith("unix:") || SEVERAL.test(url)) return true;
  try {
    const { username, password } = new URL(url);
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

function namesNoDatabase(url: string): boolean {
  if (SEVERAL.test(url)) return true;
  if (url.startsWith("unix:")) return !/[?&]db=(?!0\b)/.test(url);
  return !URL.canParse(url) || /^\/?0?$/.test(new URL(url).pathname);
}

/** Whether only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
