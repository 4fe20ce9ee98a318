/** Recognises the errors with which Redis replies: the one place in this package that knows their texts. */

/** The script isn't in this Redis yet, or no longer. */
export const isScriptMissing = (error: unknown): boolean =>
  error instanceof Error && /^NOSCRIPT\b/.test(error.message);
