import { agentMemoryServer } from "./formats/agent-memory-server.js";
import { chatgpt } from "./formats/chatgpt.js";
import { claude } from "./formats/claude.js";
import { claudeCode } from "./formats/claude-code.js";
import { codex } from "./formats/codex.js";
import { geminiCli } from "./formats/gemini-cli.js";
import { mcpMemory } from "./formats/mcp-memory.js";
import { mem0 } from "./formats/mem0.js";
import { mnemeExport } from "./formats/mneme-export.js";
import { graphiti, zep } from "./formats/zep.js";
import type { Source } from "./source.js";

/** By the name that `--from` takes, which is also `source` in the metadata of what was imported. */
export const SOURCES = {
  "mcp-memory": mcpMemory,
  chatgpt,
  claude,
  "claude-code": claudeCode,
  codex,
  "gemini-cli": geminiCli,
  mem0,
  "agent-memory-server": agentMemoryServer,
  zep,
  graphiti,
  "mneme-export": mnemeExport,
} as const satisfies Readonly<Record<string, Source>>;

export type SourceName = keyof typeof SOURCES;

export const SOURCE_NAMES = Object.keys(SOURCES) as readonly SourceName[];

export const isSourceName = (name: string): name is SourceName => Object.hasOwn(SOURCES, name);
