import type { JsonObject, JsonValue } from "../../../domain/json.js";
import { LIMITS } from "../../../domain/limits.js";
import type { FactInput } from "../../model/fact.js";
import { consolidatedIdentity } from "../../model/made.js";
import type { Evidence, FeedbackOutcome, Memory, Source } from "../../model/record.js";
import { FEEDBACK_OUTCOMES, MAX_CORROBORATORS } from "../../model/record.js";
import { truncateUtf8 } from "../../text/truncate.js";
import { earliestLife, longestLife } from "./inherited-life.js";
import type { DraftMemory, Made, Run, Step } from "../run.js";

/** The origins of every memory that a run makes. */
export interface Origins {
  readonly id: string;
  readonly run: Pick<Run, "id">;
  readonly step: Step;
  /** Not empty. */
  readonly sources: readonly Memory[];
  readonly made: Made;
}

export const refOf = ({ id, version }: Memory): Source => ({ id, version });

/**
 * Several of one author that say the same become one, which says it as the best of them does. It was first said at the
 * earliest of their times, and its trust counts from the latest.
 */
export function mergedMemory(origins: Origins): DraftMemory {
  const best = origins.sources.toSorted(byWorth)[0];
  const surest = origins.sources.toSorted((one, other) => limitOf(other) - limitOf(one))[0];
  if (best === undefined || surest === undefined) throw new Error("nothing to merge");
  return {
    ...common(origins),
    ends: undefined,
    ...longestLife(origins.sources),
    pinned: origins.sources.some(({ pinned }) => pinned),
    content: best.content,
    memory_type: best.memory_type,
    timestamp: Math.min(...origins.sources.map(({ timestamp }) => timestamp)),
    valid_from: best.valid_from ?? undefined,
    valid_to: best.valid_to ?? undefined,
    source_agent: best.source_agent,
    trust_score: surest.trust_score,
    source_trust: surest.source_trust ?? undefined,
    evidence: evidenceOf(best, origins.sources),
  };
}

const limitOf = ({ trust_score, source_trust }: Memory): number => Math.min(trust_score, source_trust ?? 1);

/** Confirmed memories first, then the most trusted, then the newest. */
function byWorth(one: Memory, other: Memory): number {
  return (
    Number(other.evidence.human_confirmed) - Number(one.evidence.human_confirmed) ||
    limitOf(other) - limitOf(one) ||
    other.timestamp - one.timestamp ||
    (one.id < other.id ? -1 : 1)
  );
}

/** Verdicts and corroborations add up. */
function evidenceOf(best: Memory, sources: readonly Memory[]): Evidence {
  const all = sources.map(({ evidence }) => evidence);
  const sum = (name: FeedbackOutcome): number => all.reduce((total, { counts }) => total + counts[name], 0);
  const first = Math.min(...sources.map(({ timestamp }) => timestamp));
  const again = Math.max(...sources.map(({ evidence, timestamp }) => evidence.since ?? timestamp));
  const last = all.toSorted((one, other) => (other.last_feedback_at ?? 0) - (one.last_feedback_at ?? 0))[0];
  return {
    counts: Object.fromEntries(FEEDBACK_OUTCOMES.map((name) => [name, sum(name)])) as Evidence["counts"],
    human_confirmed: best.evidence.human_confirmed,
    last_outcome: last?.last_outcome ?? null,
    last_feedback_at: last?.last_feedback_at ?? null,
    corroborated_by: [...new Set(all.flatMap(({ corroborated_by }) => corroborated_by))].slice(
      0,
      MAX_CORROBORATORS,
    ),
    since: again === first ? null : again,
  };
}

/** A short summary of a cluster of episodes. */
export function summaryMemory(origins: Origins, lines: readonly string[]): DraftMemory {
  return {
    ...common(origins),
    content: truncateUtf8(lines.join("\n"), LIMITS.contentBytes),
    memory_type: "semantic",
    source_agent: onlyOne(origins.sources.map(({ source_agent }) => source_agent)),
  };
}

/** An episode's fact, valid since it was said. */
export function factMemory(origins: Origins, fact: FactInput): DraftMemory {
  return {
    ...common(origins),
    content: undefined,
    fact,
    memory_type: "semantic",
    // The same fact with the same metadata is the same memory, in every run and session.
    identity: undefined,
    scope: sharedMetadata(origins.sources),
    source_agent: onlyOne(origins.sources.map(({ source_agent }) => source_agent)),
    valid_from: Math.min(...origins.sources.map(({ timestamp }) => timestamp)),
  };
}

export function procedureMemory(origins: Origins, content: string): DraftMemory {
  return {
    ...common(origins),
    content: truncateUtf8(content, LIMITS.contentBytes),
    memory_type: "procedural",
    // The same advice is the same procedure in every run.
    identity: undefined,
    scope: sharedMetadata(origins.sources),
    session_id: undefined,
    source_agent: onlyOne(origins.sources.map(({ source_agent }) => source_agent)),
  };
}

function common({ id, run, step, sources, made }: Origins): DraftMemory {
  const tags = [...new Set(sources.flatMap((each) => each.tags))].slice(0, LIMITS.tags);
  const life = earliestLife(sources);
  const consolidation: JsonObject = {
    run: run.id,
    step,
    method: made.method,
    ...(made.model === null ? {} : { model: made.model }),
    ...(made.because === null ? {} : { instead_of: "llm", because: made.because }),
    sources: sources.length,
  };
  return {
    id,
    memory_type: "semantic",
    agent_id: onlyOne(sources.map(({ agent_id }) => agent_id ?? undefined)),
    session_id: onlyOne(sources.map(({ session_id }) => session_id ?? undefined)),
    timestamp: Math.max(...sources.map(({ timestamp }) => timestamp)),
    metadata: { ...sharedMetadata(sources), consolidation },
    tags,
    derived_from: sources.map(({ namespace, id: source, version }) => ({ namespace, id: source, version })),
    importance: Math.max(...sources.map(({ importance }) => importance)),
    ...life,
    // A memory that is to end isn't pinned because of another source.
    pinned: life.ends === undefined && sources.some(({ pinned }) => pinned),
    // It is made once, even if another memory has this content.
    identity: consolidatedIdentity(id),
  };
}

/** The value that all share; undefined if they differ. */
function onlyOne(values: readonly (string | undefined)[]): string | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/** The metadata that all sources share, so that a filter on it also finds the memory that supersedes them. */
export function sharedMetadata([first, ...others]: readonly Memory[]): JsonObject {
  const shared: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(first?.metadata ?? {})) {
    const text = JSON.stringify(value);
    if (value !== undefined && others.every(({ metadata }) => JSON.stringify(metadata[name]) === text)) {
      shared[name] = value;
    }
  }
  return shared;
}
