import type { TokenCounter } from "../../domain/tokens.js";
import type { Services } from "../services.js";
import type { ConsolidationStore, Consolidator } from "./ports.js";
import type { Pace } from "./pace.js";

/** Dependencies of the acts on runs; built once in main. */
export interface ConsolidationServices {
  readonly store: ConsolidationStore;
  readonly memory: Services;
}

/** Dependencies of the runs themselves. */
export interface WorkServices extends ConsolidationServices {
  /** Undefined: no language model is asked. */
  readonly llm: Consolidator | undefined;
  readonly countTokens: () => Promise<TokenCounter>;
  readonly now: () => number;
  /** Called between any two pieces of work, so that recall doesn't wait for them. */
  readonly pace: Pace;
}
