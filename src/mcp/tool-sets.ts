/**
 * Which tools a server has: the seven of memories; those of state and sessions too; or, instead, the nine of the `memory`
 * reference server of MCP.
 */
export const TOOL_SETS = ["core", "all", "reference"] as const;
export type ToolSet = (typeof TOOL_SETS)[number];
