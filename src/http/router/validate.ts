import type { z } from "@hono/zod-openapi";
import type { Handler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AppEnv } from "../env.js";
import { invalidRequest } from "../problem.js";

/** What a route takes, by its description. */
export interface Taken {
  readonly query?: z.ZodType | undefined;
  readonly params?: z.ZodType | undefined;
  /** Its names are in small letters. */
  readonly headers?: z.ZodType | undefined;
  /** Of the body; one that is absent is taken for {}, which gets the schema's defaults. */
  readonly body?: z.ZodType | undefined;
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * Checks all that a route takes in one step, before its handler: query, path, headers, body. `@hono/zod-openapi` takes a
 * middleware for each, and promises for schemas that need none, which a short request would spend a tenth of its time on.
 * `limitBody` has checked the type of the body, and parsed it.
 */
export function validated(
  { query, params, headers, body }: Taken,
  handler: Handler<AppEnv>,
): Handler<AppEnv> {
  return (c, next) => {
    const { req } = c;
    if (query !== undefined) req.addValidatedData("query", checked(query, queryOf(req)));
    if (params !== undefined) req.addValidatedData("param", checked(params, req.param()));
    if (headers !== undefined) req.addValidatedData("header", checked(headers, req.header()));
    if (body === undefined) return handler(c, next);
    const isJson = JSON_TYPE.test(req.header("content-type") ?? "");
    const sent = isJson ? jsonOf(req) : Promise.resolve({});
    return sent.then((value) => {
      req.addValidatedData("json", checked(body, value));
      return handler(c, next);
    });
  };
}

function checked(schema: z.ZodType, value: unknown): object {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequest(result.error);
  // Hono declares an object; a body may be any JSON value, which the handler gets as its schema says.
  return result.data as object;
}

/** A parameter that is given more than once is a list, which no schema of one value takes. */
function queryOf(req: { readonly url: string; queries(): Record<string, string[]> }): object {
  if (!req.url.includes("?")) return {};
  return Object.fromEntries(
    Object.entries(req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

async function jsonOf(req: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await req.json();
  } catch (cause) {
    throw new HTTPException(400, { cause });
  }
}
