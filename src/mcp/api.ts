import { isDotPart } from "../domain/dot-part.js";

/** A request of mneme's HTTP API, without what says who asks. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query; every part that a caller wrote is percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  /** The body as JSON; undefined: it is empty. */
  readonly body: unknown;
  /** When a refused request may be sent again: the header `Retry-After`. */
  readonly retryAfter?: string | null;
}

/**
 * Sends one request as the caller of a tool. A tool has no other way to memories, so whatever the HTTP API checks,
 * limits and records holds for tools as well. Throws an {@link ApiRefusal} once `signal` says that the call has ended.
 */
export type CallApi = (request: ApiRequest, signal?: AbortSignal) => Promise<ApiAnswer>;

/** What a tool was asked for and can't do, mostly because the API refused it. Its message is for the model. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
}

/** Why a request of a call isn't sent any more. */
export const callEnded = (): ApiRefusal => new ApiRefusal("The client ended the call.");

/** The body of a successful answer. Throws an {@link ApiRefusal} that names the problem, and each wrong field. */
export async function bodyOf(call: CallApi, request: ApiRequest): Promise<unknown> {
  const answer = await call(request);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw refusalOf(answer);
}

export function refusalOf({ status, body, retryAfter }: ApiAnswer): ApiRefusal {
  const wait = retryAfter === undefined || retryAfter === null ? [] : [`Try again in ${retryAfter} s.`];
  if (!isProblem(body)) return new ApiRefusal([`mneme answered ${status}.`, ...wait].join("\n"));
  const fields = (body.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
  return new ApiRefusal([`${body.code}: ${body.detail}`, ...fields, ...wait].join("\n"));
}

interface ProblemBody {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** The API answers with problem details only. */
function isProblem(body: unknown): body is ProblemBody {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

/** A path of the API whose parts are percent-encoded. Throws an {@link ApiRefusal} for a name that no path can hold. */
export function apiPath(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((path, part, index) => path + encodedPart(values[index - 1] ?? "") + part);
}

/** An empty part, `.` or `..` would make the path another one. */
function encodedPart(name: string): string {
  if (name === "" || isDotPart(name) || !name.isWellFormed()) {
    throw new ApiRefusal(`not_found: Nothing can have the name ${JSON.stringify(name)}.`);
  }
  return encodeURIComponent(name);
}

/** A query string with the values that are given; empty without any. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
