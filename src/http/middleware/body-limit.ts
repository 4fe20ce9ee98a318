import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { LIMITS } from "../../domain/limits.js";
import type { AppEnv } from "../env.js";
import { isInner } from "../inner-request.js";
import { parseJsonBody } from "../json-body.js";
import { HttpProblem } from "../problem.js";
import type { BodyKind } from "../route-traits.js";

const JSON_ONLY = /^application\/json\s*(;|$)/i;
const LINES_ONLY = /^application\/octet-stream\s*(;|$)/i;
const JSON_OR_PATCH = /^application\/(merge-patch\+)?json\s*(;|$)/i;

const MAX_BYTES: Readonly<Record<BodyKind, number>> = {
  json: LIMITS.requestBytes,
  batch: LIMITS.batchBytes,
  document: LIMITS.requestBytes,
  part: LIMITS.partBytes,
};

/**
 * Reads the body: refuses one that is too large before it is read whole, one that doesn't say that it's JSON, and
 * one that isn't UTF-8 (decoding would replace each wrong byte by U+FFFD: a memory would come back other than it
 * was given); and parses it, see {@link parseJsonBody}.
 *
 * Read from Node's own request, and handed on as Hono's cached text: a web Request with its stream would cost a
 * twentieth of a recall.
 */
export function limitBody(timeoutMs: number): MiddlewareHandler<AppEnv & { Bindings: HttpBindings }> {
  return async (c, next) => {
    // If no route takes the method, the answer says so, whatever the body holds.
    const { exists, traits } = c.get("route");
    if (!exists) return next();
    if (isInner(c) ? c.req.raw.body === null : hasNoBody(c.env.incoming)) {
      Object.assign(c.req.bodyCache, { text: Promise.resolve("") });
      return next();
    }
    const { body: kind = "json" } = traits;
    const isPart = kind === "part";
    const accepted = isPart ? LINES_ONLY : c.req.method === "PATCH" ? JSON_OR_PATCH : JSON_ONLY;
    if (!accepted.test(c.req.header("content-type") ?? "")) {
      const wanted = isPart ? "application/octet-stream" : "application/json";
      throw new HttpProblem("unsupported_media_type", `Send the body as ${wanted}.`);
    }
    const limit = MAX_BYTES[kind];
    const body = isInner(c)
      ? await readInner(c.req.raw, limit)
      : await readBody(c.env.incoming, limit, timeoutMs);
    if (!isUtf8(body)) throw new HttpProblem("malformed_json", "The body is not UTF-8.");
    const text = body.toString("utf8");
    // Hono declares a string here, but reads a promise.
    Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
    if (isPart) return next();
    // Hono would use JSON.parse, and turn any refusal of its caller into one without a field.
    const value = text === "" ? undefined : parseJsonBody(text, kind);
    if (text !== "") Object.assign(c.req, { json: () => Promise.resolve(value) });
    return next();
  };
}

function tooLarge(limit: number): HttpProblem {
  return new HttpProblem("payload_too_large", `The body must not exceed ${limit} bytes.`);
}

/** Some acts need nothing but their path. Who says what a body is, means to send one. */
function hasNoBody({ headers }: IncomingMessage): boolean {
  return (
    headers["content-type"] === undefined &&
    headers["transfer-encoding"] === undefined &&
    Number(headers["content-length"] ?? 0) === 0
  );
}

/** The body of a request that a tool made: all of it is there. */
async function readInner(request: Request, limit: number): Promise<Buffer> {
  const body = Buffer.from(await request.arrayBuffer());
  if (body.length <= limit) return body;
  throw tooLarge(limit);
}

/**
 * Reads a body up to the limit. A body that is too large is read on, up to twice the limit, before it is refused: a
 * caller that is still sending when the connection closes wouldn't get the answer.
 *
 * A body that isn't there in time is refused: a slow one would hold a connection and memory for hours.
 *
 * Uses events: an async iterator would cost a twentieth of a small write, and destroys the socket when it is left
 * early.
 */
function readBody(incoming: IncomingMessage, limit: number, timeoutMs: number): Promise<Buffer> | Buffer {
  // Came with its headers, as small ones do: no timer and no event is needed.
  if (incoming.complete && !incoming.errored) {
    const whole = (incoming.read() as Buffer | null) ?? Buffer.alloc(0);
    if (whole.length > limit) throw tooLarge(limit);
    return whole;
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const letGo = (): void => {
      clearTimeout(timer);
      incoming.off("data", onData).off("end", onEnd).off("error", onLost).off("close", onLost);
    };
    const settle = (): void => {
      letGo();
      const [first] = chunks;
      if (size > limit) {
        reject(tooLarge(limit));
      } else resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
      if (size <= 2 * limit) return;
      incoming.pause();
      settle();
    };
    const onEnd = settle;
    // The caller hung up: no one reads this answer, but it isn't a failure of the service.
    const onLost = (): void => {
      letGo();
      reject(new HttpProblem("malformed_json", "The body ended early."));
    };
    const timer = setTimeout(() => {
      letGo();
      incoming.pause();
      reject(new HttpProblem("request_timeout", `The body must arrive within ${timeoutMs / 1000} seconds.`));
    }, timeoutMs);
    incoming.on("data", onData).on("end", onEnd).on("error", onLost).on("close", onLost);
  });
}
