import { createHash } from "node:crypto";
import { LIMITS } from "../../../src/domain/limits.js";
import { hashedRef, shortName as shortNameOf } from "../../../src/mcp/reference/statements.js";
import { truncateUtf8 } from "../../../src/memory/text/truncate.js";
import { line } from "../../../src/memory/text/lines.js";
import type { Draft, Item, ReadyItem } from "./source.js";
import { textOf } from "./values.js";
import type { Fields } from "./values.js";

/** Class of what no agent of this store has said: it is trusted like the word of an agent that isn't known yet. */
export const IMPORT_CLASS = "import";
export const DEFAULT_TRUST = 0.5;

/** Bytes of one memory of a long text; the limit of a content, without what a label and its indentation add. */
const PART_BYTES = 24 * 1024;
/** A longer text is no message, but a file that was pasted. */
const MAX_PARTS = 64;
const REF_BYTES = 200;

/** What the records of a source have in common. */
export interface Origin {
  readonly source: string;
  readonly trust: number;
}

/** A name of a record in its source that is always the same, and that a filter finds. */
export function refOf(source: string, ...parts: readonly string[]): string {
  const plain = [source, ...parts].join("/");
  const fits = parts.length > 0 && Buffer.byteLength(plain) <= REF_BYTES && /^[\x21-\x7e]+$/.test(plain);
  return fits ? plain : hashedRef(source, ...parts);
}

/** As {@link shortNameOf}, of a name that may be missing. */
export function shortName(text: string | undefined): string | undefined {
  return text === undefined ? undefined : shortNameOf(text);
}

/** Names of a record's topics, as tags: those that fit into one, and as many as a memory may have. */
export function tagsOf(values: readonly unknown[]): { readonly tags?: string[] } {
  const names = values.flatMap((value) => shortName(textOf(value)) ?? []);
  const tags = [...new Set(names)].slice(0, LIMITS.tags);
  return tags.length === 0 ? {} : { tags };
}

export interface SourceRecord {
  readonly where: string;
  readonly ref: string;
  /** Metadata beside the provenance; an undefined member is left out. */
  readonly about?: Fields;
  readonly draft: Omit<Draft, "content" | "metadata" | "trust_score">;
}

/** The memories of a text: one, or several where it is too long for one. */
export function* memoriesOf(
  origin: Origin,
  record: SourceRecord,
  text: string,
  label?: string,
): Generator<Item> {
  const { where, ref } = record;
  let number = 0;
  // Only the first line of a labelled text names a speaker: the others are indented, whatever the text says.
  for (const part of partsOf(label === undefined ? text : (line(label, text) ?? text))) {
    number++;
    if (number > MAX_PARTS) {
      yield { kind: "skipped", where, reason: `text after the first ${(MAX_PARTS * PART_BYTES) / 1024} KiB` };
      return;
    }
    const content = label === undefined || number === 1 ? part : `${label}: ${part.trimStart()}`;
    yield memoryOf(origin, { ...record, ref: number === 1 ? ref : `${ref}#${number}` }, content);
  }
}

export function memoryOf(
  { source, trust }: Origin,
  record: SourceRecord,
  content: string | undefined,
): ReadyItem {
  const { where, ref, about = {}, draft } = record;
  const more = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
  return {
    kind: "memory",
    where,
    ref,
    draft: {
      ...draft,
      ...(content === undefined ? {} : { content }),
      metadata: { ...more, source, source_ref: ref, trust_class: IMPORT_CLASS },
      trust_score: trust,
    } as Draft,
  };
}

/** A message of a conversation, as an episode of its session. */
export interface Message {
  readonly where: string;
  readonly ref: string;
  readonly session: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly time: string | undefined;
  readonly about?: SourceRecord["about"];
}

const LABELS = { user: "User", assistant: "Assistant" } as const;

export function messageOf(origin: Origin, message: Message): Generator<Item> {
  const { where, ref, session, role, text, time, about } = message;
  const draft = {
    memory_type: "episodic",
    session_id: sessionName(session),
    ...(time === undefined ? {} : { timestamp: time }),
  } as const;
  return memoriesOf(origin, { where, ref, about: { ...about, role }, draft }, text, LABELS[role]);
}

/** A session's name in its source, and the same one each time. */
export function sessionName(name: string): string {
  if (Buffer.byteLength(name) <= LIMITS.identifierBytes) return name;
  const digest = createHash("sha256").update(name).digest("base64url");
  return `${truncateUtf8(name, LIMITS.identifierBytes - digest.length - 1)}-${digest}`;
}

/** As {@link sessionName}, of a session that its source tells apart by whose it is, such as its namespace and its user. */
export function scopedSession(
  source: string,
  scope: readonly (string | undefined)[],
  session: string,
): string {
  const owned = scope.some((each) => each !== undefined);
  const parts = [...(owned ? scope.map((each) => each ?? "") : []), session];
  // No two scopes give one name.
  return sessionName([source, ...parts.map((part) => part.replace(/[%/]/g, encodeURIComponent))].join("/"));
}

function* partsOf(text: string): Generator<string> {
  const bytes = Buffer.from(text);
  if (bytes.length <= PART_BYTES) {
    yield text;
    return;
  }
  for (let from = 0; from < bytes.length;) {
    const end = cutBefore(bytes, from);
    const part = bytes.toString("utf8", from, end);
    if (part.trim() !== "") yield part;
    from = end;
  }
}

/** After a line break in the last quarter, else between two characters. */
function cutBefore(bytes: Buffer, from: number): number {
  let end = from + PART_BYTES;
  if (end >= bytes.length) return bytes.length;
  const lineEnd = bytes.lastIndexOf(0x0a, end - 1);
  if (lineEnd >= from + (PART_BYTES * 3) / 4) return lineEnd + 1;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}
