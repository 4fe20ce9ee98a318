import type { RedisClient } from "../connection/client.js";
import {
  FIRST_RECORD_SCHEMA,
  FIRST_TERMS_SCHEMA,
  INDEX_SCHEMAS,
  RECORD_SCHEMA,
  TERMS_SCHEMA,
} from "../schemas.js";

/** The schemas that a process reads and writes. */
export interface Schemas {
  readonly record: number;
  readonly terms: number;
  readonly records: number;
  readonly vectors: number;
  readonly sessions: number;
  readonly consolidations: number;
  readonly erasures: number;
}

const ORDER = ["record", "terms", "records", "vectors", "sessions", "consolidations", "erasures"] as const;

/** Commit cf82f9c's clients are called `mneme`, without numbers. */
const FIRST: Schemas = {
  record: FIRST_RECORD_SCHEMA,
  terms: FIRST_TERMS_SCHEMA,
  records: 4,
  vectors: 2,
  sessions: 1,
  consolidations: 1,
  erasures: 0,
};

export const PRESENT_SCHEMAS: Schemas = { record: RECORD_SCHEMA, terms: TERMS_SCHEMA, ...INDEX_SCHEMAS };

/** The name of a service's connection: another process sees by it which schemas are still needed. */
export function clientName(schemas: Schemas = PRESENT_SCHEMAS): string {
  return `mneme/${ORDER.map((name) => schemas[name]).join(".")}`;
}

/** What other service processes that are connected now need; undefined where Redis doesn't say. */
export async function connectedSchemas(client: RedisClient): Promise<readonly Schemas[] | undefined> {
  let list: string;
  try {
    list = String(await client.sendCommand(["CLIENT", "LIST", "TYPE", "normal"]));
  } catch {
    // Not permitted to this user: a service works without.
    return undefined;
  }
  return list.split("\n").flatMap((line) => schemasOf(/ name=(\S*)/.exec(line)?.[1] ?? ""));
}

function schemasOf(name: string): Schemas[] {
  if (name === "mneme") return [FIRST];
  const numbers = /^mneme\/(\d+(?:\.\d+){6})$/.exec(name)?.[1]?.split(".").map(Number);
  if (numbers === undefined) return [];
  const [record = 0, terms = 0, records = 0, vectors = 0, sessions = 0, consolidations = 0, erasures = 0] =
    numbers;
  return [{ record, terms, records, vectors, sessions, consolidations, erasures }];
}

/** Whether one of them writes records that would have to be upgraded. */
export function writesOlder(
  processes: readonly Schemas[],
  { record, terms }: Schemas = PRESENT_SCHEMAS,
): boolean {
  return processes.some((process) => process.record < record || process.terms < terms);
}
