/** What must hold before a write: anything, that there is one, that there is none, or that it has this version. */
export type Precondition = "any" | "present" | "absent" | number;
