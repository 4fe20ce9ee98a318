import { isUtf8 } from "node:buffer";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { matchedRoutes } from "hono/route";
import { LIMITS } from "../../memory/limits.js";
import type { AppEnv } from "../env.js";
import { HttpProblem } from "../problem.js";

const BODY_METHODS = new Set(["POST", "PUT", "PATCH"]);

/** Refuses a body that is too large before it is read whole, one that doesn't say that it's JSON, and one that isn't UTF-8. */
export function limitBody(): MiddlewareHandler<AppEnv> {
  const small = limitOf(LIMITS.requestBytes);
  const batch = limitOf(LIMITS.batchBytes);
  return (c, next) => {
    // Where no route takes the method, that is the answer, whatever the body.
    if (!BODY_METHODS.has(c.req.method) || !matchedRoutes(c).some(({ method }) => method === c.req.method)) {
      return next();
    }
    if (!/^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "")) {
      throw new HttpProblem("unsupported_media_type", "Send the body as application/json.");
    }
    const limit = c.req.path.endsWith("/batch") ? batch : small;
    return limit(c, async () => {
      // Decoding would replace each wrong byte by U+FFFD: a memory would come back other than it was given.
      if (!isUtf8(await c.req.arrayBuffer()))
        throw new HttpProblem("malformed_json", "The body is not UTF-8.");
      await next();
    });
  };
}

function limitOf(maxSize: number): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: async (c) => {
      await discard(c.req.raw.body, maxSize);
      throw new HttpProblem("payload_too_large", `The body must not exceed ${maxSize} bytes.`);
    },
  });
}

/**
 * Reads on, up to twice the limit: the answer would be lost to a caller that is still sending when the connection
 * is closed. A body without a declared length has its reader already.
 */
async function discard(body: ReadableStream<Uint8Array> | null, limit: number): Promise<void> {
  if (body === null || body.locked) return;
  const reader = body.getReader();
  for (let size = 0; size <= 2 * limit;) {
    const { done, value } = await reader.read();
    if (done) return;
    size += value.length;
  }
}
