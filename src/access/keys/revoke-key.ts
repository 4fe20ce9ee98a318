import type { Context } from "../../domain/context.js";
import { DomainError, keyNotFound } from "../../domain/errors.js";
import { authorizeScope, authorizeSome } from "../authorize.js";
import { scopeOf } from "../grants.js";
import { trailOf } from "../trail.js";
import { administers } from "./key.js";
import type { KeyServices } from "./services.js";

export interface RevokeKeyInput {
  /** What becomes of the keys that it has made; `keep`: they are the caller's from then on. */
  readonly made: "revoke" | "keep";
}

/**
 * Revokes a key that the caller administers, and with it every key that it has made; any other isn't there for it.
 * Refused at once by this process, within milliseconds by the others, and after at most 5 seconds by one whose
 * subscription is down.
 *
 * What it has made is kept for an operator only: kept by anybody else, it would outlive its maker.
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
