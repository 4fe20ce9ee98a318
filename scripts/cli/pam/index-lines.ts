import type { Line, ManifestLine } from "../../../src/backup/lines.js";
import { parseLine } from "../../../src/http/backups/line-schemas.js";
import { linesOf } from "../file-lines.js";

/** What a PAM document needs to know of a file before its memories are written. */
export interface LineIndex {
  readonly manifest: ManifestLine;
  /** By PAM id, in the order of ids: where the memory's last line begins and ends, bytes. */
  readonly memories: ReadonlyMap<string, readonly [from: number, to: number]>;
  readonly conversations: ReadonlyMap<string, Conversation>;
  /** Lines that PAM has no place for, by kind. */
  readonly left: ReadonlyMap<string, number>;
}

export interface Conversation {
  readonly messages: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** PAM ids of the memories that name it. */
  readonly memories: string[];
}

/** A memory's id is unique in its namespace only. */
export const pamId = (namespace: string, id: string): string => `${namespace}/${id}`;

/** Kinds that belong to the file, not to what it holds. */
const FRAME = new Set<Line["kind"]>(["manifest", "part", "moment", "trailer", "memory", "session"]);

/** Reads the file once, and keeps places and names only. */
export async function indexLines(file: string): Promise<LineIndex> {
  const memories = new Map<string, readonly [number, number]>();
  const sessionOf = new Map<string, string>();
  const conversations = new Map<string, Conversation>();
  const left = new Map<string, number>();
  let manifest: ManifestLine | undefined;
  let from = 0;
  for await (const { text, end } of linesOf(file)) {
    const line = parseLine(withoutSum(text));
    if (line.kind === "manifest") manifest = line;
    if (line.kind === "memory") {
      const id = pamId(line.namespace, line.memory.id);
      memories.set(id, [from, end - 1]);
      const { session_id: session } = line.memory;
      if (session === null) sessionOf.delete(id);
      else sessionOf.set(id, pamId(line.namespace, session));
    }
    if (line.kind === "erased") {
      if (line.what === "memory") memories.delete(pamId(line.namespace, line.id));
    } else if (line.kind === "session") {
      const { session_id, message_count: messages, created_at: createdAt, last_message_at } = line.session;
      const updatedAt = Math.max(createdAt, last_message_at);
      conversations.set(pamId(line.namespace, session_id), { messages, createdAt, updatedAt, memories: [] });
    }
    if (!FRAME.has(line.kind) && line.kind !== "erased") left.set(line.kind, (left.get(line.kind) ?? 0) + 1);
    from = end;
  }
  if (manifest === undefined) throw new Error("an export without a manifest");
  const sorted = new Map([...memories].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  for (const [id, session] of sessionOf) {
    if (sorted.has(id)) conversations.get(session)?.memories.push(id);
  }
  return { manifest, memories: sorted, conversations, left };
}

/** The export has just been read from the service. */
export const withoutSum = (text: string): string => `${text.slice(0, text.lastIndexOf(',"sum":"'))}}`;
