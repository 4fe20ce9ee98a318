import { z } from "@hono/zod-openapi";
import { PII_NAMES } from "../../pii/kinds.js";
import type { PiiKind } from "../../pii/kinds.js";

const count = (kind: PiiKind) =>
  z
    .int()
    .optional()
    .openapi({ description: `Number of ${PII_NAMES[kind]}.` });
const shape = {
  email: count("email"),
  phone: count("phone"),
  card: count("card"),
  iban: count("iban"),
  ip: count("ip"),
  national_id: count("national_id"),
  secret: count("secret"),
} satisfies Record<PiiKind, unknown>;

export const piiCounts = z.object(shape).openapi("PiiCounts", {
  description: "Number of pieces of personal data by kind. Kinds without any are omitted.",
});

/** In answers of writes only. */
export const foundPii = piiCounts.optional().openapi({
  description:
    "Number of pieces of personal data that this write found, by kind. Only in answers to writes, where the namespace's settings look for personal data.",
});
