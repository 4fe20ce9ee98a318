import { AsyncLocalStorage } from "node:async_hooks";
import { DomainError } from "./errors.js";

/** What a request spends its time on: one span each. */
export type Stage =
  | "authenticate"
  | "wait for a turn"
  | "embed"
  | "read statistics"
  | "search words"
  | "search vectors"
  | "search names"
  | "search rules"
  | "fuse"
  | "load"
  | "rerank"
  | "read"
  | "write"
  | "keep receipt"
  | "generate"
  | "wait for disk";

/** Facts about a stage: acts and amounts, never content, names or keys. */
export type StageFacts = Readonly<Record<string, string | number>>;

/** A stage of a request that is traced, or the request itself. */
export interface Span {
  readonly traceId: string;
  begin(stage: Stage, facts: StageFacts): Span;
  /** `failure`: what kind of failure; undefined: none. */
  end(failure?: string): void;
}

/** The span that the running code belongs to. Without tracing there is none, and a stage is only its work. */
const active = new AsyncLocalStorage<Span>();

export const activeSpan = (): Span | undefined => active.getStore();

export function under<T>(span: Span, work: () => T): T {
  return active.run(span, work);
}

/** Does a stage of a request. */
export function stage<T>(name: Stage, work: () => Promise<T>, facts: StageFacts = {}): Promise<T> {
  const parent = active.getStore();
  return parent === undefined ? work() : traced(parent.begin(name, facts), work);
}

/** As {@link stage}, for work that waits for nothing. */
export function stageNow<T>(name: Stage, work: () => T): T {
  const span = active.getStore()?.begin(name, {});
  try {
    return work();
  } finally {
    span?.end();
  }
}

async function traced<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    const result = await active.run(span, work);
    span.end();
    return result;
  } catch (error) {
    span.end(kindOf(error));
    throw error;
  }
}

/** Not its message, which may hold a caller's text. */
function kindOf(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  return error instanceof Error ? error.name : "unknown";
}
