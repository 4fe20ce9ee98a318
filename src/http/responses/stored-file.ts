import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Context as HonoContext } from "hono";

/** A file that stays as it is while the process runs: kept in memory, packed once, and not sent to who has it. */
export interface StoredFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly packed: Uint8Array<ArrayBuffer>;
}

export function storeFile(type: string, content: string): StoredFile {
  const plain = new Uint8Array(Buffer.from(content));
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  return { type, etag, plain, packed: new Uint8Array(gzipSync(plain)) };
}

export function respondFile(
  c: HonoContext,
  file: StoredFile,
  headers: Record<string, string> = {},
): Response {
  const shared = {
    ETag: file.etag,
    Vary: "Accept-Encoding",
    "Cache-Control": "no-cache",
    ...headers,
  };
  if (sameTag(c.req.header("if-none-match"), file.etag)) return c.body(null, 304, shared);
  if (/\bgzip\b(?!\s*;\s*q=0(\.0+)?\s*(,|$))/i.test(c.req.header("accept-encoding")?.slice(0, 256) ?? "")) {
    return c.body(file.packed, 200, { ...shared, "Content-Type": file.type, "Content-Encoding": "gzip" });
  }
  return c.body(file.plain, 200, { ...shared, "Content-Type": file.type });
}

function sameTag(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
