import { createHash } from "node:crypto";
import { normaliseName } from "../../domain/normalise-name.js";
import { facetsOf, objectFacet } from "../../memory/model/facets.js";
import type { Fact } from "../../memory/model/fact.js";
import type { Interaction, Memory } from "../../memory/model/record.js";
import type { Rewritable, RewritingStore, Rewritten } from "../../memory/ports/rewriting.js";
import { lengthPrior } from "../../memory/recall/length-prior.js";
import { askingShare } from "../../memory/text/asking-share.js";
import { indexText } from "../../memory/text/terms.js";
import { memoryOf, readDocument } from "../codec/decode.js";
import { saidBy, storedBytes } from "../codec/encode.js";
import { timelinePlace } from "../codec/fact.js";
import type { StoreDeps } from "../deps.js";
import { eraseAnswers } from "../idempotency/erase.js";
import { arrayOf, text } from "../scripts/replies.js";
import { CODE, meaningOf } from "../scripts/codes.js";

/** Texts of memories, replaced in place. */
export function createRewritingStore(deps: StoreDeps): RewritingStore {
  const { redis, auditor, meter, keys } = deps;
  return {
    async readRewritable(namespace, ids) {
      if (ids.length === 0) return [];
      const reply: unknown = await redis.run((client) =>
        client.dumpMemories(
          [keys.uses(namespace), ...ids.map((id) => keys.record(namespace, id))],
          ["0", "0", ...ids],
        ),
      );
      return arrayOf(reply).map(rewritable);
    },

    async rewrite(trail, stored, rewritten, now) {
      const { namespace, id } = stored.memory;
      const said = changesText(stored, rewritten);
      const [code] = await auditor.run(namespace, trail, (client, audit) =>
        client.rewriteMemory(
          audit,
          meter(namespace),
          [
            keys.record(namespace, id),
            ...stored.versions.map(({ memory }) => keys.old(namespace, id, memory.version)),
          ],
          [
            id,
            keys.recordPrefix(namespace),
            keys.contentHash(namespace, ""),
            rewritten.hash ?? "",
            stored.sha1,
            recordPatch(stored, rewritten, said, now),
            said ? "1" : "",
            factOf(stored.memory, rewritten.memory),
            ...stored.versions.flatMap((old, at) => [
              String(old.memory.version),
              old.sha1,
              versionPatch(stored, old, rewritten, rewritten.versions[at]),
              restates(old, rewritten.versions[at]) ? "1" : "",
            ]),
          ],
        ),
      );
      return meaningOf<"rewritten" | "changed">("memory/lua/rewrite", code, {
        [CODE.DONE]: "rewritten",
        [CODE.CONFLICT]: "changed",
      });
    },

    eraseAnswersAbout: (ids) => eraseAnswers({ redis, keys }, ids),
  };
}

function rewritable(reply: unknown): Rewritable | undefined {
  if (reply === null || reply === undefined) return undefined;
  const [json, , , olds] = arrayOf(reply);
  const record = documentOf(text(json));
  if (record === undefined) return undefined;
  const { index } = record.document;
  return {
    ...record.stored,
    hash: index.hash,
    preceding: index.preceding,
    placed: index.timeline !== undefined,
    statedTo: index.stated_to ?? null,
    made: index.made,
    versions: arrayOf(olds).flatMap((old) => documentOf(text(old))?.stored ?? []),
  };
}

function documentOf(json: string) {
  const document = readDocument(json);
  if (document === undefined) return undefined;
  const sha1 = createHash("sha1").update(json).digest("hex");
  return { document, stored: { memory: memoryOf(document), sha1, facets: document.index.facets } };
}

/** Whether what is embedded changes. */
const changesText = ({ memory, preceding }: Rewritable, next: Rewritten): boolean =>
  memory.content !== next.memory.content || preceding !== next.preceding;

function recordPatch(stored: Rewritable, next: Rewritten, said: boolean, now: number): string {
  const { memory, interaction, preceding } = next;
  return JSON.stringify({
    memory: {
      ...partsOf(memory),
      ...(said ? { embedding: { status: "pending", model: null } } : {}),
    },
    ...(interaction === undefined ? {} : { raw: JSON.stringify(interaction) }),
    index: {
      ...indexOf(stored, memory, interaction),
      ...(preceding === undefined ? {} : { preceding, context: indexText(preceding) }),
      ...(said
        ? {
            passages: 0,
            vector_bytes: 0,
            also: null,
            own_vector: null,
            embed_at: memory.content === "" ? null : now,
          }
        : {}),
    },
  });
}

const restates = ({ memory }: Rewritable["versions"][number], next: Memory | undefined): boolean =>
  next !== undefined && next.content !== memory.content;

/** An old version isn't embedded again: it is found by its words. Its copies of the record's identity go in any case. */
function versionPatch(
  stored: Rewritable,
  old: Rewritable["versions"][number],
  { hash, memory }: Rewritten,
  next: Memory | undefined,
): string {
  const place = {
    ...(hash === undefined ? {} : { hash }),
    ...(stored.placed && memory.fact !== null ? placeOf(memory.fact) : {}),
  };
  if (next === undefined) return Object.keys(place).length === 0 ? "" : JSON.stringify({ index: place });
  const goes = restates(old, next);
  return JSON.stringify({
    memory: { ...partsOf(next), ...(goes ? { embedding: { status: "complete", model: null } } : {}) },
    index: {
      ...indexOf(old, next, undefined),
      ...place,
      ...(goes ? { passages: 0, vector_bytes: 0, also: null, own_vector: null } : {}),
    },
  });
}

const placeOf = ({ subject, predicate, object }: Fact): { timeline: string; object: string } => ({
  timeline: timelinePlace(subject, predicate),
  object: objectFacet(object),
});

function partsOf({ content, metadata, tags, fact }: Memory) {
  const stated = fact && { subject: fact.subject, predicate: fact.predicate, object: fact.object };
  return { content, metadata: JSON.stringify(metadata), tags, ...(stated === null ? {} : { fact: stated }) };
}

function indexOf(
  { memory: before, facets }: Pick<Rewritable, "memory" | "facets"> | Rewritable["versions"][number],
  memory: Memory,
  interaction: Interaction | undefined,
) {
  // Only what the texts say: scripts have changed other facets since.
  const [former, own] = [new Set(facetsOf(before)), new Set(facetsOf(memory))];
  const kept = facets.filter((facet) => own.has(facet) || !former.has(facet));
  const added = [...own].filter((facet) => !former.has(facet));
  return {
    facets: [...new Set([...kept, ...added])],
    text: indexText(memory.content),
    prior: lengthPrior(memory.content.length),
    asks: askingShare(memory.content) || null,
    said: saidBy(memory.content),
    bytes: storedBytes(memory, interaction),
  };
}

function factOf({ fact: before }: Memory, { fact }: Memory): string {
  if (fact === null || before === null) return "";
  const { subject, predicate, object } = fact;
  if (subject === before.subject && predicate === before.predicate && object === before.object) return "";
  return JSON.stringify({
    names: [subject, object].map((name) => [normaliseName(name), name.trim()]),
    ...placeOf(fact),
  });
}
