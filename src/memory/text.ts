const ELLIPSIS = "…";

/** Cuts a text to at most `bytes` of UTF-8, never inside a character; a cut text ends in an ellipsis. */
export function truncateUtf8(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = Math.max(0, bytes - Buffer.byteLength(ELLIPSIS));
  // Bytes 10xxxxxx continue a character: step back to where it began.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString("utf8", 0, end) + ELLIPSIS;
}
