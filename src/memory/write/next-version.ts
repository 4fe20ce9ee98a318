import { dueTime } from "../embedding/embed.js";
import type { FirstEmbedding } from "../model/embedding.js";
import { NO_EVIDENCE } from "../model/record.js";
import type { Interaction, Memory } from "../model/record.js";
import { wordingOf } from "../model/wording.js";
import type { Revision } from "../ports/records.js";
import type { Services } from "../services.js";
import { isClaim } from "../trust/corroborate.js";
import { restates } from "./author-of.js";

/** A memory as it is to be: what follows from that, {@link nextVersion} says. */
export type Changed = Omit<Memory, "version" | "evidence" | "embedding">;

export interface VersionOptions extends Partial<
  Pick<Revision, "contentHash" | "knownBy" | "exempt" | "newExpiry" | "newEnd">
> {
  readonly interaction: Interaction | undefined;
  /** Undefined: the vectors stay. */
  readonly embedding: FirstEmbedding | undefined;
  /** False: a new content isn't compared with what others said. */
  readonly compared?: boolean;
  /** Evidence for a new content; undefined: none yet. */
  readonly evidence?: Memory["evidence"] | undefined;
}

/** Every next version of a memory, as the store takes it; `changed.updated_at` is when it becomes current. */
export function nextVersion(
  { corroboration }: Pick<Services, "corroboration">,
  current: Memory,
  changed: Changed,
  { interaction, embedding, evidence, compared = true, ...others }: VersionOptions,
): Revision {
  const now = changed.updated_at;
  const restated = restates(current, changed);
  const reworded = changed.content !== current.content;
  const memory: Memory = {
    ...changed,
    evidence: restated ? (evidence ?? { ...NO_EVIDENCE, since: now }) : current.evidence,
    version: current.version + 1,
    embedding:
      embedding === undefined ? current.embedding : { status: embedding.status, model: embedding.model },
  };
  return {
    contentHash: undefined,
    exempt: false,
    newExpiry: memory.expires_at !== current.expires_at,
    newEnd: false,
    ...others,
    memory,
    interaction,
    expectedVersion: current.version,
    wording: wordingOf(current),
    restated,
    vectors: embedding?.vectors,
    embedAt: embedding === undefined ? undefined : dueTime(embedding, now),
    compareAt: compared && corroboration !== undefined && reworded && isClaim(memory) ? now : undefined,
  };
}
