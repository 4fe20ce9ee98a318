import { pretty } from "../base/format.js";
import type { Memory } from "../base/service.js";

const FIELDS = [
  "tags",
  "metadata",
  "importance",
  "pinned",
  "trust_score",
  "valid_from",
  "valid_to",
  "fact",
] as const;

/** What differs between two versions besides their contents. */
export function differences(before: Memory, after: Memory): readonly string[] {
  return FIELDS.flatMap((field) => {
    const [old, now] = [one(before[field]), one(after[field])];
    return old === now ? [] : [`${field}: ${old} → ${now}`];
  });
}

const one = (value: unknown): string =>
  value === undefined || value === null ? "none" : pretty(value).replaceAll(/\s*\n\s*/g, " ");
