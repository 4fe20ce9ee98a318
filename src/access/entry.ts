import { createHash } from "node:crypto";

/** An entry as it stands in a trail. */
export interface StoredEntry {
  /** A namespace, or what the store calls the trail of refusals or that of acts in no namespace. */
  readonly trail: string;
  /** `<milliseconds>-<number>`: when, by the store's clock, and its place in the trail, from 1 without a gap. */
  readonly id: string;
  /** Hash of the entry before it; empty for the first. */
  readonly previous: string;
  /** The entry as JSON, with short names: docs/audit.md. */
  readonly raw: string;
  /** The hash of the entry as it was before an erasure pseudonymised it; undefined: it is as it was written. */
  readonly kept?: string | undefined;
}

/** The content of an entry. */
export interface EntryContent {
  readonly agent: string;
  readonly keyId: string | null;
  readonly verb: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly ids: readonly string[];
  readonly other: string | null;
}

/** An entry's position among those of several trails: by time, then by trail, then by number. */
export interface Place {
  readonly time: number;
  readonly trail: string;
  readonly number: number;
}

export function placeOf({ id, trail }: Pick<StoredEntry, "id" | "trail">): Place {
  const [time, number] = id.split("-");
  return { time: Number(time), trail, number: Number(number) };
}

export function comparePlaces(a: Place, b: Place): number {
  return a.time - b.time || (a.trail < b.trail ? -1 : a.trail > b.trail ? 1 : a.number - b.number);
}

/** The same hash as lua/audit.lua makes. */
export function hashOf({ previous, id, raw, kept }: Omit<StoredEntry, "trail">): string {
  return kept ?? createHash("sha1").update(`${previous}\n${id}\n${raw}`).digest("hex");
}

/** The act whose entries say which entries were pseudonymised. */
export const ATTEST_VERB = "erasure.audit";

/** What such an entry says of one of them: its number in the trail, and the digest of what it says now. */
export function attestOf(id: string, raw: string): string {
  const digest = createHash("sha256").update(raw).digest("base64url");
  return `${id.slice(id.indexOf("-") + 1)}:${digest}`;
}

/** An entry that mneme didn't write may hold anything. It is shown as unreadable, not hidden. */
const UNREADABLE: EntryContent = {
  agent: "",
  keyId: null,
  verb: "unreadable",
  requestId: "",
  outcome: "unreadable",
  ids: [],
  other: null,
};

export function contentOf({ raw }: Pick<StoredEntry, "raw">): EntryContent {
  let entry: unknown;
  try {
    entry = JSON.parse(raw);
  } catch {
    return UNREADABLE;
  }
  if (typeof entry !== "object" || entry === null) return UNREADABLE;
  const fields = new Map<string, unknown>(Object.entries(entry));
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const [agent, verb, requestId, outcome] = [text("a"), text("v"), text("r"), text("o")];
  if (agent === undefined || verb === undefined || requestId === undefined || outcome === undefined)
    return UNREADABLE;
  const ids: unknown = fields.get("i");
  return {
    agent,
    keyId: text("k") ?? null,
    verb,
    requestId,
    outcome,
    ids: Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [],
    other: text("n") ?? null,
  };
}
