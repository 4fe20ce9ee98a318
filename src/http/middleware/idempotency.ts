import { createHash } from "node:crypto";
import type { Context as HonoContext, MiddlewareHandler, Next } from "hono";
import { trailOf } from "../../access/trail.js";
import type { AuditLog } from "../../access/ports.js";
import type { AnswerStore, Claimed } from "../../domain/idempotency.js";
import { DomainError, invalid } from "../../domain/errors.js";
import { renewing } from "../../domain/lease.js";
import { subjectsOf } from "./idempotency-subjects.js";
import { openAnswer, sealAnswer } from "./idempotency-seal.js";
import { contextOf } from "../verb-context.js";
import type { AppEnv } from "../env.js";

const KEPT_HEADERS = ["content-type", "location", "etag"];
/** By which the same body may mean another act. */
const CONDITIONS = ["if-match", "if-none-match"];
/** Printable ASCII, as in a header's token or a quoted string. */
const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

export interface IdempotencyOptions {
  readonly answers: AnswerStore;
  readonly audit: AuditLog;
  readonly now: () => number;
  /** Called when an answer can't be kept. The act is done, so the caller gets it all the same. */
  readonly onUnkept: (error: unknown, requestId: string) => void;
}

/**
 * `Idempotency-Key` on POST and PUT: a retry with the same body and conditions gets the first answer, for 24 hours. A
 * retry with others is refused. Each API key has its own Idempotency-Keys. What only reads keeps no answer.
 *
 * If a service dies between an act and the record of its answer, the claim runs out. The next retry acts with the same
 * {@link Context.operation}, by which a script knows what it has done.
 *
 * Answers that mean "not now" (5xx, 429, Retry-After) or "not you" (401, 403) aren't kept: a retry is a new try. If this try
 * or one before it may have acted, the key stays this request's.
 */
export function idempotent({ answers, audit, now, onUnkept }: IdempotencyOptions): MiddlewareHandler<AppEnv> {
  const credentialOf = (c: HonoContext<AppEnv>): string => {
    // If no key is needed, the header identifies no one.
    return c.get("actor").keyId === null ? "" : headerOf(c);
  };

  const keepAnswer = async (
    c: HonoContext<AppEnv>,
    operation: string,
    claim: Claimed,
    body: string,
    key: string,
  ): Promise<void> => {
    const { status } = c.res;
    const headers = KEPT_HEADERS.flatMap((name) => {
      const value = c.res.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    const answer = { status, headers: Object.fromEntries(headers), body: await c.res.clone().text() };
    const memories = c.get("shownMemories");
    const subjects = subjectsOf(c.get("route"), { path: c.req.path, body, status, memories });
    await answers.keep(operation, claim, sealAnswer(answer, credentialOf(c), key), subjects);
  };

  const withKey = async (c: HonoContext<AppEnv>, next: Next, key: string): Promise<Response | undefined> => {
    if (!KEY.test(key)) throw invalid("Idempotency-Key", "Must be 1 to 255 printable ASCII characters.");
    const actor = c.get("actor");
    const operation = digest([actor.keyId ?? "", key]);
    const body = await c.req.text();
    const conditions = CONDITIONS.flatMap((name) => {
      const value = c.req.header(name);
      return value === undefined ? [] : [`${name}: ${value}`];
    });
    const request = digest([c.req.method, c.req.url.replace(/^[a-z]+:\/\/[^/]*/, ""), body, ...conditions]);

    const since = performance.now();
    const claim = await answers.claim(operation, request);
    if (claim.kind === "other_request") throw mismatch();
    if (claim.kind === "busy") {
      throw new DomainError(
        "idempotency_busy",
        "The first request with this Idempotency-Key is still being processed.",
        {
          retryAfterSeconds: 1,
        },
      );
    }
    if (claim.kind === "answered") {
      // Earlier releases sealed with the header also where no key was needed.
      const answer =
        openAnswer(claim.sealed, credentialOf(c), key) ?? openAnswer(claim.sealed, headerOf(c), key);
      if (answer === undefined) throw mismatch();
      await audit.system(trailOf(contextOf(c, now), "replay"), "ok");
      const { status, headers } = answer;
      const replayed = { ...headers, "idempotency-replayed": "true" };
      return new Response(answer.body === "" ? null : answer.body, { status, headers: replayed });
    }

    if (claim.kind === "erased") {
      throw new DomainError(
        "answer_erased",
        "This request was already processed, but its stored response has been erased, because something in it has been deleted since, or because an earlier release stored it.",
      );
    }

    c.set("operation", operation);
    c.set("again", claim.again);
    const renewal = renewing(since, (ms) => answers.renew(operation, claim, ms));
    try {
      await next();
    } finally {
      renewal.stop();
    }
    const { status } = c.res;
    const isKept = status < 500 && ![401, 403, 429].includes(status) && !isForLater(c.res);
    try {
      await (isKept
        ? keepAnswer(c, operation, claim, body, key)
        : answers.release(operation, claim, claim.again || (status >= 500 && c.get("begun") === true)));
    } catch (error) {
      // The claim ends by itself: until then, a retry hears that the request is busy.
      onUnkept(error, c.get("requestId"));
    }
    return undefined;
  };

  return (c, next) => {
    const key = c.req.header("idempotency-key");
    const { keepsNoAnswer, readsOnly } = c.get("route").traits;
    if (key === undefined || keepsNoAnswer === true || readsOnly === true) return next();
    return withKey(c, next, key);
  };
}

/** The key alone: its scheme may be written in any case, and a retry isn't bound to how it was. */
function headerOf(c: HonoContext<AppEnv>): string {
  return c.req.header("authorization")?.replace(/^Bearer +/i, "") ?? "";
}

function isForLater({ headers }: Response): boolean {
  return headers.has("Retry-After");
}

function mismatch(): DomainError {
  return new DomainError("idempotency_mismatch", "This Idempotency-Key was used for another request.", {
    errors: [{ field: "Idempotency-Key", message: "Was used for another request." }],
  });
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
