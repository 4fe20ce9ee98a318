/** What the reply of a script begins with; lua/codes.lua has the same names. What follows is in the script's header. */
export const CODE = {
  DONE: 0,
  /** There is no such memory. */
  MISSING: 1,
  /** It has another version than the expected one, or may not be changed now. */
  CONFLICT: 2,
  /** Another memory says that already. */
  DUPLICATE: 3,
  /** The write would break a quota. */
  QUOTA: 4,
  /** Too many facts contradict this one. */
  CONTRADICTIONS: 5,
  /** The same memory is there already, and was seen once more. */
  SEEN: 6,
  /** A record of an older schema may be the same memory. */
  OLDER: 7,
} as const;
