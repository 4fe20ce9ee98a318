import type { Archive, StoredEntry } from "../memory/ports/archive.js";
import { parseInteraction } from "../memory/archive/segment.js";
import type { ContentLine, MemoryLine } from "./lines.js";

/**
 * Lines with what the archive holds of their memories, so that an export has all of it, and an import needs no archive.
 * Rejects with `archive_unavailable` or `archive_damaged`.
 */
export async function wholeLines(
  archive: Archive,
  namespace: string,
  lines: readonly ContentLine[],
  vectors: boolean,
): Promise<readonly ContentLine[]> {
  const stubs = lines.flatMap((line) =>
    line.kind === "memory" && line.segment !== undefined
      ? [{ id: line.memory.id, segment: line.segment }]
      : [],
  );
  if (stubs.length === 0) return lines;
  const entries = await archive.entries(namespace, stubs);
  const gone = new Set(stubs.flatMap(({ id }) => (entries.has(id) ? [] : [id])));
  return lines.flatMap((line) => {
    // Deleted since it was listed: so its old versions have no memory to follow.
    if ((line.kind === "memory" || line.kind === "version") && gone.has(line.memory.id)) return [];
    if (line.kind !== "memory" || line.segment === undefined) return [line];
    const entry = entries.get(line.memory.id);
    return entry === undefined ? [] : [wholeLine(line, entry, vectors)];
  });
}

function wholeLine(
  stub: MemoryLine,
  { content, raw, embedding, vectors: stored }: StoredEntry,
  wanted: boolean,
): MemoryLine {
  const { segment: _, ...line } = stub;
  return {
    ...line,
    memory: { ...line.memory, content, embedding },
    ...(raw === undefined ? {} : { interaction: parseInteraction(raw) }),
    ...(wanted && stored.length > 0 ? { vectors: stored.map((each) => each.toString("base64")) } : {}),
  };
}
