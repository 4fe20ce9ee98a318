import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Problem } from "./openapi/problem-schema.js";
import { HTTPException } from "hono/http-exception";
import type { Context as HonoContext } from "hono";
import type { z } from "@hono/zod-openapi";
import { DomainError } from "../domain/errors.js";
import type { ErrorCode, FieldError } from "../domain/errors.js";

/** Refusals that only HTTP knows. */
type HttpErrorCode =
  | "malformed_json"
  | "payload_too_large"
  | "request_timeout"
  | "unsupported_media_type"
  | "route_not_found"
  | "method_not_allowed"
  | "misdirected_request"
  | "cross_origin"
  | "internal_error";

export type ProblemCode = ErrorCode | HttpErrorCode;

/** The one table from codes to status and title. Codes are stable: clients may switch on them. */
export const PROBLEMS: Readonly<Record<ProblemCode, readonly [ContentfulStatusCode, string]>> = {
  invalid_request: [400, "The request is not valid"],
  malformed_json: [400, "The body is not JSON"],
  query_without_terms: [400, "The query has no searchable word"],
  unauthenticated: [401, "A valid API key is needed"],
  forbidden: [403, "The key doesn't allow this"],
  cross_origin: [403, "Cross-origin request refused"],
  not_found: [404, "Not found"],
  route_not_found: [404, "Unknown route"],
  method_not_allowed: [405, "Method not allowed"],
  request_timeout: [408, "The body didn't arrive in time"],
  immutable_memory: [409, "The memory can't be changed"],
  publish_conflict: [409, "The target namespace already holds this content"],
  too_many_contradictions: [409, "Too many facts contradict this one"],
  alias_conflict: [409, "The entity can't have these names"],
  duplicate_content: [409, "Another memory has this content"],
  transaction_failed: [409, "The transaction failed"],
  agent_taken: [409, "The agent's name is taken"],
  too_many_keys: [409, "The key has created too many keys"],
  consolidation_busy: [409, "Another run is in progress"],
  consolidation_unfit: [409, "The run can't be undone"],
  migration_unfit: [409, "The embedding migration can't be begun or changed now"],
  transfer_busy: [409, "Another request is working on the export or import"],
  idempotency_busy: [409, "The first request is still being processed"],
  answer_erased: [410, "The stored answer was erased"],
  history_expired: [410, "The requested time is outside the history"],
  changes_expired: [410, "The changes have expired"],
  settings_conflict: [412, "The settings have changed"],
  version_conflict: [412, "Version conflict"],
  payload_too_large: [413, "The body is too large"],
  text_too_large: [413, "The text is too large in Unicode's compatibility form"],
  unsupported_media_type: [415, "The body must be application/json"],
  misdirected_request: [421, "The request isn't from this machine"],
  embedding_mismatch: [422, "The vector doesn't fit the configured model"],
  query_refused: [422, "The embedding provider refused the query"],
  pii_rejected: [422, "The request contains refused personal data"],
  import_refused: [422, "A line of the file was refused"],
  idempotency_mismatch: [422, "The Idempotency-Key belongs to another request"],
  rate_limited: [429, "Too many requests"],
  too_many_watchers_of_key: [429, "Too many watchers with this key"],
  too_many_erasures: [429, "Too many open erasures of this key"],
  too_many_transfers: [429, "Too many exports or imports of this key"],
  internal_error: [500, "Internal server error"],
  durability_unconfirmed: [503, "The write isn't confirmed to be on disk"],
  transfer_not_ready: [503, "The store isn't ready for an export, import or erasure"],
  overloaded: [503, "Too much work at once"],
  redis_unavailable: [503, "Redis is unavailable"],
  redis_loading: [503, "Redis is loading its data"],
  redis_busy: [503, "Redis is busy"],
  redis_readonly: [503, "Redis is read-only"],
  redis_replicas_missing: [503, "Redis lacks replicas"],
  redis_too_many_clients: [503, "Redis has too many clients"],
  acl_denied: [503, "Redis denies access"],
  index_missing: [503, "A search index is missing"],
  too_many_watchers: [503, "Too many watchers"],
  archive_damaged: [503, "The archive's copy is missing or damaged"],
  archive_unavailable: [503, "The archive doesn't answer"],
  embedder_unavailable: [503, "The embedding provider is unavailable"],
  audit_unavailable: [503, "The audit trail can't be read or written"],
  quota_exceeded: [507, "The namespace is full"],
  redis_out_of_memory: [507, "Redis is out of memory"],
  redis_disk_full: [507, "Redis can't write to its disk"],
};

/** A refusal that HTTP itself makes. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** RFC 9457 problem details of any error; of an unknown one nothing but that it happened. */
export function describeProblem(error: unknown, requestId?: string): Problem {
  const { code, detail, errors } = classify(error);
  const [status, title] = PROBLEMS[code];
  return {
    type: `urn:mneme:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(errors.length === 0 ? {} : { errors: [...errors] }),
    ...(error instanceof DomainError && error.failed !== undefined ? { failed: error.failed } : {}),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

interface Classified {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
}

function classify(error: unknown): Classified {
  if (error instanceof DomainError) return { code: error.code, detail: error.message, errors: error.errors };
  if (error instanceof HttpProblem) return { code: error.code, detail: error.message, errors: [] };
  if (error instanceof HTTPException && error.status === 400) {
    return { code: "malformed_json", detail: "The body can't be read as JSON.", errors: [] };
  }
  return { code: "internal_error", detail: "Internal server error.", errors: [] };
}

/** Answers with an error as `application/problem+json`. `publicUrl`: the origin that clients know, if it isn't the request's. */
export function respondProblem(
  c: HonoContext,
  error: unknown,
  requestId: string | undefined,
  publicUrl: string | undefined,
): Response {
  const problem = describeProblem(error, requestId);
  c.set("problemCode", problem.code);
  if (error instanceof DomainError && error.retryAfterSeconds !== undefined) {
    c.header("Retry-After", String(error.retryAfterSeconds));
  }
  // Remove the ETag of the answer that a later step replaced with this one.
  c.header("ETag", undefined);
  c.header("Location", undefined);
  if (problem.status === 401) c.header("WWW-Authenticate", challengeOf(c, publicUrl));
  // The rest of the body stays unread, so the connection can't carry another request.
  if (problem.status === 413 || problem.status === 408) c.header("Connection", "close");
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    "Content-Type": "application/problem+json",
  });
}

/** MCP clients are told which page says how to get in (RFC 9728). */
function challengeOf(c: HonoContext, publicUrl: string | undefined): string {
  const { origin, pathname } = new URL(c.req.url);
  if (!/^\/mcp(\/|$)/.test(pathname)) return "Bearer";
  return `Bearer resource_metadata="${publicUrl ?? origin}${RESOURCE_METADATA}${pathname}"`;
}

/** Where MCP clients find how a resource is protected: this, and then the resource's own path. */
export const RESOURCE_METADATA = "/.well-known/oauth-protected-resource";

/** A schema's complaints as one domain error that names each field. */
export function invalidRequest(error: z.ZodError): DomainError {
  const errors = firstOfEach(error.issues.flatMap(fieldErrors)).slice(0, MAX_ERRORS);
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new DomainError("invalid_request", `${first?.field ?? "request"}: ${first?.message ?? ""}${more}`, {
    errors,
  });
}

/** A request may be wrong in thousands of places; the first few are enough. */
const MAX_ERRORS = 20;
/** A field's name can be the caller's own, and as long as the body. */
const MAX_FIELD_NAME = 128;

function fieldErrors({ path, message, ...issue }: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== "unrecognized_keys") return [{ field: fieldName(path), message }];
  return issue.keys.map((key) => ({ field: fieldName([...path, key]), message: "Unknown field." }));
}

/** An empty text is too short and blank too: a field's first error is enough. */
function firstOfEach(errors: readonly FieldError[]): FieldError[] {
  const byField = new Map<string, FieldError>();
  for (const error of errors) if (!byField.has(error.field)) byField.set(error.field, error);
  return [...byField.values()];
}

/** A place in a request, as a problem names it. */
export function fieldName(path: readonly PropertyKey[]): string {
  const name = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  return name === "" ? "body" : name.slice(0, MAX_FIELD_NAME);
}
