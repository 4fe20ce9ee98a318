import { formerHash, identityHash, tellingOf } from "../../memory/model/identity.js";
import { PART_FACET, RULE_FACET } from "../../memory/model/facets.js";
import { setOfPart } from "../../memory/model/parts.js";
import type { MemoryDocument } from "../codec/document.js";
import { memoryOf } from "../codec/decode.js";
import { saidBy } from "../codec/encode.js";
import { askingShare } from "../../memory/text/asking-share.js";
import { isStandingRule } from "../../memory/text/standing-rule.js";
import { FIRST_RECORD_SCHEMA } from "../schemas.js";

/** A stored memory, or an old version of one, as an upgrade finds it. */
export interface StoredRecord {
  readonly id: string;
  /** The number of an old version; undefined: the current one. */
  readonly version: number | undefined;
  readonly document: MemoryDocument;
}

/** The changes of a step. Merge patches, as JSON.MERGE takes them. */
export interface RecordChange {
  readonly memory?: Readonly<Record<string, unknown>>;
  readonly index?: Readonly<Record<string, unknown>> & { readonly ns?: never; readonly facets?: never };
  /** Facets that the record gets. It keeps those that it has: scripts change them when it is hidden or superseded. */
  readonly facets?: readonly string[];
  /** The identity by which a repeated write finds the record. */
  readonly hash?: string | undefined;
}

export interface RecordSchema {
  /** One more than the entry before. */
  readonly number: number;
  readonly change: string;
  /**
   * Upgrades from the schema before to this one. It gets each record once, but may be tried again, so it must not
   * depend on the time.
   */
  readonly upgrade: (record: StoredRecord) => RecordChange;
}

/** Oldest first. An entry is never changed or removed: data of any age may be at any of them. */
export const RECORD_SCHEMAS: readonly RecordSchema[] = [
  {
    number: 2,
    change: "Texts that the embedding provider refused are embedded again.",
    upgrade: ({ version, document: { memory, index } }) =>
      version === undefined && memory.embedding.status === "refused" && index.embed_at === undefined
        ? { index: { embed_at: memory.recorded_at } }
        : {},
  },
  {
    number: 3,
    change:
      "The identity of a memory includes its scope (agent, session, metadata, validity), not only its content and type.",
    upgrade: rehash,
  },
  {
    number: 4,
    change: "A memory notes how much of its content asks, for the ranking of questions and answers.",
    upgrade: ({ document: { memory } }) => {
      // A stub's content is an excerpt.
      const asks = memory.archived === undefined ? askingShare(memory.content) : 0;
      return asks === 0 ? {} : { index: { asks } };
    },
  },
  {
    number: 5,
    change:
      "An item that holds a part of another item's value has a facet, by which retention leaves it to that item.",
    upgrade: ({ document }) => (setOfPart(memoryOf(document)) === undefined ? {} : { facets: [PART_FACET] }),
  },
  {
    number: 6,
    change:
      "A memory notes whose words it begins with, for the ranking of questions about what someone said.",
    upgrade: ({ document: { memory } }) => {
      const said = memory.archived === undefined ? saidBy(memory.content) : null;
      return said === null ? {} : { index: { said } };
    },
  },
  {
    number: 7,
    change: "A standing rule of the user's has a facet, by which recall finds it.",
    upgrade: ({ document: { memory } }) => (isStandingRule(memory.content) ? { facets: [RULE_FACET] } : {}),
  },
];

export function latestOf(schemas: readonly RecordSchema[]): number {
  return schemas.at(-1)?.number ?? FIRST_RECORD_SCHEMA;
}

/** Memories with an identity that mneme gave, items, copies, and facts on a timeline keep theirs. */
function rehash({ document, version }: StoredRecord): RecordChange {
  if (version !== undefined) return {};
  const memory = memoryOf(document);
  const telling = tellingOf(memory, memory.interaction);
  // The words of a fact may have been revised since it was known by them.
  const candidates = [telling, { ...telling, content: undefined }];
  const known = candidates.find((each) => formerHash(each) === document.index.hash);
  return known === undefined ? {} : { hash: identityHash(known) };
}
