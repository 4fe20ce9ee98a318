import type { NewMemory, Preceding, Revision } from "../../memory/ports/records.js";
import { facetsOf, sessionFacet } from "../../memory/model/facets.js";
import { lengthPrior } from "../../memory/recall/length-prior.js";
import { vectorBytes } from "./vector.js";
import type { MemoryDocument, StoredEvidence, StoredMemory } from "./document.js";
import { askingShare } from "../../memory/text/asking-share.js";
import { firstSpeaker } from "../../memory/text/speakers.js";
import { indexText } from "../../memory/text/terms.js";
import { isTurn } from "../../memory/model/turn.js";
import { RECORD_SCHEMA, TERMS_SCHEMA } from "../schemas.js";
import type { Evidence, Interaction, Memory } from "../../memory/model/record.js";

/** A document cut open where `index.seq` belongs: only the script knows that number. */
export interface EncodedDocument {
  readonly head: string;
  readonly tail: string;
  readonly size: MemorySize;
}

/** Sizes in bytes. */
export interface MemorySize {
  /** The memory's JSON, its interaction included. */
  readonly json: number;
  /** Undefined: they stay as they are. */
  readonly vectors: number | undefined;
}

export function encodeDocument(item: NewMemory): EncodedDocument {
  const document = documentOf(item);
  const { index } = document;
  return {
    ...cutDocument(document),
    size: { json: index.bytes, vectors: index.vector_bytes },
  };
}

/** A document for JSON.SET in two parts: its number in the namespace's sequence goes between. */
export function cutDocument(document: MemoryDocument): { readonly head: string; readonly tail: string } {
  const { index, ...rest } = document;
  const json = JSON.stringify({ ...rest, index });
  return { head: `${json.slice(0, -2)},"seq":`, tail: "}}" };
}

export function documentOf({ memory, interaction, preceding, ...rest }: NewMemory): MemoryDocument {
  const stored = storedMemory(memory);
  return {
    memory: stored,
    ...(interaction === undefined ? {} : { raw: JSON.stringify(interaction) }),
    index: {
      ns: memory.namespace,
      facets: facetsOf(memory),
      time: memory.timestamp,
      since: memory.updated_at,
      ...validity(memory),
      text: indexText(memory.content),
      ...(preceding === undefined ? {} : lentBy(preceding)),
      prior: lengthPrior(memory.content.length),
      ...askingPart(memory.content),
      ...saidPart(memory.content),
      ...(rest.ownVector ? { own_vector: true as const } : {}),
      ...(isTurn(memory) ? { turn: sessionFacet(memory.session_id) } : {}),
      hash: rest.contentHash,
      ...(rest.made === undefined ? {} : { made: rest.made }),
      schema: RECORD_SCHEMA,
      terms: TERMS_SCHEMA,
      passages: rest.vectors.length,
      bytes: jsonBytes(stored, interaction),
      vector_bytes: vectorBytes(rest.vectors),
      ...(rest.embedAt === undefined ? {} : { embed_at: rest.embedAt }),
      ...(rest.compareAt === undefined ? {} : { corroborate_at: rest.compareAt }),
    },
  };
}

function askingPart(content: string): { asks?: number } {
  const asks = askingShare(content);
  return asks === 0 ? {} : { asks };
}

function saidPart(content: string): { said?: { readonly by: string } } {
  const said = saidBy(content);
  return said === null ? {} : { said };
}

/** For a patch: null removes what a former content had. */
export function saidBy(content: string): { readonly by: string } | null {
  const by = firstSpeaker(content);
  return by === undefined ? null : { by };
}

/** Missing bounds are dropped. */
function validity({ valid_from, valid_to }: Memory): { valid_from?: number; valid_to?: number } {
  return { ...(valid_from === null ? {} : { valid_from }), ...(valid_to === null ? {} : { valid_to }) };
}

/** Without the evidence: others add to it, so it doesn't count for the namespace. */
function jsonBytes(stored: StoredMemory, interaction: Interaction | undefined): number {
  const { evidence: _, ...counted } = stored;
  const raw = interaction === undefined ? 0 : Buffer.byteLength(JSON.stringify(interaction));
  return Buffer.byteLength(JSON.stringify(counted)) + raw;
}

/** What a memory counts for without its vectors and old versions. */
export const storedBytes = (memory: Memory, interaction: Interaction | undefined): number =>
  jsonBytes(storedMemory(memory), interaction);

function storedMemory(memory: Memory): StoredMemory {
  const {
    evidence,
    derived_from,
    source_trust,
    quarantined,
    superseded_by: _,
    archived: __,
    ...rest
  } = memory;
  return {
    ...rest,
    key: memory.key ?? undefined,
    fact: memory.fact ?? undefined,
    metadata: JSON.stringify(memory.metadata),
    origin: memory.origin ?? undefined,
    ...storedEvidence(evidence),
    ...(derived_from.length === 0 ? {} : { derived_from }),
    ...(source_trust === null ? {} : { source_trust }),
    ...(quarantined ? { quarantined } : {}),
  };
}

function storedEvidence({
  counts,
  human_confirmed,
  last_outcome,
  last_feedback_at,
  corroborated_by,
  since,
}: Evidence): {
  evidence?: StoredEvidence;
} {
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  const evidence: StoredEvidence = {
    ...Object.fromEntries(said),
    ...(last_outcome === null ? {} : { last: last_outcome }),
    ...(last_feedback_at === null ? {} : { last_at: last_feedback_at }),
    ...(human_confirmed ? { human: true } : {}),
    ...(corroborated_by.length === 0 ? {} : { agents: corroborated_by }),
    ...(since === null ? {} : { since }),
  };
  return Object.keys(evidence).length === 0 ? {} : { evidence };
}

/** A merge patch that leaves nothing of the evidence for what a memory said before but what is given. */
function replacedEvidence(evidence: Evidence) {
  const none = {
    confirmed: null,
    contradicted: null,
    used: null,
    useless: null,
    human: null,
    last: null,
    last_at: null,
    agents: null,
    since: null,
  } satisfies Record<keyof StoredEvidence, null>;
  return { ...none, ...storedEvidence(evidence).evidence };
}

function lentBy({ id, text }: Preceding) {
  return { follows: id, preceding: text, context: indexText(text) };
}

/**
 * A JSON merge patch that makes a stored document its next version. It doesn't touch fields that change without a new
 * version, so that none of those changes is lost: sightings, the expiry that they and uses prolong, evidence for an
 * unchanged statement, and, if the vectors stay, all that the embedding worker sets.
 */
export function encodeRevision(revision: Revision): {
  patch: string;
  size: MemorySize;
} {
  const stored = storedMemory(revision.memory);
  const size = {
    json: jsonBytes(stored, revision.interaction),
    vectors: revision.vectors === undefined ? undefined : vectorBytes(revision.vectors),
  };
  const {
    embedding,
    expires_at,
    prolonged_by,
    seen_count: _,
    last_seen_at: __,
    evidence: ___,
    fact,
    ...rest
  } = stored;
  const memory = {
    ...rest,
    ...(revision.newExpiry ? { expires_at, prolonged_by } : {}),
    ...(revision.restated === true ? { evidence: replacedEvidence(revision.memory.evidence) } : {}),
    // All else of a fact is for life, or set by scripts as others come and go.
    ...(fact === undefined ? {} : { fact: { confidence: fact.confidence } }),
  };
  const facets = facetsOf(revision.memory);
  const prior = lengthPrior(memory.content.length);
  const index = {
    facets,
    prior,
    asks: askingShare(memory.content) || null,
    said: saidBy(memory.content),
    time: memory.timestamp,
    valid_from: memory.valid_from,
    valid_to: memory.valid_to,
    bytes: size.json,
    // A text that mneme remakes keeps `made`. A caller's new content ends it.
    ...(revision.restated === true && !revision.exempt ? { made: null } : {}),
    ...(revision.newEnd ? { stated_to: memory.valid_to } : {}),
    ...(size.vectors === undefined ? {} : { vector_bytes: size.vectors }),
    ...(revision.compareAt === undefined ? {} : { corroborate_at: revision.compareAt }),
  };
  const begun = revision.restated === true ? { voices: null } : {};
  const patch =
    revision.vectors === undefined
      ? { memory, index, ...begun }
      : {
          ...begun,
          memory: { ...memory, embedding },
          index: {
            ...index,
            text: indexText(memory.content),
            passages: revision.vectors.length,
            also: null,
            embed_at: revision.embedAt ?? null,
          },
        };
  return { patch: JSON.stringify(patch), size };
}
