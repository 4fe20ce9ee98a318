import type { Logger } from "pino";
import type { Readiness } from "./readiness.js";
import type { Services } from "../memory/services.js";
import type { KeyServices } from "../access/keys/services.js";
import type { NamespaceServices } from "../access/namespaces/ports.js";
import type { ClearServices } from "../memory/clearing/ports.js";
import type { ThreadServices } from "../threads/ports.js";
import type { Authenticator, RateBound } from "../access/keys/authenticate.js";
import type { RateLimiter } from "../access/rate-limit.js";
import type { AuditReader } from "../access/ports.js";
import type { StateServices } from "../state/services.js";
import type { SessionServices } from "../memory/sessions/services.js";
import type { BackupServices } from "../backup/services.js";
import type { ErasureServices } from "../erasures/services.js";
import type { MigrationServices } from "../memory/migration/services.js";
import type { ConsolidationServices } from "../memory/consolidation/services.js";
import type { ToolSet } from "../mcp/tool-sets.js";
import type { Metrics } from "./metrics.js";
import type { Tracing } from "../tracing/tracing.js";
import type { MatchedRoute } from "./route-traits.js";
import type { AnswerStore } from "../domain/idempotency.js";
import type { Actor } from "../domain/context.js";
import type { Deadline } from "../domain/deadline.js";

/** Dependencies of the HTTP side. */
export interface AppDeps {
  readonly services: Services;
  readonly access: KeyServices;
  readonly namespaces: NamespaceServices;
  /** Deletes all that a namespace holds. */
  readonly clearing: ClearServices;
  readonly threads: ThreadServices;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  /** Requests a minute of a key that has no limit of its own; undefined: any number. */
  readonly rateLimitPerMinute: number | undefined;
  /** Requests a second of one address to routes that need no key. */
  readonly openRequestsPerSecond: number;
  /** Limits on concurrent work. */
  readonly load: LoadLimits;
  /** How long the body of a request may take to arrive. */
  readonly bodyTimeoutMs: number;
  readonly auditReader: AuditReader;
  /** Whether a request needs a key. */
  readonly keyRequired: () => Promise<boolean>;
  readonly state: StateServices;
  readonly sessions: SessionServices;
  readonly consolidation: ConsolidationServices;
  readonly backups: BackupServices;
  readonly erasures: ErasureServices;
  readonly embeddingMigrations: MigrationServices;
  /** Settings for followers of changes. */
  readonly watch: { readonly heartbeatMs: number; readonly sendMs: number };
  readonly metrics: Metrics;
  /** Undefined: requests aren't traced. */
  readonly tracing: Tracing | undefined;
  readonly logger: Logger;
  /** Every client that reaches the service may use it, under any host name. */
  readonly anonymousAnywhere: boolean;
  /** Stored answers to requests with an `Idempotency-Key`. */
  readonly answers: AnswerStore;
  readonly durable: DurableOptions;
  readonly mcp: McpSettings;
  /** The origin that clients know; undefined: that of each request. */
  readonly publicUrl: string | undefined;
  /** Whether the explorer is served at `/`. */
  readonly explorer: boolean;
  readonly readiness: () => Promise<Readiness>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface LoadLimits {
  /** Requests that search. */
  readonly searches: number;
  /** The longest wait of a request for its turn, in milliseconds. */
  readonly queueMs: number;
}

export interface McpSettings {
  /** Which tools MCP clients see. */
  readonly toolSet: ToolSet;
}

/** Values that middleware passes to handlers. */
export interface AppEnv {
  readonly Variables: {
    requestId: string;
    route: MatchedRoute;
    actor: Actor;
    /** The limits that the request counts against; undefined: none. */
    rateLimits: readonly RateBound[] | undefined;
    /** See {@link Context.operation}. */
    operation: string | undefined;
    /** See {@link Context.again}. */
    again: boolean | undefined;
    /** Its turn has come: see `limitLoad`. Until then, nothing was done. */
    begun: boolean | undefined;
    /** Ids of the memories that the answer shows: see `showMemories`. Undefined: the handler hasn't said. */
    shownMemories: readonly string[] | undefined;
    /** The code of the problem that is the answer. */
    problemCode: string | undefined;
    /** When the answer is due; undefined: the request has no `budget_ms`. */
    deadline: Deadline | undefined;
    /** When this process began with it, by `performance.now()`. */
    arrivedAt: number;
  };
}

export interface DurableOptions {
  /** Whether each write waits, even if the request doesn't ask for it. */
  readonly always: boolean;
  /** Resolves once all that was written before is on Redis's disk: true, or false if that isn't sure in time. */
  readonly confirm: () => Promise<boolean>;
}
