export { mnemeMemory } from "./mneme-memory.js";
export type { MnemeMemoryOptions, MnemeReceipt, ToolName, TurnConfig } from "./options.js";
