import type { Memory } from "../model/record.js";
import type { Services } from "../services.js";

export interface Written {
  readonly memory: Memory;
  /** Others write there too: it is to be compared with what they said. */
  readonly compare?: boolean | undefined;
  /** The predecessor's context with which its first passage was embedded. */
  readonly preceding?: string | undefined;
  /** Its vector is the caller's. */
  readonly ownVector?: boolean;
}

/**
 * Hands on what a write leaves to do, in this process and soon: its further passages, its vectors of another model, and its
 * comparison with what others wrote. What is lost on the way, a sweep finds through the index.
 */
export function afterWrite(
  { worker, corroboration }: Pick<Services, "worker" | "corroboration">,
  { memory, compare = false, preceding = "", ownVector = false }: Written,
): void {
  if (compare) corroboration?.finish(memory);
  worker.finish({ ...memory, context: preceding, ownVector });
}
