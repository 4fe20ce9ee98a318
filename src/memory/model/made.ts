import { isJsonObject } from "../../domain/json.js";
import { contentHash } from "./hash.js";
import type { Memory } from "./record.js";

/**
 * How mneme itself made a memory's text. Stored where no caller writes: metadata says the same for readers, but callers
 * can change metadata. A caller's new content ends `made`.
 */
export type MadeBy =
  /** By consolidation. Not for facts: each of their sources says them. */
  { readonly by: (typeof CONSOLIDATED)[number] } | PromotedBy;

/** A session's turn, or the summary of a stretch of it. */
export interface PromotedBy extends Stretch {
  readonly by: "session" | "summary";
}

export interface Stretch {
  /** Distinguishes this session from an earlier one of the same name. */
  readonly incarnation: string;
  readonly from: number;
  readonly to: number;
}

const CONSOLIDATED = ["summarise", "merge", "procedures"] as const;

/** The consolidation steps whose texts aren't what a source says; undefined for others. */
export function consolidatedBy(step: unknown): MadeBy | undefined {
  const by = CONSOLIDATED.find((each) => each === step);
  return by && { by };
}

/** Identity of a consolidated memory: it is made once, even if other memories have its content. */
export const consolidatedIdentity = (id: string): string => JSON.stringify(["consolidation", id]);

/** Identity of a promoted memory: a second try of the same promotion finds it. */
export function promotedIdentity(
  by: PromotedBy["by"],
  sessionId: string,
  { incarnation, from, to }: Stretch,
): string {
  const kind = by === "session" ? "session" : "session summary";
  return JSON.stringify([kind, sessionId, incarnation, from, to]);
}

/**
 * `made` for records of releases that didn't store it. Only mneme writes under these identities, and a caller's content
 * gets another one. A procedure has no identity of its own: it counts as mneme's if mneme wrote it and it was never
 * revised.
 */
export function madeBefore(
  memory: Pick<Memory, "id" | "memory_type" | "session_id" | "metadata" | "version" | "source_agent">,
  hash: string,
  systemAgent: string,
): MadeBy | undefined {
  const { metadata, memory_type, session_id } = memory;
  const hasIdentity = (identity: string): boolean => contentHash(memory_type, identity) === hash;
  for (const by of ["session", "summary"] as const) {
    const stretch = stretchIn(metadata[by]);
    if (stretch === undefined || session_id === null) continue;
    if (hasIdentity(promotedIdentity(by, session_id, stretch))) return { by, ...stretch };
  }
  const { consolidation } = metadata;
  const made = isJsonObject(consolidation) ? consolidatedBy(consolidation["step"]) : undefined;
  if (made?.by === "procedures") {
    return memory.version === 1 && memory.source_agent === systemAgent ? made : undefined;
  }
  if (!hasIdentity(consolidatedIdentity(memory.id))) return undefined;
  return made ?? { by: "summarise" };
}

function stretchIn(value: unknown): Stretch | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { incarnation, from, to } = value as Partial<Record<keyof Stretch, unknown>>;
  if (typeof incarnation !== "string" || typeof from !== "number" || typeof to !== "number") return undefined;
  return { incarnation, from, to };
}
