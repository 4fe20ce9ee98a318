import type { PhoneChecks } from "../../pii/detect/phones.js";
import { addCounts } from "../../pii/kinds.js";
import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import type { PiiVault } from "../../pii/vault.js";
import { formerHash, identityHash, tellingOf } from "../model/identity.js";
import type { Telling } from "../model/identity.js";
import { contentHash, rewrittenHash } from "../model/hash.js";
import { consolidatedIdentity, promotedIdentity } from "../model/made.js";
import type { Interaction, Memory, MemoryDetail } from "../model/record.js";
import type { Rewritable, Rewritten } from "../ports/rewriting.js";
import { interactionText } from "../remember/interaction-text.js";

export interface TreatedTexts {
  /** Pieces in the memory and its old versions. */
  readonly counts: PiiCounts;
  /** Undefined: there is nothing to change. */
  readonly rewritten: Rewritten | undefined;
}

interface One {
  readonly memory: Memory;
  readonly interaction: Interaction | undefined;
  readonly counts: PiiCounts;
  readonly changed: boolean;
}

/**
 * What a stored memory, with its old versions, would say if it were written under this policy. `whole`: as its readers get
 * it, where its text is archived.
 */
export async function treatStored(
  vault: PiiVault,
  policy: PiiPolicy,
  stored: Rewritable,
  whole: MemoryDetail,
  checks: PhoneChecks,
): Promise<TreatedTexts> {
  const { namespace } = whole;
  const now = await treatOne(vault, policy, whole, whole.interaction, checks);
  const versions: One[] = [];
  for (const { memory } of stored.versions)
    versions.push(await treatOne(vault, policy, memory, undefined, checks));
  const lent =
    stored.preceding === undefined
      ? undefined
      : await treat(vault, namespace, policy, { content: stored.preceding }, checks);
  const preceding = lent?.parts.content;
  const counts = addCounts(now.counts, ...versions.map((each) => each.counts));
  const changed = now.changed || preceding !== stored.preceding || versions.some((each) => each.changed);
  if (!changed) return { counts, rewritten: undefined };
  return {
    counts,
    rewritten: {
      memory: now.memory,
      interaction: now.interaction,
      preceding,
      hash: nextHash(stored, whole, now),
      versions: versions.map((each) => (each.changed ? each.memory : undefined)),
    },
  };
}

/** As `treatInput` treats what is written: the content of an interaction is made of its parts. */
async function treatOne(
  vault: PiiVault,
  policy: PiiPolicy,
  detail: Memory & Partial<MemoryDetail>,
  interaction: Interaction | undefined,
  checks: PhoneChecks,
): Promise<One> {
  const { publications: _, uses: __, interaction: ___, ...memory } = detail;
  const { namespace, content, metadata, tags, fact } = memory;
  const stated = fact === null ? undefined : [fact.subject, fact.predicate, fact.object];
  const said = interaction === undefined ? { content, fact: factParts(memory) } : { ...interaction };
  const main = await treat<object>(vault, namespace, policy, said, checks);
  const around = await treat(vault, namespace, policy, { metadata, tags }, checks);
  const parts = main.parts as Said;
  const treated: Interaction | undefined =
    interaction === undefined ? undefined : (main.parts as Interaction);
  const next: Memory = {
    ...memory,
    content: treated === undefined ? (parts.content ?? content) : contentOf(content, interaction, treated),
    metadata: around.parts.metadata,
    tags: [...new Set([...around.parts.tags, ...main.tags, ...around.tags])],
    fact: fact === null ? null : { ...fact, ...parts.fact },
  };
  const changed =
    next.content !== content ||
    JSON.stringify([next.metadata, next.tags, treated]) !== JSON.stringify([metadata, tags, interaction]) ||
    JSON.stringify(stated) !==
      JSON.stringify(
        next.fact === null ? undefined : [next.fact.subject, next.fact.predicate, next.fact.object],
      );
  return { memory: next, interaction: treated, counts: addCounts(main.counts, around.counts), changed };
}

interface Said {
  readonly content?: string;
  readonly fact?: { readonly subject: string; readonly predicate: string; readonly object: string };
}

function factParts({ fact }: Memory): Said["fact"] {
  return fact === null
    ? undefined
    : { subject: fact.subject, predicate: fact.predicate, object: fact.object };
}

const contentOf = (content: string, before: Interaction | undefined, treated: Interaction): string =>
  JSON.stringify(before) === JSON.stringify(treated) ? content : interactionText(treated);

/**
 * The identity by which a repeated write of the treated text finds it. Undefined where it isn't made of the text: those
 * of items, of copies, and of what mneme made.
 *
 * Where nothing says of which parts it was made, as for a key that may not read, the next one is of the id alone: who
 * guesses the former text could tell it by the hash.
 */
function nextHash(stored: Rewritable, whole: MemoryDetail, next: One): string | undefined {
  const { id, key, origin } = whole;
  if (key !== null || origin !== null || isNamed(stored, whole)) return undefined;
  // On a timeline, the place decides what repeats it: the hash is its own.
  const [before, own] = stored.placed ? [stored.hash.slice(0, -id.length - 1), `.${id}`] : [stored.hash, ""];
  const [was, is] = [whole, next.memory].map((memory, at) => {
    const interaction = at === 0 ? whole.interaction : next.interaction;
    return tellingsOf(
      { ...memory, valid_to: stored.placed ? stored.statedTo : memory.valid_to },
      interaction,
    );
  });
  const made = was?.findIndex((each) => identityHash(each) === before || formerHash(each) === before) ?? -1;
  const telling = is?.[made];
  return (telling === undefined ? rewrittenHash(id) : identityHash(telling)) + own;
}

/** The parts that its identity may be made of: as a caller wrote it, or as consolidation does. */
function tellingsOf(memory: Memory, interaction: Interaction | undefined): Telling[] {
  const telling = tellingOf(memory, interaction);
  const { consolidation: _, ...metadata } = memory.metadata;
  const shared = { ...telling, agent_id: null, session_id: null, metadata };
  // The words of a fact may have been revised since it was known by them.
  return [telling, shared].flatMap((each) =>
    memory.fact === null ? [each] : [each, { ...each, content: undefined }],
  );
}

/** Whether its identity is a name that mneme gave it, whatever it says. */
function isNamed({ hash, made }: Rewritable, { id, memory_type, session_id }: Memory): boolean {
  const names = [consolidatedIdentity(id)];
  if (made !== undefined && "incarnation" in made && session_id !== null)
    names.push(promotedIdentity(made.by, session_id, made));
  return names.some((name) => contentHash(memory_type, name) === hash);
}
