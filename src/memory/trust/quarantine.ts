import type { Grant } from "../../domain/grant.js";
import { allowsIn } from "../../access/grants.js";

/** Whether a caller is shown what a namespace has in quarantine: it may decide on it, or put something there itself. */
export function seesQuarantine(grants: readonly Grant[], namespace: string): boolean {
  return (["write", "publish", "admin"] as const).some((verb) => allowsIn(grants, verb, namespace));
}
