/** The result of a probe; with `ready` false, this process leaves the load balancer. */
export interface Readiness {
  readonly ready: boolean;
  readonly redis: ComponentState & {
    /** Settings by which Redis may lose acknowledged data. */
    readonly warnings?: { readonly reason: string; readonly detail: string }[];
  };
  /** The process is about to end: it serves until load balancers have noticed. */
  readonly stopping: boolean;
  readonly index: ComponentState;
  /** The upgrade of records that an older release wrote. */
  readonly upgrade: ComponentState;
  readonly embedder: ComponentState & { readonly model: string | null };
  readonly reranker: ComponentState;
  readonly archive: ComponentState;
}

export interface ComponentState {
  readonly status: "ok" | "degraded" | "down" | "off";
  /** A stable code of the cause, such as `redis_readonly`. */
  readonly reason?: string;
  readonly detail?: string;
}
