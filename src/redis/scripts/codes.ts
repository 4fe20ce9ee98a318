/**
 * The first element of a script's reply; lua/codes.lua has the same names. The rest is in the script's header. `DONE`
 * and `CREATED` keep their numbers: the results of operations are stored with them.
 */
export const CODE = {
  DONE: 0,
  /** Done, and it wasn't there before. */
  CREATED: 1,
  /** There is none. */
  MISSING: 2,
  /** It has another version than the expected one, or may not be changed now. */
  CONFLICT: 3,
  /** Another memory says that already. */
  DUPLICATE: 4,
  /** It is there already: a memory that was seen once more, or an answer that was kept. */
  SEEN: 5,
  /** A record of an older schema may be the same memory. */
  OLDER: 6,
  /** The name belongs to another caller. */
  TAKEN: 7,
  /** The write would break a quota. */
  QUOTA: 8,
  /** Too many facts contradict this one. */
  CONTRADICTIONS: 9,
  /** There would be more than the limit allows. */
  TOO_MANY: 10,
  /** It would become larger than the limit allows. */
  TOO_LARGE: 11,
  /** It would live longer than the namespace allows. */
  TTL_TOO_LONG: 12,
  /** Another one is running. */
  BUSY: 13,
  /** The lease or claim belongs to another process now. */
  LOST: 14,
  /** Its status doesn't allow that. */
  UNFIT: 15,
  /** The plan was changed in between. */
  OUTDATED: 16,
  /** It is gone, because it is too long ago. */
  EXPIRED: 17,
  /** It is in the future. */
  FUTURE: 18,
  /** A document must be mended first. */
  DRIFTED: 19,
  /** One of several operations can't be done, so none was. */
  FAILED: 20,
} as const;

/** A code that the script doesn't reply with. */
export const wrongCode = (script: string, code: number): Error => new Error(`${script}.lua returned ${code}`);

/** The meaning of a code for the caller of a script. */
export function meaningOf<Outcome>(
  script: string,
  code: number,
  outcomes: Readonly<Record<number, Outcome>>,
): Outcome {
  const outcome = outcomes[code];
  if (outcome === undefined) throw wrongCode(script, code);
  return outcome;
}
