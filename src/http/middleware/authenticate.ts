import type { Context, MiddlewareHandler, Next } from "hono";
import type { Authenticator, Identity } from "../../access/keys/authenticate.js";
import { identifyWhileAway } from "../../access/keys/while-away.js";
import { ANONYMOUS } from "../../domain/context.js";
import { activeSpan, stage } from "../../domain/tracing.js";
import type { AppEnv } from "../env.js";

/** Says who asks, by the API key in `Authorization`: never by one in the URL, which logs and histories keep. */
export function authenticate(
  authenticator: Pick<Authenticator, "identify" | "onKeyNews">,
  now: () => number,
): MiddlewareHandler<AppEnv> {
  const whileAway = identifyWhileAway(authenticator, now);
  return (c, next) => {
    const { traits } = c.get("route");
    if (traits.open !== undefined) {
      c.set("actor", { ...ANONYMOUS, grants: [] });
      return next();
    }
    const identify = traits.whileAway ? whileAway : authenticator.identify;
    const found = identify(c.req.header("authorization"), c.get("requestId"));
    if (found instanceof Promise || activeSpan() !== undefined) return waitFor(c, next, found);
    admit(c, found);
    return next();
  };
}

async function waitFor(c: Context<AppEnv>, next: Next, found: Promise<Identity> | Identity): Promise<void> {
  admit(c, await stage("authenticate", async () => found));
  return next();
}

function admit(c: Context<AppEnv>, { actor, rateLimits }: Identity): void {
  c.set("actor", actor);
  c.set("rateLimits", rateLimits);
}
