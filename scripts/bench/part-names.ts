/** The parts of the benchmark, in the order in which they run. */
export const PART_NAMES = [
  "memory",
  "state",
  "lifecycle",
  "time",
  "overload",
  "budget",
  "checkpointer",
  "cost",
  "load",
  "profile",
] as const;

export type PartName = (typeof PART_NAMES)[number];
