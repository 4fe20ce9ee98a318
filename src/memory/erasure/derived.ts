import { afterWrite } from "../write/after-write.js";
import { nextVersion } from "../write/next-version.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { isJsonObject } from "../../domain/json.js";
import type { JsonObject } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import { mergedMemory } from "../consolidation/language/derived-memory.js";
import { linesOf } from "../consolidation/language/summarise.js";
import { embedAlone, embeddedIn } from "../embedding/embed.js";
import type { MadeBy } from "../model/made.js";
import type { Memory, MemoryDetail } from "../model/record.js";
import { removeQuietly } from "./remove-quietly.js";
import type { Services } from "../services.js";
import type { Erasing } from "./erasing.js";
import { tellCopies } from "../publish/tell-copies.js";
import { redactRefused } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import { underPolicy } from "../../pii/under-policy.js";
import { lineOf, saidIn } from "../text/speakers.js";
import { stretchOf } from "../text/stretch.js";
import { truncateUtf8 } from "../text/truncate.js";
import { isAlive } from "../lifecycle/ttl.js";

/** `kept`: a caller wrote it from several sources, and one of these is gone. `again`: it was changed in between. */
export type Fate = "removed" | "remade" | "kept" | "missing" | "again";

/** Handles a memory derived from a deleted one: removes it, or remakes it from its other sources. */
export async function followSource(
  services: Erasing,
  context: Context,
  ref: { readonly namespace: string; readonly id: string },
  source: string,
): Promise<Fate> {
  const memory = await services.store.peek(ref);
  if (memory === undefined) return "missing";
  const others = memory.derived_from.filter(({ id }) => id !== source).map(({ id }) => id);
  const found = await readable(services, await services.store.peekDetails(ref.namespace, others));
  const left = found.filter(
    (each): each is MemoryDetail => each !== undefined && isAlive(each, context.now()),
  );
  // After it was read: what a caller writes in between is the caller's, or another version.
  const [made] = await services.erasures.madeOf(ref.namespace, [ref.id]);
  if (made === undefined) {
    // A fact names as sources only what says it.
    if (left.length === 0 && others.length > 0) return remove(services, context, memory, source);
    // Versions that mneme made before a caller revised it came from the source.
    await services.erasures.purgeMadeVersions(ref.namespace, ref.id);
    const stays = await services.erasures.withdrawSource(ref.namespace, ref.id, source);
    if (!stays) return remove(services, context, memory, source);
    return "kept";
  }
  // A superseded memory can't be remade. The memory that supersedes it is derived from it, and is handled next.
  if (left.length === 0 || memory.superseded_at !== null) return remove(services, context, memory, source);
  const content = await contentOf(services, memory, left, made);
  if (content === "") return remove(services, context, memory, source);
  return remake(services, context, memory, left, made, content);
}

/**
 * Sources with their whole contents. One whose archived copy is lost is left out: an excerpt would stand for it. While the
 * archive is away, this rejects.
 */
async function readable(
  { archive }: Pick<Erasing, "archive">,
  sources: readonly (MemoryDetail | undefined)[],
): Promise<readonly (MemoryDetail | undefined)[]> {
  try {
    return await archive.whole(sources);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "archive_damaged")) throw error;
    const limits = { segments: sources.length, timeoutMs: 10_000 };
    const { memories } = await archive.refill(sources, limits);
    return memories.filter((each) => each === undefined || each.archived === null || each.archived.whole);
  }
}

async function remove(
  services: Erasing,
  context: Context,
  { namespace, id, version }: Memory,
  source: string,
): Promise<Fate> {
  const only = { version, derived: true };
  const outcome = await removeQuietly(services, context, { namespace, id }, only, "delete", source);
  return outcome === "conflict" ? "again" : outcome;
}

/** Chooses among the remaining sources' sentences. A language model isn't asked, as it would need the deleted text. */
async function contentOf(
  { countTokens }: Pick<Services, "countTokens">,
  memory: Memory,
  left: readonly MemoryDetail[],
  { by }: MadeBy,
): Promise<string> {
  if (by === "procedures") return "";
  // One source needs no summary: it is found itself again.
  if (by === "summarise" && left.length === 1) return "";
  if (by === "merge") {
    const best = { method: "deterministic", model: null, because: null } as const;
    return (
      mergedMemory({ id: memory.id, run: { id: "" }, step: "merge", sources: left, made: best }).content ?? ""
    );
  }
  const { count } = await countTokens();
  const text =
    by === "summarise"
      ? linesOf(left, count).join("\n")
      : stretchOf(
          left.flatMap((each) => saidIn(each.content).map(lineOf)),
          count,
        );
  return truncateUtf8(text, LIMITS.contentBytes);
}

/**
 * Its next version, and no version before it: those say what is gone. Its sources may be rewritten for personal data after
 * they were read here, so what was made of them is treated too.
 */
function remake(
  services: Erasing,
  context: Context,
  memory: MemoryDetail,
  left: readonly MemoryDetail[],
  made: MadeBy,
  said: string,
): Promise<Fate> {
  const { vault, knownDefaults } = services;
  const { namespace } = memory;
  return underPolicy(
    async () => {
      const { pii, version } = await knownDefaults.of(namespace);
      const { parts } = await treat(vault, namespace, redactRefused(pii), { said });
      return remakeOf(services, context, memory, left, made, parts.said, version);
    },
    () => knownDefaults.forget(namespace),
  );
}

async function remakeOf(
  services: Erasing,
  context: Context,
  memory: MemoryDetail,
  left: readonly MemoryDetail[],
  made: MadeBy,
  content: string,
  settings: string,
): Promise<Fate> {
  const { interaction, publications: _, uses: __, ...current } = memory;
  const { namespace, id } = current;
  const embedding = await embedAlone(services.embedder, embeddedIn(namespace), content);
  const changed = {
    ...current,
    content,
    metadata: withSources(current.metadata, left),
    derived_from: left.map((each) => ({ id: each.id, version: each.version })),
    updated_at: context.now(),
  };
  // Before: a process that is killed after the revision must not leave the old versions.
  await services.erasures.note(namespace, { kind: "versions", id });
  if ("incarnation" in made && current.session_id !== null) {
    const { incarnation } = made;
    await services.erasures.note(namespace, { kind: "summary", incarnation, sessionId: current.session_id });
  }
  const revision = nextVersion(services, current, changed, {
    interaction,
    embedding,
    compared: false,
    exempt: true,
  });
  const outcome = await services.store.revise(trailOf(context, "revise", { ids: [id], settings }), revision);
  if (outcome.kind === "missing") return "missing";
  if (outcome.kind !== "revised") return "again";
  if (outcome.published) await tellCopies(services, context, current);
  afterWrite(services, { memory: revision.memory });
  return "remade";
}

/** Restricts the metadata about sources to those that are left. */
function withSources(metadata: JsonObject, left: readonly MemoryDetail[]): JsonObject {
  const { summary, consolidation } = metadata;
  return {
    ...metadata,
    ...(isJsonObject(summary) && "sources" in summary
      ? { summary: { ...summary, sources: left.map(({ id }) => id) } }
      : {}),
    ...(isJsonObject(consolidation) && "sources" in consolidation
      ? { consolidation: { ...consolidation, sources: left.length } }
      : {}),
  };
}
