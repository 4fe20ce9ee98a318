import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { decodeSegment, sha256 } from "../../../src/memory/archive/segment.js";
import type { StoredEntry } from "../../../src/memory/ports/archive.js";
import { listAll } from "../../support/acts/memories.js";
import type { Json, Memory } from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import { until } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";

/** Archives what is a second old. Lets only those wait that others are to join. */
export async function archiveAll(service: Service, namespace: string, settings: Json = {}): Promise<void> {
  const archive = { after_seconds: 1, ...settings };
  const { status, text } = await putSettings(service, namespace, { archive });
  if (status !== 200) throw new Error(text);
}

export const stopArchiving = (service: Service, namespace: string) => putSettings(service, namespace, {});

/** Waits until so many memories are archived, and lets no more follow. */
export async function archived(service: Service, namespace: string, count: number): Promise<Memory[]> {
  const found = await until(
    () => listAll(service, namespace, { archived: "true", order: "asc" }),
    (memories) => memories.length >= count,
  );
  await stopArchiving(service, namespace);
  return found;
}

export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".mneme"))
    .map((name) => join(folder, name))
    .toSorted();

/** Everything that is in the folder, also what is compressed, and what isn't a segment. */
export async function everyByteOf(folder: string): Promise<string> {
  const texts: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    texts.push(entry.name);
    if (!entry.isFile()) continue;
    const bytes = bytesOf(join(entry.parentPath, entry.name));
    // Another segment has taken its place in the meantime.
    if (bytes === undefined) return everyByteOf(folder);
    texts.push(bytes.toString("latin1"));
    if (!entry.name.endsWith(".mneme")) continue;
    for (const each of (await entriesOf(bytes)).values())
      texts.push(JSON.stringify({ ...each, vectors: [] }));
  }
  return texts.join("\n");
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined: it isn't a segment. */
export function headerOf(bytes: Buffer): { namespace: string; segment: string } | undefined {
  try {
    return JSON.parse(bytes.toString("utf8", 0, bytes.indexOf(0x0a))) as {
      namespace: string;
      segment: string;
    };
  } catch {
    return undefined;
  }
}

/** None of a file that isn't a whole segment. */
export async function entriesOf(bytes: Buffer): Promise<ReadonlyMap<string, StoredEntry>> {
  const header = headerOf(bytes);
  if (header === undefined) return new Map();
  return decodeSegment(header, bytes, sha256(bytes)).catch(() => new Map());
}
