import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { isPeriod, provenance, VALIDITY } from "../memories/schemas.js";
import { namespace, nonBlank, pathText } from "../openapi/primitives.js";

const itemKey = pathText(LIMITS.identifierBytes).openapi({
  description: `Text of up to ${LIMITS.identifierBytes} bytes of UTF-8, except \`.\` and \`..\`. Percent-encoded in the URL.`,
  example: "preferences/tea",
});

export const itemParams = z.strictObject({ ns: namespace, key: itemKey });

export const newItem = z
  .strictObject({
    content: nonBlank(LIMITS.contentBytes, "Must not be blank; omit it instead.").optional().openapi({
      description: "Text by which recall finds the item. Without it, only its key and filters find it.",
      example: "Prefers green tea, without sugar.",
    }),
    ...provenance,
  })
  .refine(isPeriod, VALIDITY)
  .openapi("NewItem");
