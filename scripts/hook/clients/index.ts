import { claudeCode } from "./claude-code.js";
import type { Client } from "./client.js";
import { codex } from "./codex.js";
import { cursor } from "./cursor.js";
import { gemini } from "./gemini.js";

export const CLIENTS = { "claude-code": claudeCode, codex, cursor, gemini } as const satisfies Record<
  string,
  Client
>;

export type ClientName = keyof typeof CLIENTS;

export const isClientName = (value: string): value is ClientName => Object.hasOwn(CLIENTS, value);
