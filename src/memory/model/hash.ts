import { createHash } from "node:crypto";
import type { MemoryType } from "./record.js";

/**
 * Identity of a memory's content inside its namespace: SHA-256 over type and content, base64url (43 characters).
 * `content` is the text, or for an interaction its raw JSON with its session.
 */
export function contentHash(type: MemoryType, content: string): string {
  return createHash("sha256").update(`${type}\0${content}`).digest("base64url");
}

/**
 * Identity of an item, whatever its content. It can't collide with a {@link contentHash}, because no memory type is
 * called `key`.
 */
export function itemHash(key: string): string {
  return createHash("sha256").update(`key\0${key}`).digest("base64url");
}

/**
 * Identity of a published copy: that of its origin, whatever its content. It can't collide with a {@link contentHash}
 * either.
 */
export function copyHash(origin: { readonly namespace: string; readonly id: string }): string {
  return createHash("sha256").update(`origin\0${origin.namespace}\0${origin.id}`).digest("base64url");
}

/** Identity of a memory whose text was replaced, where nothing says of what its former one was made. */
export function rewrittenHash(id: string): string {
  return createHash("sha256").update(`rewritten\0${id}`).digest("base64url");
}

/** Identity of what a key that may not read writes: as `hash`, among what that key wrote itself. */
export function aloneHash(key: string, hash: string): string {
  return createHash("sha256").update(`alone\0${key}\0${hash}`).digest("base64url");
}
