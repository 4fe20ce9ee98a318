import type { Codec } from "./codec.js";
import type { Keys } from "../keys.js";
import type { KnownSegments } from "./known-segments.js";
import type { Ttl } from "../options.js";
import type { Run } from "../scripts.js";
import type { Named } from "../time-limit.js";

/** Dependencies of every verb. */
export interface Context {
  readonly run: Run;
  readonly send: Named;
  readonly keys: Keys;
  readonly codec: Codec;
  readonly ttl: Ttl;
  readonly known: KnownSegments;
  /** Threads that this process has put on the list. */
  readonly announced: Set<string>;
}
