import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { MemoryLine } from "../../../src/backup/lines.js";
import { RELEASE } from "../../../src/backup/release.js";
import { parseLine } from "../../../src/http/backups/line-schemas.js";
import { canonical, contentHash } from "./canonical.js";
import { PRIVATE } from "../replace-file.js";
import { PAM_SCHEMA, PAM_VERSION } from "./document.js";
import { indexLines, pamId, withoutSum } from "./index-lines.js";
import type { LineIndex } from "./index-lines.js";

const EXTRACTOR = `mneme/${RELEASE}`;
/** Python's first and last year, by which the schema's own tools read times. */
const [EARLIEST, LATEST] = [-62_135_596_800_000, 253_402_300_799_999];

export interface PamWritten {
  readonly memories: number;
  /** What PAM has no place for, by kind. */
  readonly left: ReadonlyMap<string, number>;
}

/** Writes what an export holds as one PAM document. Only places of lines are kept in memory, not the lines. */
export async function writePam(lines: string, out: string, owner: string): Promise<PamWritten> {
  const index = await indexLines(lines);
  const [source, target] = [await open(lines, "r"), await open(`${out}.pam`, "w", PRIVATE)];
  try {
    await writeDocument(index, source, target, owner);
    await target.sync();
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
  await rename(`${out}.pam`, out);
  return { memories: index.memories.size, left: index.left };
}

async function writeDocument(
  index: LineIndex,
  source: FileHandle,
  target: FileHandle,
  owner: string,
): Promise<void> {
  const { manifest } = index;
  const head = {
    schema: PAM_SCHEMA,
    schema_version: PAM_VERSION,
    spec_uri: "https://portable-ai-memory.org/spec/v1.0",
    export_id: manifest.id,
    exported_by: EXTRACTOR,
    export_date: timeText(Date.parse(manifest.started_at)),
    export_type: manifest.since === null ? "full" : "incremental",
    ...(manifest.since === null ? {} : { since: timeText(Date.parse(manifest.since)) }),
    owner: { id: owner },
  };
  await target.writeFile(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "memories": [\n`);
  const digest = createHash("sha256").update("[");
  const relations = createRelations(index);
  let first = true;
  for (const place of index.memories.values()) {
    const line = await lineAt(source, place);
    const memory = memoryOf(line, index);
    digest.update(`${first ? "" : ","}${canonical(memory)}`);
    await target.writeFile(`${first ? "" : ",\n"}    ${JSON.stringify(memory)}`);
    relations.add(line);
    first = false;
  }
  const checksum = `sha256:${digest.update("]").digest("hex")}`;
  const rest = {
    relations: relations.all,
    conversations_index: conversationsOf(index),
    integrity: { canonicalization: "RFC8785", checksum, total_memories: index.memories.size },
  };
  await target.writeFile(`\n  ],\n${JSON.stringify(rest, null, 2).slice(2)}\n`);
}

async function lineAt(source: FileHandle, [from, to]: readonly [number, number]): Promise<MemoryLine> {
  const bytes = Buffer.alloc(to - from);
  await source.read(bytes, 0, bytes.length, from);
  const line = parseLine(withoutSum(bytes.toString("utf8")));
  if (line.kind !== "memory") throw new Error("the export's file has changed while it was read");
  return line;
}

const TYPES = { semantic: "fact", procedural: "instruction", episodic: "custom" } as const;
const TAG = /^[a-z0-9][a-z0-9_-]*$/;

/** What PAM can't say of a memory is in `metadata.mneme`, from which mneme reads all of it back. */
function memoryOf({ namespace, memory, interaction, stored, uses, derived }: MemoryLine, index: LineIndex) {
  const { content, session_id: session, superseded_by: by } = memory;
  const reference = session === null ? undefined : pamId(namespace, session);
  const successor = by === null ? undefined : pamId(namespace, by);
  const known = successor !== undefined && index.memories.has(successor);
  return {
    id: pamId(namespace, memory.id),
    type: TYPES[memory.memory_type],
    ...(memory.memory_type === "episodic" ? { custom_type: "episodic" } : {}),
    status: memory.superseded_at === null ? "active" : "superseded",
    content: content === "" ? " " : content,
    content_hash: contentHash(content === "" ? " " : content),
    tags: memory.tags.filter((tag) => TAG.test(tag)),
    confidence: { initial: memory.trust_score, current: memory.trust_score },
    temporal: {
      created_at: timeText(memory.recorded_at),
      updated_at: timeText(Math.max(memory.recorded_at, memory.updated_at)),
      ...timeMember("valid_from", memory.valid_from),
      ...timeMember("valid_until", memory.valid_to),
      ...(known ? { superseded_by: successor } : {}),
    },
    provenance: {
      platform: "mneme",
      ...(reference !== undefined && index.conversations.has(reference)
        ? { conversation_ref: reference }
        : {}),
      extracted_at: timeText(memory.recorded_at),
      extractor: EXTRACTOR,
    },
    metadata: {
      mneme: {
        namespace,
        memory: { ...memory, content: undefined },
        ...(content === "" ? { empty: true } : {}),
        interaction,
        stored,
        uses,
        derived,
      },
    },
  };
}

function timeMember(name: "valid_from" | "valid_until", time: number | null) {
  return time === null || time < EARLIEST || time > LATEST ? {} : { [name]: timeText(time) };
}

/** As the schema's own tools write a time: the checksum is over their form. */
function timeText(time: number): string {
  const text = new Date(time).toISOString();
  return time % 1000 === 0 ? `${text.slice(0, -5)}Z` : `${text.slice(0, -1)}000Z`;
}

/** Between memories of the file alone. */
function createRelations({ memories }: LineIndex) {
  const all: { id: string; from: string; to: string; type: string; created_at: string }[] = [];
  return {
    all,
    add({ namespace, memory }: MemoryLine): void {
      const from = pamId(namespace, memory.id);
      const relate = (type: string, ids: readonly string[]): void => {
        for (const id of new Set(ids)) {
          const to = pamId(namespace, id);
          if (!memories.has(to) || to === from) continue;
          const created_at = timeText(memory.recorded_at);
          all.push({ id: `${type}:${from}:${id}`, from, to, type, created_at });
        }
      };
      relate(
        "derived_from",
        memory.derived_from.map(({ id }) => id),
      );
      relate("contradicts", memory.fact?.contradicts ?? []);
    },
  };
}

function conversationsOf({ conversations }: LineIndex) {
  return [...conversations].map(([id, { messages, createdAt, updatedAt, memories }]) => ({
    id,
    platform: "mneme",
    message_count: messages,
    temporal: { created_at: timeText(createdAt), updated_at: timeText(updatedAt) },
    derived_memories: memories,
  }));
}
