import type { Actor } from "../domain/context.js";
import type { Services } from "../memory/services.js";
import type { StateServices } from "../state/services.js";
import type { Metrics } from "./metrics.js";
import type { Logger } from "pino";

/** What the HTTP side is built from. */
export interface AppDeps {
  readonly services: Services;
  readonly state: StateServices;
  /** For those who follow changes. */
  readonly watch: { readonly heartbeatMs: number; readonly sendMs: number };
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Whoever reaches the service may use it, under whatever name. */
  readonly anonymousAnywhere: boolean;
  readonly readiness: () => Promise<Readiness>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a probe found; `ready` false takes this process out of the load balancer. */
export interface Readiness {
  readonly ready: boolean;
  readonly redis: ComponentState;
  readonly index: ComponentState;
  readonly embedder: ComponentState & { readonly model: string | null };
}

export interface ComponentState {
  readonly status: "ok" | "degraded" | "down" | "off";
  readonly detail?: string;
}

/** What middleware hands to handlers. */
export interface AppEnv {
  readonly Variables: {
    requestId: string;
    actor: Actor;
    /** See {@link Context.operation}. */
    operation: string | undefined;
  };
}
