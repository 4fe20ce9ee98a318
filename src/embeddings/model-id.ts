import { createHash } from "node:crypto";

const MAX_LENGTH = 64;

/**
 * The key-safe identity `[a-z0-9.-]{1,64}` of a model and its dimension. A name that doesn't survive as it
 * is gets a digest, so two names never share an id: vectors of different models must not meet in one index.
 */
export function modelId(name: string, dimensions: number): string {
  const suffix = `-${dimensions}`;
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (slug === name && slug.length + suffix.length <= MAX_LENGTH) return slug + suffix;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const room = MAX_LENGTH - suffix.length - digest.length - 1;
  return `${slug.slice(0, room)}-${digest}${suffix}`.replace(/^-+/, "");
}

/** The dimensions of the model with this identity. */
export function dimensionsOf(id: string): number {
  return Number(/-(\d+)$/.exec(id)?.[1] ?? 0);
}
