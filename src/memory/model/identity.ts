import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../../domain/json.js";
import { factContent, factIdentity } from "./fact.js";
import type { Fact, FactInput } from "./fact.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { contentHash } from "./hash.js";
import type { Interaction, Memory, MemoryType } from "./record.js";

/** The parts that decide whether a write repeats a memory: its statement, and its scope. */
export interface Telling {
  readonly memory_type: MemoryType;
  /** For a fact: undefined if its text is the default one. */
  readonly content: string | undefined;
  readonly interaction: Interaction | undefined;
  readonly fact: Pick<Fact, "subject" | "predicate" | "object"> | undefined;
  readonly agent_id: string | null;
  readonly session_id: string | null;
  readonly metadata: JsonObject;
  /** The next three as the caller gave them; null: not given. */
  readonly valid_from: number | null;
  readonly valid_to: number | null;
  readonly timestamp: number | null;
}

/**
 * Equal for two writes of one memory: SHA-256, base64url. It covers the statement, type, agent, session, metadata (in
 * any order of names) and valid time, and for an episode its timestamp. It doesn't cover how to keep it: tags,
 * importance, trust, time to live, sources.
 */
export function identityHash(telling: Telling): string {
  const { memory_type, agent_id, session_id, metadata, valid_from, valid_to } = telling;
  const parts: JsonValue = [
    "telling",
    memory_type,
    saidIn(telling),
    agent_id,
    session_id,
    metadata,
    valid_from,
    valid_to,
    memory_type === "episodic" ? telling.timestamp : null,
  ];
  return createHash("sha256").update(canonical(parts)).digest("base64url");
}

function saidIn({ content, interaction, fact }: Telling): JsonValue {
  if (fact !== undefined) {
    return ["fact", ...[fact.subject, fact.predicate, fact.object].map(normaliseName), content ?? null];
  }
  // A structured exchange is identified by its parts, not by the text derived from them.
  return interaction === undefined ? ["text", content ?? ""] : ["interaction", jsonOf(interaction)];
}

/** The identity that commit cf82f9c used: content and type, for an exchange also session and timestamp. */
export function formerHash(telling: Telling): string {
  const { memory_type, content, interaction, fact, session_id, timestamp } = telling;
  if (fact !== undefined) {
    const from = telling.valid_from ?? undefined;
    return contentHash(memory_type, factIdentity(fact, { content, from, to: telling.valid_to ?? undefined }));
  }
  const said =
    interaction === undefined ? (content ?? "") : JSON.stringify([interaction, session_id, timestamp]);
  return contentHash(memory_type, said);
}

/** The parts of a stored memory as they were written. A `valid_from` that wasn't given is the time of recording. */
export function tellingOf(
  memory: Omit<Memory, "embedding" | "key" | "origin">,
  interaction: Interaction | undefined,
): Telling {
  const { fact, content, valid_from, recorded_at } = memory;
  return {
    memory_type: memory.memory_type,
    content: fact === null ? content : statedContent(fact, content),
    interaction,
    fact: fact ?? undefined,
    agent_id: memory.agent_id,
    session_id: memory.session_id,
    metadata: memory.metadata,
    valid_from: fact !== null && valid_from === recorded_at ? null : valid_from,
    valid_to: memory.valid_to,
    timestamp: memory.timestamp === recorded_at ? null : memory.timestamp,
  };
}

/** A fact's text; undefined if it is the default one. */
export function statedContent(fact: FactInput, content: string | undefined): string | undefined {
  return content === factContent(fact) ? undefined : content;
}

/** The same text for equal values: names in order. */
function canonical(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
}

/** An exchange as JSON: its parts that are undefined aren't there. */
function jsonOf(interaction: Interaction): JsonValue {
  return JSON.parse(JSON.stringify(interaction)) as JsonValue;
}
