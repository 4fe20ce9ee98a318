import { benchCheckpointer } from "./checkpointer/index.js";
import { benchMemory } from "./memory/index.js";
import type { Part } from "./part.js";

export const PARTS: ReadonlyMap<string, Part> = new Map([
  ["memory", benchMemory],
  ["checkpointer", benchCheckpointer],
]);
