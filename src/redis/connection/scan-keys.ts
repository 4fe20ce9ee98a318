import { createHash } from "node:crypto";
import type { RedisGateway } from "./client.js";
import type { RedisNode } from "./nodes.js";

export interface ScanOptions {
  readonly COUNT: number;
  readonly MATCH?: string;
  readonly TYPE?: string;
}

export interface KeyPage {
  /** Where the next page begins; `0`: there is none. */
  readonly cursor: string;
  readonly keys: readonly string[];
}

/**
 * Some of the store's keys, by SCAN; `"0"` begins. On a cluster it walks through one node after another, and begins again
 * where slots have moved in between: so each key that is there throughout comes at least once.
 *
 * @param beside a key in whose slot all of them are: then only its node is asked
 */
export async function scanKeys(
  redis: RedisGateway,
  cursor: string,
  options: ScanOptions,
  { beside, timeoutMs }: { readonly beside?: string; readonly timeoutMs?: number } = {},
): Promise<KeyPage> {
  return redis.run(async () => {
    const { nodes } = redis;
    const [only] = nodes.clustered ? [] : await nodes.every();
    if (only !== undefined) return only.client.scan(cursor, options);
    const walked = beside === undefined ? await nodes.every() : [await nodes.ofKey(beside)];
    return scanNodes(walked.toSorted(byId), await nodes.layout(), cursor, options);
  }, timeoutMs);
}

async function scanNodes(
  nodes: readonly RedisNode[],
  layout: string,
  cursor: string,
  options: ScanOptions,
): Promise<KeyPage> {
  const mark = createHash("sha256").update(layout).digest("hex").slice(0, 12);
  const [known, place, own = "0"] = cursor.split(".");
  const goesOn = known === mark;
  const index = goesOn ? Number(place) : 0;
  const node = nodes[index];
  if (node === undefined) return { cursor: "0", keys: [] };
  const page = await node.client.scan(goesOn ? own : "0", options);
  const next = page.cursor === "0" ? index + 1 : index;
  return { cursor: next === nodes.length ? "0" : `${mark}.${next}.${page.cursor}`, keys: page.keys };
}

const byId = (one: RedisNode, other: RedisNode): number => (one.id < other.id ? -1 : 1);

/** A text as MATCH takes it for itself: the service's key prefix may hold any character. */
export const literal = (text: string): string => text.replace(/[\\*?[\]^-]/g, String.raw`\$&`);
