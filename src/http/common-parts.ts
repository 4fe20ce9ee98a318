import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./env.js";

type Document = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;

const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header" as const,
  schema: { type: "string" as const, maxLength: 255 },
  description: "A retry with the same key and body gets the first answer, for 24 hours.",
};

const PREFER = {
  name: "Prefer",
  in: "header" as const,
  schema: { type: "string" as const },
  description: "`durable`: answer once Redis has the write on disk.",
};

const REPEATED = {
  409: {
    content: problem,
    description: "The first request with this Idempotency-Key isn't answered yet (idempotency_busy).",
  },
  422: {
    content: problem,
    description: "This Idempotency-Key belongs to another request (idempotency_mismatch).",
  },
};

/** Adds to each operation what middleware does for it, so that no route has to say it again. */
export function withCommonParts(document: Document): Document {
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of ["post", "put", "patch", "delete"] as const) {
      const operation = path[method];
      if (operation === undefined) continue;
      const repeatable = method === "post" || method === "put";
      operation.parameters = [
        ...(operation.parameters ?? []),
        ...(repeatable ? [IDEMPOTENCY_KEY] : []),
        PREFER,
      ];
      if (repeatable) operation.responses = { ...REPEATED, ...operation.responses };
    }
  }
  return document;
}
