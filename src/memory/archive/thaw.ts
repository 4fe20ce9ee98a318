import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { quotaExceeded } from "../../domain/errors.js";
import type { Memory } from "../model/record.js";
import type { Services } from "../services.js";

/**
 * Makes a memory hot that is to be changed, because a version of a stub would hold an excerpt. True: it was archived, and is
 * to be read again. Rejects with `archive_unavailable`, `archive_damaged` or `quota_exceeded`.
 */
export async function thaw(
  { archive }: Pick<Services, "archive">,
  context: Context,
  { archived, namespace, id }: Pick<Memory, "archived" | "namespace" | "id">,
): Promise<boolean> {
  if (archived === null) return false;
  const outcome = await archive.bringBack(trailOf(context, "archive.restore"), namespace, id);
  if (outcome.kind === "full") throw quotaExceeded(outcome.quota);
  return true;
}
