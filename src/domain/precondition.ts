/**
 * What must hold before a write: anything, that a version exists, that none exists, or that the version is this one.
 */
export type Precondition = "any" | "present" | "absent" | number;
