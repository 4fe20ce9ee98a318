import { z } from "@hono/zod-openapi";

export const problemView = z
  .object({
    type: z.string().openapi({ example: "urn:mneme:problem:invalid_request" }),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ example: "invalid_request" }),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    failed: z
      .object({
        part: z.enum(["check", "operation"]),
        index: z.int(),
        key: z.string(),
        reason: z.string(),
        version: z.int().nullable().optional(),
      })
      .optional()
      .openapi({
        description: "The first check or operation of the transaction that failed, and the reason.",
      }),
    request_id: z.string().optional(),
  })
  .openapi("Problem");

export type Problem = z.infer<typeof problemView>;
