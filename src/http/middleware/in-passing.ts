import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../env.js";

type Bound = AppEnv & { Bindings: HttpBindings };

/**
 * Several middleware as one, for those that throw nothing that one before them has to see: an error ends the chain, and
 * Hono answers it as that of the whole. What comes after them has been answered when `next` resolves, also if it failed.
 * Hono makes promises for each middleware, which a read of state spends more time on than on what most of them check.
 */
export function inPassing(
  ...parts: readonly (MiddlewareHandler<AppEnv> | MiddlewareHandler<Bound>)[]
): MiddlewareHandler<Bound> {
  const handlers = parts.map(withBindings);
  return (c, next) => {
    const go = (place: number): ReturnType<MiddlewareHandler<Bound>> => {
      const handler = handlers[place];
      // What a part returns is what its `next` gave: Hono's own gives nothing.
      return handler === undefined ? next() : handler(c, () => go(place + 1) as Promise<void>);
    };
    return go(0);
  };
}

/** Who needs no bindings doesn't mind them. Hono's types have no word for that: a context may also be written to. */
function withBindings(part: MiddlewareHandler<AppEnv> | MiddlewareHandler<Bound>): MiddlewareHandler<Bound> {
  return part as MiddlewareHandler<Bound>;
}
