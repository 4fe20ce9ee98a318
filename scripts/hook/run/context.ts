import { basename } from "node:path";
import { queryWithin } from "../../../src/memory/text/asked.js";
import { visibleJson } from "../../../src/domain/visible.js";
import { truncateUtf8 } from "../../../src/memory/text/truncate.js";
import { LIMITS } from "../../../src/domain/limits.js";
import { quoted } from "../../../src/mcp/quoted.js";
import { isFields, textOf } from "../clients/client.js";
import type { Fields, Moment, Told } from "../clients/client.js";
import { post } from "./place.js";
import type { Place } from "./place.js";

/** What a turn is given at most: about 1,000 tokens. */
const CONTEXT_BYTES = 4_000;
const MEMORY_BYTES = 1_000;
const MEMORIES = 8;

/** What a request takes besides the service's own work. */
const TRANSIT_MS = 25;

export interface TimeLeft {
  readonly signal: AbortSignal;
  /** Milliseconds until it aborts. */
  readonly leftMs: () => number;
}

/**
 * What the model is told at this moment; undefined: nothing. Memories of the conversation itself are left out, as the
 * model has them already, and all of them if they probably don't answer the prompt.
 */
export async function contextFor(
  place: Place,
  moment: Moment,
  told: Told,
  session: string | undefined,
  { signal, leftMs }: TimeLeft,
): Promise<string | undefined> {
  const request = moment === "start" ? atStart(told) : atPrompt(told);
  if (request === undefined) return undefined;
  const answer = await post(
    place,
    "/v1/recall",
    // What is found by words in time is better than nothing.
    { ...request, namespaces: [place.namespace], limit: MEMORIES, budget_ms: budgetMs(leftMs()) },
    signal,
  );
  if (!isFields(answer) || !Array.isArray(answer["hits"])) return undefined;
  if (moment === "prompt" && answer["answerable"] !== true) return undefined;
  const memories = answer["hits"].flatMap((hit: unknown) => {
    const memory = isFields(hit) ? hit["memory"] : undefined;
    return isFields(memory) && (session === undefined || memory["session_id"] !== session) ? [memory] : [];
  });
  const lines = fitting(memories.map(shown));
  if (lines.length === 0) return undefined;
  const receipt = textOf(answer["receipt_id"]);
  return [
    "mneme recalled memories of earlier conversations.",
    ...(receipt === undefined ? [] : [`Receipt: ${receipt}.`]),
    quoted(lines),
  ].join(" ");
}

const budgetMs = (left: number): number => Math.max(LIMITS.budgetMs.least, left - TRANSIT_MS);

/** At the beginning nothing is asked yet: what is known and how things are done, nearest to the project's name. */
function atStart({ folder }: Told): Fields | undefined {
  const project = folder === undefined ? "" : basename(folder);
  return {
    query: truncateUtf8(`${project} preferences conventions decisions`.trim(), LIMITS.queryBytes),
    memory_types: ["semantic", "procedural"],
  };
}

function atPrompt({ prompt }: Told): Fields | undefined {
  if (prompt === undefined || prompt.trim() === "") return undefined;
  return { query: queryWithin(prompt, LIMITS.queryBytes) };
}

function shown({ id, timestamp, source_agent, trust, content }: Fields): Fields {
  return {
    id,
    time: timestamp,
    author: source_agent,
    trust,
    content: truncateUtf8(textOf(content) ?? "", MEMORY_BYTES),
  };
}

/** The first memories that have room together. */
function fitting(memories: readonly Fields[]): readonly Fields[] {
  let room = CONTEXT_BYTES;
  return memories.filter((memory) => {
    // As it is shown: an escaped character takes six bytes.
    room -= Buffer.byteLength(visibleJson(memory));
    return room >= 0;
  });
}
