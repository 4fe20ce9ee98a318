/** Which tools a server has: the seven of memories, or those of state and sessions too. */
export const TOOL_SETS = ["core", "all"] as const;
export type ToolSet = (typeof TOOL_SETS)[number];
