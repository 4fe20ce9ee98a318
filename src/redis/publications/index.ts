import type { Trail } from "../../access/trail.js";
import { LIMITS } from "../../domain/limits.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { PendingPublications } from "../../memory/ports/publications.js";
import type { Publication } from "../../memory/model/record.js";
import { decodePublications, encodePublication } from "../codec/publication.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { dueRecords } from "../search/due.js";

export async function notePublication(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  ref: MemoryRef,
  publication: Publication,
  carryBy: number,
): Promise<PendingPublications | "missing" | "too_many"> {
  const { namespace, id } = ref;
  const [code, document = ""] = await auditor.run(namespace, trail, (client, audit) =>
    client.publishMemory(
      audit,
      [keys.record(namespace, id)],
      [publication.namespace, encodePublication(publication, carryBy), String(LIMITS.publications)],
    ),
  );
  if (code === 0) return decodePublications(ref, document);
  return code === 1 ? "missing" : "too_many";
}

const UNPUBLISHED = ["noted", "missing", "unpublished"] as const;

export async function noteUnpublished(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  from: string,
): Promise<(typeof UNPUBLISHED)[number]> {
  const code = await auditor.run(namespace, trail, (client, audit) =>
    client.unpublishMemory(audit, [keys.record(namespace, id)], [from]),
  );
  const outcome = UNPUBLISHED[code];
  if (outcome === undefined) throw new Error(`publications/lua/note-unpublished.lua returned ${code}`);
  return outcome;
}

export async function settlePublication(
  { redis, keys }: StoreDeps,
  { namespace, id, memory }: PendingPublications,
  to: string,
  version: number | undefined,
): Promise<void> {
  const key = memory === undefined ? keys.remains(namespace, id) : keys.record(namespace, id);
  await redis.run((client) =>
    client.settlePublication([key], [to, version === undefined ? "" : String(version)]),
  );
}

export async function postponePublications(
  { redis, keys }: StoreDeps,
  { namespace, id, memory }: PendingPublications,
  carryBy: number,
): Promise<void> {
  const key = memory === undefined ? keys.remains(namespace, id) : keys.record(namespace, id);
  // XX: only where it is still due.
  await redis.run((client) =>
    client.sendCommand(["JSON.SET", key, "$.index.publish_at", String(carryBy), "XX"]),
  );
}

export async function publicationsOf(
  { redis, keys }: StoreDeps,
  ref: MemoryRef,
): Promise<PendingPublications | undefined> {
  const { namespace, id } = ref;
  const replies = await redis.run((client) =>
    Promise.all(
      [keys.record(namespace, id), keys.remains(namespace, id)].map((key) =>
        client.sendCommand(["JSON.GET", key, "$"]),
      ),
    ),
  );
  const found = replies.find((reply) => typeof reply === "string");
  return found === undefined ? undefined : decodePublications(ref, found);
}

export async function pendingPublications(
  deps: StoreDeps,
  now: number,
  limit: number,
): Promise<readonly PendingPublications[]> {
  const due = await dueRecords(deps, "publish_at", ["$"], now, limit);
  return due.map(({ key, json }) => decodePublications(refOfKey(key), json));
}
