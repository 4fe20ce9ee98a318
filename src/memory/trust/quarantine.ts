import type { Grant } from "../../domain/grant.js";
import { allowsIn } from "../../access/grants.js";

/** Whether a caller sees a namespace's quarantine: it may decide on copies there, or publish there itself. */
export function seesQuarantine(grants: readonly Grant[], namespace: string): boolean {
  return (["write", "publish", "admin"] as const).some((verb) => allowsIn(grants, verb, namespace));
}
