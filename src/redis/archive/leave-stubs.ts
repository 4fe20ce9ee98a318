import type { Trail } from "../../access/trail.js";
import type { Archivable, SegmentRef } from "../../memory/ports/archive.js";
import { excerptFor } from "../../memory/text/excerpt-for.js";
import { tokensOf } from "../../pii/marks.js";
import { storedBytes } from "../codec/encode.js";
import type { StoreDeps } from "../deps.js";

export async function leaveStubs(
  { auditor, meter, keys }: StoreDeps,
  trail: Trail,
  { namespace, segment }: SegmentRef,
  items: readonly Archivable[],
  at: number,
): Promise<readonly string[]> {
  const replies = await auditor.run(namespace, trail, (client, audit) =>
    client.leaveStubs(
      audit,
      meter(namespace),
      [
        keys.archiveSegments(namespace),
        keys.archiveDue(namespace),
        ...items.map(({ memory }) => keys.record(namespace, memory.id)),
      ],
      [segment, ...items.flatMap(({ memory, sha1 }) => [memory.id, sha1, stubPatch(memory, segment, at)])],
    ),
  );
  return replies.filter((id) => id !== undefined);
}

/**
 * A JSON merge patch. What holds of the vectors becomes what holds of an item without a text, so that no worker looks
 * for what they lack.
 */
function stubPatch(detail: Archivable["memory"], segment: string, at: number): string {
  const { publications: _, uses: __, interaction: ___, ...memory } = detail;
  const content = excerptFor(memory.content);
  const shown = [...tokensOf(detail)];
  return JSON.stringify({
    memory: { content, archived: { at, segment }, embedding: { status: "complete", model: null } },
    raw: null,
    index: {
      context: null,
      embed_at: null,
      restored_at: null,
      tokens: shown.length === 0 ? null : shown,
      passages: 0,
      vector_bytes: 0,
      bytes: storedBytes({ ...memory, content }, undefined),
    },
  });
}
