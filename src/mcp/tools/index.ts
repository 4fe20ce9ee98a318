import type { Tool } from "../tool.js";
import type { ToolSet } from "../tool-sets.js";
import { feedback } from "./feedback.js";
import { forget } from "./forget.js";
import { getMemory } from "./get-memory.js";
import { profile } from "./profile.js";
import { recall } from "./recall.js";
import { REFERENCE_TOOLS } from "./reference/index.js";
import { remember } from "./remember.js";
import { SESSION_TOOLS } from "./sessions.js";
import { STATE_TOOLS } from "./state.js";
import { updateMemory } from "./update-memory.js";

const CORE: readonly Tool[] = [recall, remember, forget, updateMemory, getMemory, profile, feedback];

export const TOOLS: Readonly<Record<ToolSet, readonly Tool[]>> = {
  core: CORE,
  all: [...CORE, ...STATE_TOOLS, ...SESSION_TOOLS],
  reference: REFERENCE_TOOLS,
};
