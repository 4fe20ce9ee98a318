import { authorize } from "../../access/authorize.js";
import { allowsIn } from "../../access/grants.js";
import type { Context } from "../../domain/context.js";
import { messageTokens, openAiToolCalls } from "./message-tokens.js";
import type { AppendOutcome, DraftMessage } from "./ports.js";
import type { Services } from "../services.js";
import type { SessionUsing } from "./services.js";
import type { NewMessage, SessionRef, Standing } from "./session.js";
import { sessionTrail } from "./trail.js";
import type { PiiCounts } from "../../pii/kinds.js";
import { underPolicy } from "../../pii/under-policy.js";
import { treatMessages } from "./treat-messages.js";

type Appending = SessionUsing<
  "store" | "countTokens" | "promoteSoon",
  Pick<Services, "audit" | "knownDefaults" | "newId" | "vault">
>;
type SentMessage = NewMessage & { readonly memory_id?: string | undefined };

/**
 * Appends messages to a session, which begins with its first one: one step, of which nothing depends on how many
 * messages are there. A message whose id is there already isn't appended again.
 */
export async function append(
  services: Appending,
  context: Context,
  ref: SessionRef,
  sent: readonly SentMessage[],
): Promise<Appended> {
  const { memory } = services;
  await authorize(memory.audit, context, ref.namespace, { verb: "write", act: "session.append" });
  return underPolicy(
    () => appendOnce(services, context, ref, sent),
    () => memory.knownDefaults.forget(ref.namespace),
  );
}

async function appendOnce(
  services: Appending,
  context: Context,
  ref: SessionRef,
  sent: readonly SentMessage[],
): Promise<Appended> {
  const { store, memory } = services;
  const standing = standingOf(context, ref.namespace);
  const { pii: policy, version: settings } = await memory.knownDefaults.of(ref.namespace);
  const { messages, pii } = await treatMessages(memory, ref.namespace, policy, sent);
  const counter = await services.countTokens();
  const now = context.now();
  const drafts: DraftMessage[] = [];
  for (const [index, message] of messages.entries()) {
    drafts.push({
      ...message,
      id: message.id ?? derivedId(context, index) ?? memory.newId(now),
      timestamp: message.timestamp ?? now,
      memory_id: message.memory_id ?? null,
      standing,
      tokens: await messageTokens(counter, { ...message, tool_calls: openAiToolCalls(message.tool_calls) }),
    });
  }
  // An interaction notes its memory under the operation itself.
  const operation = context.operation && `${context.operation}.messages`;
  const trail = { ...sessionTrail(context, "session.append", ref), settings, operation };
  const outcome = await store.append(trail, ref, drafts);
  if (outcome.due) services.promoteSoon(ref);
  return { ...(standing === "writer" ? withheld(outcome) : outcome), pii };
}

/** The outcome, and the personal data that was found; undefined: the namespace doesn't look for any. */
export type Appended = AppendOutcome & { readonly pii: PiiCounts | undefined };

/** A write-only caller learns nothing about earlier messages: neither ids nor their number. */
function withheld({ results, due }: AppendOutcome): AppendOutcome {
  return {
    results: results.map(({ id }) => ({ id, number: undefined, created: true })),
    messageCount: undefined,
    due,
  };
}

function standingOf({ actor: { grants } }: Context, namespace: string): Standing {
  if (allowsIn(grants, "admin", namespace)) return "admin";
  return allowsIn(grants, "read", namespace) ? "member" : "writer";
}

/** The same for each retry of a request with an `Idempotency-Key`. */
function derivedId({ operation }: Context, index: number): string | undefined {
  return operation === undefined ? undefined : `${operation}.${index}`;
}
