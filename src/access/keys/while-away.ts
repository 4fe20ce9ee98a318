import { createHash } from "node:crypto";
import { storeFaultOf } from "../../domain/store-fault.js";
import type { Authenticator, Identity } from "./authenticate.js";

/** How long a caller that was let in is let in without a look at its key. */
const LATELY_MS = 3_600_000;
/** Scrapers and people who look: few, even of a large service. */
const MOST = 100;

/**
 * Identifies a caller, and while keys can't be read, lets in those that were let in within the last hour: what shows that
 * the store is away must be there while it is. No rate limit counts then, because it would be counted in the store. News
 * of a key, such as its revocation, ends that for all.
 */
export function identifyWhileAway(
  { identify, onKeyNews }: Pick<Authenticator, "identify" | "onKeyNews">,
  now: () => number,
): Authenticator["identify"] {
  const lately = new Map<string, { readonly identity: Identity; readonly at: number }>();
  onKeyNews(() => lately.clear());
  return async (authorization, requestId) => {
    // What was sent is a secret, and isn't kept.
    const caller = createHash("sha256")
      .update(authorization ?? "")
      .digest("base64");
    try {
      const identity = await identify(authorization, requestId);
      if (!lately.has(caller) && lately.size >= MOST) lately.clear();
      lately.set(caller, { identity, at: now() });
      return identity;
    } catch (error) {
      const known = lately.get(caller);
      if (storeFaultOf(error) === undefined) lately.delete(caller);
      else if (known !== undefined && now() - known.at < LATELY_MS)
        return { actor: known.identity.actor, rateLimits: [] };
      throw error;
    }
  };
}
