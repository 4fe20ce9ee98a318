import type { Part } from "./part.js";
import type { PartName } from "./part-names.js";

/** Each part is loaded when it runs: `checkpointer` needs packages that only a clone has. */
export const PARTS: Readonly<Record<PartName, () => Promise<Part>>> = {
  memory: async () => (await import("./memory/index.js")).benchMemory,
  state: async () => (await import("./state/index.js")).benchState,
  lifecycle: async () => (await import("./lifecycle/index.js")).benchLifecycle,
  time: async () => (await import("./time/index.js")).benchTime,
  overload: async () => (await import("./overload/index.js")).benchOverload,
  budget: async () => (await import("./budget/index.js")).benchBudget,
  checkpointer: async () => (await import("./checkpointer/index.js")).benchCheckpointer,
  cost: async () => (await import("./cost/index.js")).benchCost,
  profile: async () => (await import("./profile/index.js")).benchProfile,
  load: async () => (await import("./load/index.js")).benchLoad,
};
