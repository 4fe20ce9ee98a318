import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "@hono/zod-openapi";
import { Failure, messageOf } from "../shell/failure.js";

/** How often a request that can be sent again is, while the service is away or isn't ready for it. */
const ATTEMPTS = 30;
const LONGEST_PAUSE_MS = 10_000;

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** A second time does nothing else than the first. A request that the service isn't ready for is repeated anyway. */
  readonly repeatable: boolean;
  /** Repeated while Redis is full, too: what it asks about goes on meanwhile. */
  readonly whileFull?: boolean;
}

export interface Api {
  /** The body of a successful answer; a {@link Refused} for any other. */
  text(request: ApiRequest): Promise<string>;
  json<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): Promise<z.output<Schema>>;
}

/** The service's own answer that it won't. */
export class Refused extends Failure {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

export function createApi(url: string, key: string | undefined): Api {
  const base = url.replace(/\/+$/, "");

  async function once({ method, path, body }: ApiRequest): Promise<Response> {
    return fetch(base + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "content-type": body.type }),
      },
      ...(body === undefined ? {} : { body: body.text }),
    });
  }

  async function text(request: ApiRequest): Promise<string> {
    let told = false;
    for (let attempt = 1; ; attempt++) {
      const last = !request.repeatable || attempt === ATTEMPTS;
      let response: Response;
      let received: string;
      try {
        response = await once(request);
        received = await response.text();
      } catch (error) {
        if (last) throw new Failure(`${base} can't be reached: ${reasonOf(error)}`, { cause: error });
        await sleep(pauseOf(attempt));
        continue;
      }
      if (response.ok) return received;
      const { detail = `${base} answered ${response.status}.`, code } = problemOf(received);
      const passing = response.status >= 500 || response.status === 429 || response.status === 409;
      // Whatever the request is, nothing was begun.
      const unready = code === "transfer_not_ready" && attempt < ATTEMPTS;
      // The store is full, and stays so.
      const full = response.status === 507;
      if (!unready && (last || !passing || (full && request.whileFull !== true)))
        throw new Refused(response.status, detail);
      if ((unready || full) && !told) console.error(`${detail} The command waits.`);
      told ||= unready || full;
      const after = Number(response.headers.get("retry-after") ?? NaN);
      await sleep(Number.isFinite(after) ? Math.min(after * 1000, 60_000) : pauseOf(attempt));
    }
  }

  return {
    text,
    async json(schema, request) {
      const parsed = schema.safeParse(parseJson(await text(request)));
      if (!parsed.success) throw new Failure(`${base} gave an answer that this release doesn't understand.`);
      return parsed.data;
    },
  };
}

const pauseOf = (attempt: number): number => Math.min(250 * 2 ** attempt, LONGEST_PAUSE_MS);

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause);
}

/** What problem details say; nothing, where it is another answer. */
function problemOf(text: string): { readonly detail?: string; readonly code?: string } {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return {};
  return {
    ...("detail" in value && typeof value.detail === "string" ? { detail: value.detail } : {}),
    ...("code" in value && typeof value.code === "string" ? { code: value.code } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const jsonBody = (value: unknown) => ({ type: "application/json", text: JSON.stringify(value) });
