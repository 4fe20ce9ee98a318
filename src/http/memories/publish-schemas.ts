import { z } from "@hono/zod-openapi";
import { namespace, timeView } from "../openapi/primitives.js";

export const publicationView = z.object({
  namespace,
  follow: z.boolean(),
  published_by: z.string(),
  published_at: timeView,
  version: z.int().openapi({ description: "That the copy has heard of; 0: it is on its way." }),
});

export const publishRequest = z
  .strictObject({
    to: namespace,
    follow: z.boolean().default(false).openapi({
      description:
        "Carry revisions and the end of this memory over to the copy. Else the copy only shows that there is a newer version.",
    }),
  })
  .openapi("PublishRequest");

export const unpublishRequest = z.strictObject({ from: namespace }).openapi("UnpublishRequest");
