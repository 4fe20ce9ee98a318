import type { Trail } from "../../access/trail.js";
import { LIMITS } from "../../domain/limits.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { PendingPublications } from "../../memory/ports/publications.js";
import type { Publication } from "../../memory/model/record.js";
import { decodePublications, encodePublication } from "../codec/publication.js";
import { refOfKey } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { CODE, meaningOf } from "../scripts/codes.js";
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
  if (code === CODE.DONE) return decodePublications(ref, document);
  return meaningOf("publications/lua/note", code, {
    [CODE.MISSING]: "missing",
    [CODE.TOO_MANY]: "too_many",
  });
}

export async function noteUnpublished(
  { auditor, keys }: StoreDeps,
  trail: Trail,
  { namespace, id }: MemoryRef,
  from: string,
): Promise<"noted" | "missing" | "unpublished"> {
  const [code] = await auditor.run(namespace, trail, (client, audit) =>
    client.unpublishMemory(audit, [keys.record(namespace, id)], [from]),
  );
  return meaningOf("publications/lua/note-unpublished", code, {
    [CODE.DONE]: "noted",
    [CODE.MISSING]: "missing",
    [CODE.UNFIT]: "unpublished",
  });
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

/** The name in SETTING_FIELDS. */
export async function publishMinTrust({ redis, keys }: StoreDeps, namespace: string): Promise<number | null> {
  const value = await redis.run((client) => client.hGet(keys.settings(namespace), "publish_min_trust"));
  return value === null ? null : Number(value);
}
