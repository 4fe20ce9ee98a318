import { z } from "@hono/zod-openapi";
import type { Erased } from "../../memory/erasure/erase.js";
import { MOST_NAMED } from "../../memory/erasure/erase.js";
import { memoryId } from "./primitives.js";

export const derivedPolicy = z.enum(["erase", "keep"]).default("erase").openapi({
  description:
    "What happens to memories derived from the deleted ones. `erase`: they are deleted if they have no other source, else rebuilt from the remaining sources. `keep`: they stay unchanged.",
});

const ids = z.array(memoryId).max(MOST_NAMED);

export const erasedView = z
  .object({
    counts: z
      .object({ removed: z.int(), remade: z.int(), kept: z.int() })
      .openapi({ description: "Number of derived memories deleted, rebuilt or kept so far." }),
    removed: ids.openapi({
      description: `Ids of derived memories that were deleted; at most ${MOST_NAMED}.`,
    }),
    remade: ids.openapi({
      description: `Ids of derived memories that were rebuilt from their other sources, without their old versions; at most ${MOST_NAMED}.`,
    }),
    kept: ids.openapi({
      description: `Ids of derived memories that stay, because a caller wrote them from several sources or because they were also written independently; at most ${MOST_NAMED}. Their \`derived_from\` no longer names the deleted source.`,
    }),
    pending: z.boolean().openapi({
      description: "`true`: more derived memories are being processed in the background.",
    }),
  })
  .openapi("ErasedDerived");

export function viewErased({ counts, removed, remade, kept, pending }: Erased): z.infer<typeof erasedView> {
  return { counts: { ...counts }, removed: [...removed], remade: [...remade], kept: [...kept], pending };
}
