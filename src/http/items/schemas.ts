import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { isPeriod, provenance, VALIDITY } from "../memories/schemas.js";
import { namespace, nonBlank, pathText } from "../openapi/primitives.js";

const itemKey = pathText(LIMITS.identifierBytes).openapi({
  description: `Any text up to ${LIMITS.identifierBytes} bytes of UTF-8 but . and ..; percent-encoded in the URL.`,
  example: "preferences/tea",
});

export const itemParams = z.strictObject({ ns: namespace, key: itemKey });

export const newItem = z
  .strictObject({
    content: nonBlank(LIMITS.contentBytes, "Must not be blank: leave it out.").optional().openapi({
      description: "By what it is found. Left out: by its key and by filters only.",
      example: "Prefers green tea, without sugar.",
    }),
    ...provenance,
  })
  .refine(isPeriod, VALIDITY)
  .openapi("NewItem");
