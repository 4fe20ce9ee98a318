import type { Context } from "../../domain/context.js";
import { DomainError, keyNotFound } from "../../domain/errors.js";
import { authorizeScope, authorizeSome } from "../authorize.js";
import { scopeOf } from "../grants.js";
import { trailOf } from "../trail.js";
import { administers } from "./key.js";
import type { KeyServices } from "./services.js";

export interface RevokeKeyInput {
  /** What happens to the keys that it has made; `keep`: they become the caller's. */
  readonly made: "revoke" | "keep";
}

/**
 * Revokes a key that the caller administers, and with it every key that it has made. Any other key is reported as
 * missing. This process refuses it at once, the others within milliseconds, and one whose subscription is down after at
 * most 5 seconds.
 *
 * Only an operator can keep the keys that it has made: kept by another caller, they would outlive their maker.
 */
export async function revokeKey(
  { keys, cache, audit }: KeyServices,
  context: Context,
  id: string,
  { made }: RevokeKeyInput = { made: "revoke" },
): Promise<void> {
  await authorizeSome(audit, context, { verb: "admin", act: "key.revoke" });
  const { keyId, makers } = context.actor;
  if (made === "keep") {
    await authorizeScope(audit, context, scopeOf("**"), { verb: "admin", act: "key.revoke" });
    if (keyId === id || makers.some((maker) => maker.keyId === id)) {
      await audit.denied(trailOf(context, "key.revoke", { ids: [id] }));
      throw new DomainError(
        "forbidden",
        "made: With made=keep you can't revoke your own key, or a key that created it.",
      );
    }
  }
  const trail = trailOf(context, "key.revoke", { ids: [id] });
  const key = await keys.find(id);
  if (key === undefined || !administers(context, key.grants)) {
    await audit.system(trail, "missing");
    throw keyNotFound();
  }
  const revoked = await keys.revoke(trail, id, made === "keep" ? { keyId } : undefined);
  // Others may have gone with it.
  cache.forgetAll();
  if (!revoked) throw keyNotFound();
}
