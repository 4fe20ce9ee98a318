import { systemContext } from "../../domain/context.js";
import type { Context } from "../../domain/context.js";
import type { JsonObject, JsonValue } from "../../domain/json.js";
import { LEASE_MS, renewing } from "../../domain/lease.js";
import { LIMITS } from "../../domain/limits.js";
import type { TokenCounter } from "../../domain/tokens.js";
import { erase } from "../erasure/erase.js";
import { promotedIdentity } from "../model/made.js";
import type { Memory } from "../model/record.js";
import { removeQuietly } from "../erasure/remove-quietly.js";
import type { RememberInput } from "../remember/input.js";
import { rememberMany } from "../remember/remember.js";
import type { Remembering } from "../remember/remember.js";
import type { Erasing } from "../erasure/erasing.js";
import type { Carrying } from "../publish/carry-publication.js";
import type { RecordStore } from "../ports/records.js";
import type { Using } from "../services.js";
import { UNKNOWN_ACCURACY } from "../trust/trust.js";
import type { Claim, SessionStore } from "./ports.js";
import type { Message, SessionRef } from "./session.js";
import { summarise } from "./summarise.js";
import type { StretchSummary, Summarize } from "./summary.js";
import { transcriptOf } from "./transcript.js";
import { sessionTrail } from "./trail.js";

export interface PromotionServices {
  readonly store: SessionStore;
  readonly memory: Remembering & Erasing;
  /** Undefined: sentences are chosen. */
  readonly summarize: Summarize | undefined;
  readonly countTokens: () => Promise<TokenCounter>;
  readonly now: () => number;
}

/** Delay before the next try of a failed one. */
const STAND_BACK_MS = 15_000;

/**
 * Promotes the oldest turns of a session that is past its window: `true` if there was something to do.
 *
 * 1. A claim fixes the range, with a fencing token.
 * 2. Each turn becomes an episodic memory that holds its messages verbatim, and the stretch gets a summary. Their
 *   identity is session and range, so a second try finds them.
 * 3. One script takes the messages out of the session, if the fencing token is still the newest.
 *
 * A process that dies before 3 leaves the messages where they are, and the next one does all of it again with the same
 * range. So a message is in the session, or in one episodic memory; between 2 and 3 in both, and never in none. If a
 * session is deleted in between, step 3 deletes what it left.
 */
export async function promote(services: PromotionServices, ref: SessionRef): Promise<boolean> {
  const { store } = services;
  const since = performance.now();
  const claim = await store.claim(ref, LEASE_MS);
  if (claim === undefined) return false;
  const renewal = renewing(since, (ms) => store.postpone(claim, ms));
  try {
    await carry(services, claim);
    return true;
  } catch (error) {
    renewal.stop();
    await store.postpone(claim, STAND_BACK_MS);
    throw error;
  } finally {
    renewal.stop();
  }
}

async function carry({ store, memory, summarize, countTokens, now }: PromotionServices, claim: Claim) {
  const { ref } = claim;
  const context = systemContext("sessions", now);
  const authors = claim.messages.map(({ source_agent }) => ({ source_agent, namespace: ref.namespace }));
  const known = await memory.accuracies.of(authors);
  const accuracies = new Map(
    authors.map(({ source_agent }, index) => [source_agent, known[index] ?? UNKNOWN_ACCURACY]),
  );
  const turns = turnsOf(claim.messages);
  const stored = await keep(memory, context, ref, turns.map(episodeOf(claim, accuracies)));
  const sources = [...(await heldBy(memory, claim)), ...stored];
  const summary = await summarise(claim, summarize, (await countTokens()).count);
  // A stretch without prose has nothing to say in short.
  const short =
    summary.stretch === "" ? [] : await keep(memory, context, ref, [summaryOf(claim, summary, sources)]);
  const settled = await store.settle(sessionTrail(context, "session.promote", ref), claim, summary.running);
  if (settled === "gone") await discard(memory, context, [...short, ...stored]);
  else await rewriteIfErased(memory, context, claim, [...short, ...stored]);
}

/** A running summary made before a deletion must not keep the deleted text. */
async function rewriteIfErased(
  services: Erasing,
  context: Context,
  { ref, incarnation }: Claim,
  promoted: readonly Memory[],
): Promise<void> {
  const { namespace, sessionId } = ref;
  const now = await Promise.all(promoted.map(({ id }) => services.store.peek({ namespace, id })));
  if (now.every((each, index) => each?.version === promoted[index]?.version)) return;
  await services.erasures.note(namespace, { kind: "summary", incarnation, sessionId });
  await erase(services, context, namespace);
}

/** Deletes the memories of a session that was deleted in between, no matter which process stored them. */
async function discard(services: Carrying, context: Context, memories: readonly Memory[]): Promise<void> {
  for (const { namespace, id, version } of memories) {
    // A memory that a caller has changed since stays.
    await removeQuietly(services, context, { namespace, id }, { version }, "session.promote");
  }
}

/** The memories of what came with interactions, as far as they are still there. */
async function heldBy(
  { archive, store }: Using<RecordStore, "archive">,
  { ref, messages }: Claim,
): Promise<readonly Memory[]> {
  const ids = new Set(messages.flatMap(({ memory_id }) => memory_id ?? []));
  const found = await Promise.all([...ids].map((id) => store.peek({ namespace: ref.namespace, id })));
  return archive.whole(found.filter((memory) => memory !== undefined));
}

/** Stores all of them, or throws: what was stored by then is found again by its identity. */
async function keep(
  memory: Remembering,
  context: Context,
  { namespace }: SessionRef,
  inputs: readonly RememberInput[],
) {
  if (inputs.length === 0) return [];
  const outcomes = await rememberMany(memory, context, namespace, inputs);
  return outcomes.map((outcome) => {
    if (outcome instanceof Error) throw outcome;
    return outcome.memory;
  });
}

/**
 * The turns that each become one episodic memory: from one message of the user's to the next, as far as it fits.
 * Messages of an interaction are skipped: an episodic memory holds them already.
 */
export function turnsOf(messages: readonly Message[]): Message[][] {
  const turns: Message[][] = [];
  let bytes = 0;
  let before: Message | undefined;
  for (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify(viewOf(message)));
    const turn = turns.at(-1);
    if (message.memory_id === null) {
      const goesOn = before !== undefined && before.memory_id === null && message.role !== "user";
      if (goesOn && turn !== undefined && bytes + size < LIMITS.interactionBytes) {
        turn.push(message);
        bytes += size;
      } else {
        turns.push([message]);
        bytes = size;
      }
    }
    before = message;
  }
  return turns;
}

const episodeOf =
  ({ ref, incarnation }: Claim, accuracies: ReadonlyMap<string, number>) =>
  (messages: readonly Message[]): RememberInput => {
    const [first, last] = [messages[0], messages.at(-1)];
    const stretch = { from: first?.number ?? 0, to: last?.number ?? 0, incarnation };
    const agents = new Set(messages.map(({ source_agent }) => source_agent));
    return {
      content: transcriptOf(messages),
      memory_type: "episodic",
      session_id: ref.sessionId,
      timestamp: first?.timestamp,
      metadata: { session: { ...stretch } },
      // A turn of several agents belongs to none of them: each message names its own author, and sharing a turn with
      // others adds no trust.
      ...(agents.size === 1
        ? { source_agent: first?.source_agent }
        : {
            source_trust: Math.min(...[...agents].map((agent) => accuracies.get(agent) ?? UNKNOWN_ACCURACY)),
          }),
      interaction: { input: { messages: messages.map(viewOf) } },
      identity: promotedIdentity("session", ref.sessionId, stretch),
      made: { by: "session", ...stretch },
    };
  };

function summaryOf(
  { ref, incarnation, from, to, messages }: Claim,
  { stretch, running, fallback }: StretchSummary,
  sources: readonly Memory[],
): RememberInput {
  const { method, model } = running;
  const range = { from, to, incarnation };
  const summary: JsonObject = {
    method,
    ...(model === null ? {} : { model }),
    ...(fallback === undefined ? {} : { instead_of: "llm", because: fallback }),
    ...range,
    sources: sources.map(({ id }) => id),
  };
  return {
    content: stretch,
    memory_type: "episodic",
    session_id: ref.sessionId,
    timestamp: messages.at(-1)?.timestamp,
    metadata: { summary },
    derived_from: sources.map(({ namespace, id, version }) => ({ namespace, id, version })),
    identity: promotedIdentity("summary", ref.sessionId, range),
    made: { by: "summary", ...range },
  };
}

/** A message as an episodic memory keeps it. */
function viewOf({
  tokens: _tokens,
  memory_id: _memory,
  standing: _standing,
  ...message
}: Message): JsonObject {
  const view: Record<string, JsonValue | undefined> = {
    ...message,
    metadata: message.metadata,
    tool_calls: message.tool_calls?.map(({ id, name, arguments: given }) =>
      given === undefined ? { id, name } : { id, name, arguments: given },
    ),
    timestamp: new Date(message.timestamp).toISOString(),
    appended_at: new Date(message.appended_at).toISOString(),
  };
  return defined(view);
}

function defined(fields: Record<string, JsonValue | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
