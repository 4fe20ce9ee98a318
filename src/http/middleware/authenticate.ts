import type { MiddlewareHandler } from "hono";
import type { Authenticator } from "../../access/keys/authenticate.js";
import { identifyWhileAway } from "../../access/keys/while-away.js";
import { ANONYMOUS } from "../../domain/context.js";
import { stage } from "../../domain/tracing.js";
import type { AppEnv } from "../env.js";

/** Says who asks, by the API key in `Authorization`: never by one in the URL, which logs and histories keep. */
export function authenticate(
  authenticator: Pick<Authenticator, "identify" | "onKeyNews">,
  now: () => number,
): MiddlewareHandler<AppEnv> {
  const whileAway = identifyWhileAway(authenticator, now);
  return async (c, next) => {
    const { traits } = c.get("route");
    if (traits.open !== undefined) {
      c.set("actor", { ...ANONYMOUS, grants: [] });
    } else {
      const { actor, rateLimits } = await stage("authenticate", () =>
        (traits.whileAway ? whileAway : authenticator.identify)(
          c.req.header("authorization"),
          c.get("requestId"),
        ),
      );
      c.set("actor", actor);
      c.set("rateLimits", rateLimits);
    }
    return next();
  };
}
