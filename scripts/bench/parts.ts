import { benchCheckpointer } from "./checkpointer/index.js";
import { benchCost } from "./cost/index.js";
import { benchLifecycle } from "./lifecycle/index.js";
import { benchMemory } from "./memory/index.js";
import { benchOverload } from "./overload/index.js";
import type { Part } from "./part.js";
import { benchTime } from "./time/index.js";
import { benchState } from "./state/index.js";

export const PARTS: ReadonlyMap<string, Part> = new Map([
  ["memory", benchMemory],
  ["state", benchState],
  ["lifecycle", benchLifecycle],
  ["time", benchTime],
  ["overload", benchOverload],
  ["checkpointer", benchCheckpointer],
  ["cost", benchCost],
]);
