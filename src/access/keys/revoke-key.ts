import type { Context } from "../../domain/context.js";
import { keyNotFound } from "../../domain/errors.js";
import { authorizeSome } from "../authorize.js";
import { trailOf } from "../trail.js";
import { administers } from "./key.js";
import type { KeyServices } from "./services.js";

/**
 * Revokes a key that the caller administers; any other isn't there for it. Refused at once by this process, within
 * milliseconds by the others, and after at most 5 seconds by one whose subscription is down.
 */
export async function revokeKey(
  { keys, cache, audit }: KeyServices,
  context: Context,
  id: string,
): Promise<void> {
  await authorizeSome(audit, context, { verb: "admin", act: "key.revoke" });
  const trail = trailOf(context, "key.revoke", { ids: [id] });
  const key = await keys.find(id);
  if (key === undefined || !administers(context, key.grants)) {
    await audit.system(trail, "missing");
    throw keyNotFound();
  }
  const revoked = await keys.revoke(trail, id);
  cache.forget(id);
  if (!revoked) throw keyNotFound();
}
