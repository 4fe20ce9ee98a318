import { authorize } from "../access/authorize.js";
import { allowsIn } from "../access/grants.js";
import type { AuditLog } from "../access/ports.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import type { PiiVault, Revealed } from "./vault.js";

/** Dependencies of revealing. */
export interface RevealServices {
  readonly vault: PiiVault;
  readonly audit: AuditLog;
}

/** Shows the originals of tokens. The audit trail names each token, also those that the namespace doesn't know. */
export async function revealPii(
  { vault, audit }: RevealServices,
  context: Context,
  namespace: string,
  tokens: readonly string[],
): Promise<readonly Revealed[]> {
  const verb = allowsIn(context.actor.grants, "admin", namespace) ? "admin" : "reveal";
  await authorize(audit, context, namespace, { verb, act: "pii.reveal" });
  const distinct = [...new Set(tokens)];
  return vault.reveal(trailOf(context, "pii.reveal", { ids: distinct }), namespace, distinct);
}
