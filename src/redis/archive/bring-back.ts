import type { Trail } from "../../access/trail.js";
import type {
  BringBackOptions,
  BringBackOutcome,
  SegmentRef,
  StoredEntry,
} from "../../memory/ports/archive.js";
import { askingShare } from "../../memory/text/asking-share.js";
import { saidBy } from "../codec/encode.js";
import { indexText } from "../../memory/text/terms.js";
import { parseStored } from "../codec/document.js";
import type { StoreDeps } from "../deps.js";
import { TERMS_SCHEMA } from "../schemas.js";
import { CODE, meaningOf } from "../scripts/codes.js";

export async function bringBack(
  deps: StoreDeps,
  trail: Trail,
  ref: SegmentRef,
  entry: StoredEntry,
  { model, due, now }: BringBackOptions,
): Promise<BringBackOutcome> {
  const { auditor, meter, keys } = deps;
  const { namespace, segment } = ref;
  const preceding = await precedingOf(deps, namespace, entry.id);
  // Vectors that hold the words of a predecessor that is gone, or of another model, are made anew.
  const held = entry.context === true ? preceding !== undefined : true;
  const kept = held && model !== undefined && entry.embedding.model === model && entry.vectors.length > 0;
  const without = entry.embedding.model === null && entry.embedding.status !== "pending";
  const vectors = kept ? entry.vectors : [];
  const vectorBytes = vectors.reduce((sum, { length }) => sum + length, 0);
  const patch = {
    memory: {
      content: entry.content,
      archived: null,
      embedding: kept || without ? entry.embedding : { status: "pending", model: null },
    },
    ...(entry.raw === undefined ? {} : { raw: entry.raw }),
    index: {
      text: indexText(entry.content),
      ...(preceding === undefined ? {} : { context: indexText(preceding) }),
      terms: TERMS_SCHEMA,
      // A stub that was archived before memories had these was upgraded without it.
      asks: askingShare(entry.content) || null,
      said: saidBy(entry.content),
      passages: vectors.length,
      vector_bytes: vectorBytes,
      bytes: entry.bytes,
      restored_at: now,
      tokens: null,
      ...(kept || without ? {} : { embed_at: now }),
    },
  };
  const [code, quota = ""] = await auditor.run(namespace, trail, (client, audit) =>
    client.bringBack(
      audit,
      meter(namespace, { json: entry.bytes, vectors: vectorBytes }),
      [
        keys.record(namespace, entry.id),
        keys.archiveDue(namespace),
        ...vectors.map((_, passage) => keys.vector(model ?? "", namespace, entry.id, passage)),
      ],
      [entry.id, segment, JSON.stringify(patch), String(due), preceding ?? "", ...vectors],
    ),
  );
  return meaningOf<BringBackOutcome>("archive/lua/bring-back", code, {
    [CODE.DONE]: { kind: "restored" },
    [CODE.MISSING]: { kind: "missing" },
    [CODE.CONFLICT]: { kind: "moved" },
    [CODE.QUOTA]: { kind: "full", quota },
  });
}

/** What its predecessor in the session lends it, if that is still there. */
async function precedingOf(
  { redis, keys }: StoreDeps,
  namespace: string,
  id: string,
): Promise<string | undefined> {
  const reply = await redis.run((client) =>
    client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.index.preceding"]),
  );
  return typeof reply === "string" ? parseStored<[string?]>(reply)[0] : undefined;
}
