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
import type { ConsolidationServices } from "../memory/consolidation/services.js";
import type { Metrics } from "./metrics.js";
import type { AnswerStore } from "../domain/idempotency.js";
import type { Actor } from "../domain/context.js";

/** What the HTTP side is built from. */
export interface AppDeps {
  readonly services: Services;
  readonly access: KeyServices;
  readonly namespaces: NamespaceServices;
  /** What deletes all that a namespace holds. */
  readonly clearing: ClearServices;
  readonly threads: ThreadServices;
  readonly authenticator: Authenticator;
  readonly rateLimiter: RateLimiter;
  /** Requests a minute of a key that has no limit of its own; undefined: any number. */
  readonly rateLimitPerMinute: number | undefined;
  /** Requests a second of one address to routes that need no key. */
  readonly openRequestsPerSecond: number;
  /** What is done at once. */
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
  /** For those who follow changes. */
  readonly watch: { readonly heartbeatMs: number; readonly sendMs: number };
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Whoever reaches the service may use it, under whatever name. */
  readonly anonymousAnywhere: boolean;
  /** Of requests with an `Idempotency-Key`. */
  readonly answers: AnswerStore;
  readonly durable: DurableOptions;
  readonly readiness: () => Promise<Readiness>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface LoadLimits {
  /** Requests that search. */
  readonly searches: number;
  /** How long a request may wait for its turn, in milliseconds. */
  readonly queueMs: number;
}

/** What middleware hands to handlers. */
export interface AppEnv {
  readonly Variables: {
    requestId: string;
    actor: Actor;
    /** What the request counts against; undefined: nothing. */
    rateLimits: readonly RateBound[] | undefined;
    /** See {@link Context.operation}. */
    operation: string | undefined;
  };
}

export interface DurableOptions {
  /** Whether each write waits, also without being asked to. */
  readonly always: boolean;
  /** Resolves once all that was written before is on Redis's disk: true, or false if that isn't sure in time. */
  readonly confirm: () => Promise<boolean>;
}
