import type { Tool } from "../../tool.js";
import { ENTITY_TOOLS } from "./entities.js";
import { OBSERVATION_TOOLS } from "./observations.js";
import { READING_TOOLS } from "./read.js";
import { RELATION_TOOLS } from "./relations.js";

/** The tools of the `memory` reference server of MCP, over facts: a client made for that server finds what it knows. */
export const REFERENCE_TOOLS: readonly Tool[] = [
  ...ENTITY_TOOLS,
  ...RELATION_TOOLS,
  ...OBSERVATION_TOOLS,
  ...READING_TOOLS,
];
