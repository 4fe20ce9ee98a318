import { hash } from "node:crypto";
import type { Trail } from "../../access/trail.js";
import type { Vote } from "../../memory/ports/agents.js";
import { QUARANTINE_FACET } from "../../memory/model/facets.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { PendingFeedback, Said } from "../../memory/ports/trust.js";
import type { Memory } from "../../memory/model/record.js";
import { decodeMemory } from "../codec/decode.js";
import { decodeVotes } from "../codec/votes.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { dueRecords } from "../search/due.js";

export async function noteFeedback(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  ref: MemoryRef,
  { outcome, by, agent, releases }: Said,
  graceMs: number,
): Promise<{ memory: Memory; pending: PendingFeedback } | undefined> {
  const { namespace, id } = ref;
  const [memory, unsent, author = ""] = await auditor.run(namespace, trail, (client, audit) =>
    client.noteFeedback(
      audit,
      [keys.record(namespace, id)],
      [outcome, by, agent, callerToken(by, agent), String(graceMs), releases ? QUARANTINE_FACET : ""],
    ),
  );
  if (memory === undefined) return undefined;
  return { memory: decodeMemory(memory), pending: { namespace, id, author, votes: decodeVotes(unsent) } };
}

/** A caller's text doesn't become a name in the record: see `facet` in facets.ts. */
function callerToken(by: string, agent: string): string {
  return hash("sha256", JSON.stringify([by, agent]), "base64url").slice(0, 16);
}

export async function settleFeedback(
  { redis, keys }: StoreDeps,
  { namespace, id, votes }: PendingFeedback,
): Promise<void> {
  await redis.run((client) =>
    client.settleFeedback(
      [keys.record(namespace, id)],
      votes.flatMap((vote: Vote) => [vote.id, String(vote.at)]),
    ),
  );
}

export async function pendingFeedback(
  deps: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly PendingFeedback[]> {
  const due = await dueRecords(deps, "feedback_at", ["$.unsent", "$.memory.source_agent"], now, limit);
  return due.map(({ key, json }) => {
    const found = JSON.parse(json) as { "$.unsent": unknown[]; "$.memory.source_agent": [string] };
    const votes = decodeVotes(JSON.stringify(found["$.unsent"]));
    return Object.assign(refOfKey(key), { author: found["$.memory.source_agent"][0], votes });
  });
}

export async function postponeFeedback(
  { redis, keys }: StoreDeps,
  { namespace, id }: MemoryRef,
  at: number,
): Promise<void> {
  // XX: only where it is still due.
  await redis.run((client) =>
    client.sendCommand(["JSON.SET", keys.record(namespace, id), "$.index.feedback_at", String(at), "XX"]),
  );
}

export async function release(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
): Promise<Memory | undefined> {
  const memory = await auditor.run(namespace, trail, (client, audit) =>
    client.releaseMemory(audit, [keys.record(namespace, id)], [QUARANTINE_FACET]),
  );
  return memory === undefined ? undefined : decodeMemory(memory);
}
