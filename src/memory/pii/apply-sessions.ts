import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { addCounts } from "../../pii/kinds.js";
import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import type { PiiVault } from "../../pii/vault.js";
import { messageTokens, openAiToolCalls } from "../sessions/message-tokens.js";
import type { SessionRewriting, StoredSession } from "../sessions/ports.js";
import type { SessionServices } from "../sessions/services.js";
import type { Message } from "../sessions/session.js";
import { treatMessages } from "../sessions/treat-messages.js";

export interface ApplySessionsServices {
  readonly sessions: Pick<SessionServices, "store" | "countTokens">;
  readonly vault: PiiVault;
}

export interface AppliedSessions {
  readonly counts: PiiCounts;
  /** How many sessions were rewritten, or would be. */
  readonly rewritten: number;
  /** Where the next part begins; undefined at the end. */
  readonly after: string | undefined;
}

/** Places that are looked up together: each time, the store looks at all of them. */
const PLACES = 20_000;
/** Tries to rewrite a session whose summary others change. */
const ATTEMPTS = 5;

/**
 * Treats the messages of a namespace's sessions, and their running summaries, as the policy treats what is appended. The
 * order is one that appends don't change, so the walk comes to its end while others append. Ends after a session once
 * `isOver`, or before one of which the summary keeps changing.
 */
export async function applySessions(
  services: ApplySessionsServices,
  context: Context,
  namespace: string,
  policy: PiiPolicy,
  from: string,
  dryRun: boolean,
  isOver: () => boolean,
): Promise<AppliedSessions> {
  const { store } = services.sessions;
  let counts: PiiCounts = {};
  let rewritten = 0;
  for (let after = from; ;) {
    const places = await store.places(namespace, after, PLACES);
    if (places.length === 0) return { counts, rewritten, after: undefined };
    for (const place of places) {
      const outcome = await applyOne(services, context, namespace, policy, place, dryRun);
      // The next part begins with it.
      if (outcome === undefined) return { counts, rewritten, after };
      counts = addCounts(counts, outcome.counts);
      if (outcome.rewritten) rewritten += 1;
      after = place;
      if (isOver()) return { counts, rewritten, after };
    }
  }
}

/** Undefined: others keep changing its summary. */
async function applyOne(
  services: ApplySessionsServices,
  context: Context,
  namespace: string,
  policy: PiiPolicy,
  place: string,
  dryRun: boolean,
): Promise<{ readonly counts: PiiCounts; readonly rewritten: boolean } | undefined> {
  const { store } = services.sessions;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await store.stored(namespace, place);
    if (stored === undefined) return { counts: {}, rewritten: false };
    const { next, counts } = await treatSession(services, policy, stored);
    if (next === undefined) return { counts, rewritten: false };
    if (dryRun) return { counts, rewritten: true };
    const trail = trailOf(context, "pii.apply", { ids: [place] });
    if ((await store.treat(trail, stored, next)) === "rewritten") return { counts, rewritten: true };
  }
  return undefined;
}

/** `next` is undefined where there is nothing to change. */
async function treatSession(
  { sessions, vault }: ApplySessionsServices,
  policy: PiiPolicy,
  { session, messages }: StoredSession,
): Promise<{ readonly next: SessionRewriting | undefined; readonly counts: PiiCounts }> {
  const { namespace, summary } = session;
  const said = await treatMessages({ vault }, namespace, policy, messages);
  const kept = await treat(vault, namespace, policy, { summary: summary?.text });
  const counts = addCounts(said.pii ?? {}, kept.counts);
  const text = kept.parts.summary;
  const changed: Message[] = [];
  const counter = await sessions.countTokens();
  for (const [index, message] of said.messages.entries()) {
    const before = messages[index];
    if (before === undefined || JSON.stringify(textsOf(message)) === JSON.stringify(textsOf(before)))
      continue;
    const calls = openAiToolCalls(message.tool_calls);
    changed.push({ ...message, tokens: await messageTokens(counter, { ...message, tool_calls: calls }) });
  }
  if (changed.length === 0 && text === summary?.text) return { next: undefined, counts };
  return { next: { summary: text, messages: changed }, counts };
}

const textsOf = ({ content, tool_calls, metadata }: Message): unknown => [content, tool_calls, metadata];
