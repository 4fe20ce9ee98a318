import type { MiddlewareHandler } from "hono";
import type { AppEnv, DurableOptions } from "../env.js";
import { stage } from "../../domain/tracing.js";
import { DomainError } from "../../domain/errors.js";

/**
 * `Prefer: durable` (RFC 7240): the answer to a write waits until Redis has it on disk. Around `idempotent`: an answer
 * that couldn't be confirmed is kept, and a retry waits for the disk again without a second act.
 */
export function durable({ always, confirm }: DurableOptions): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const wanted = always || prefersDurable(c.req.header("prefer"));
    if (!wanted || !c.res.ok || c.get("route").traits.readsOnly === true) return;
    if (!(await stage("wait for disk", confirm))) {
      throw new DomainError(
        "durability_unconfirmed",
        "The write is done, but Redis hasn't confirmed that it is on disk. If the request had an Idempotency-Key, repeat it with the same key to wait again; without one, a repetition may be a second write.",
        { retryAfterSeconds: 1 },
      );
    }
    c.header("Preference-Applied", "durable");
  };
}

function prefersDurable(prefer: string | undefined): boolean {
  return prefer !== undefined && prefer.split(/[,;]/).some((part) => part.trim().toLowerCase() === "durable");
}
