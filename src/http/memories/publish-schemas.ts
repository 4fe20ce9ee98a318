import { z } from "@hono/zod-openapi";
import { namespace, timeView } from "../openapi/primitives.js";

export const publicationView = z.object({
  namespace,
  follow: z.boolean(),
  published_by: z.string(),
  published_at: timeView,
  version: z
    .int()
    .openapi({ description: "Latest origin version synced to the copy; 0 while the first sync is pending." }),
});

export const publishRequest = z
  .strictObject({
    to: namespace,
    follow: z.boolean().default(false).openapi({
      description:
        "Whether revisions and the end of this memory are applied to the copy. Otherwise the copy only shows that a newer version exists.",
    }),
  })
  .openapi("PublishRequest");

export const unpublishRequest = z.strictObject({ from: namespace }).openapi("UnpublishRequest");
