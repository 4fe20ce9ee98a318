import { createHash } from "node:crypto";
import type { Memory } from "./record.js";

/**
 * A mark of what a stored memory says in the fields that a revision replaces: SHA-1, hexadecimal. Applying settings for
 * personal data changes it without a new version. memory/lua/revise.lua computes the same of the record.
 */
export function wordingOf({
  content,
  metadata,
  tags,
}: Pick<Memory, "content" | "metadata" | "tags">): string {
  return createHash("sha1")
    .update([content, JSON.stringify(metadata), ...tags].join("\0"))
    .digest("hex");
}
