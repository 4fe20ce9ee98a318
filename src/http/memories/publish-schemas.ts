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
        "Whether the copy follows its origin: it gets each revision, and is deleted or expires with it. Otherwise the copy only shows that its origin has a newer version or was deleted.",
    }),
  })
  .openapi("PublishRequest");

export const unpublishRequest = z.strictObject({ from: namespace }).openapi("UnpublishRequest");
