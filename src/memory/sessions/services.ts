import type { TokenCounter } from "../../domain/tokens.js";
import type { Services } from "../services.js";
import type { SessionStore } from "./ports.js";
import type { SessionRef } from "./session.js";

/** Dependencies of the acts on sessions; built once in main. */
export interface SessionServices {
  readonly store: SessionStore;
  /** Episodic memory, to which old turns go and from which contexts are recalled. */
  readonly memory: Services;
  readonly countTokens: () => Promise<TokenCounter>;
  /** A session may be past its window: its oldest turns are promoted soon, not in the caller's wait. */
  readonly promoteSoon: (ref: SessionRef) => void;
}

/**
 * Dependencies of an act on sessions: these services of sessions, and those services of memories that `memory` names.
 */
export type SessionUsing<Own extends Exclude<keyof SessionServices, "memory">, Memory> = Pick<
  SessionServices,
  Own
> & { readonly memory: Memory };
