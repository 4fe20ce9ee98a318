import type { StoreDeps } from "../deps.js";
import { dueFirst } from "./due-notes.js";

/** When something is to be done for a record, milliseconds since the epoch. */
export type DueField = "embed_at" | "publish_at" | "feedback_at" | "corroborate_at";

/** The keys of due records, the longest due first. */
export async function dueKeys(
  { redis, keys }: StoreDeps,
  field: DueField,
  now: number,
  limit: number,
): Promise<string[]> {
  return dueFirst(redis, { index: keys.recordIndex(), field }, now, limit);
}

/** Those paths of those records, as JSON.GET returns them, without records that are gone. */
export async function dueRecords(
  deps: StoreDeps,
  field: DueField,
  paths: readonly string[],
  now: number,
  limit: number,
): Promise<{ readonly key: string; readonly json: string }[]> {
  const due = await dueKeys(deps, field, now, limit);
  // One command a record: they are of any namespace, and so of any slot.
  const replies = await deps.redis.run((client) =>
    Promise.all(due.map((key) => client.sendCommand(["JSON.GET", key, ...paths]))),
  );
  return due.flatMap((key, index) => {
    const json = replies[index];
    return typeof json === "string" ? [{ key, json }] : [];
  });
}
