import { type Draft, complete, endsBeforeItBegins, newMemory } from "./new-memory.js";
import { checkOwnEmbedding } from "../embedding/own-vector.js";
import type { InsertOutcome, NewMemory } from "../ports/records.js";
import { type Judged, judgeAll } from "../trust/judge.js";
import type { Services } from "../services.js";
import type { Context } from "../../domain/context.js";
import type { RememberInput } from "./input.js";
import { authorize, mayLearn } from "../../access/authorize.js";
import type { FirstEmbedding } from "../model/embedding.js";
import { embedFirstPassages, writtenBy } from "../embedding/embed.js";
import { withStanding } from "../facts/standing.js";
import { trailOf } from "../../access/trail.js";
import type { Memory } from "../model/record.js";
import { afterWrite } from "../lifecycle/after-write.js";
import { ttlIn } from "../lifecycle/defaults.js";
import { sourceTrust } from "./derive.js";
import { DomainError } from "../../domain/errors.js";
import { isTurn } from "../model/turn.js";
import { contextFor } from "../embedding/preceding.js";
import { normalisedTooLong } from "../text/normalised.js";

export interface RememberOutcome extends InsertOutcome {
  readonly memory: Judged;
}

/** Stores one memory. Rejects with a {@link DomainError}. */
export async function remember(
  services: Services,
  context: Context,
  namespace: string,
  input: RememberInput,
): Promise<RememberOutcome> {
  const [outcome] = await rememberMany(services, context, namespace, [input]);
  if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error("no outcome");
  return outcome;
}

/** Stores many; each stands or falls alone. Outcomes and errors come in the order of the inputs. */
export async function rememberMany(
  services: Services,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
): Promise<readonly (RememberOutcome | Error)[]> {
  const act = inputs[0]?.interaction === undefined ? "remember" : "capture";
  await authorize(services.audit, context, namespace, { verb: "write", act });
  // Many take seconds to embed: who writes them hears before that that the store is away.
  if (inputs.length > 1) await services.store.reachable();
  const drafts = await draft(services, context, namespace, inputs);
  const embeddings = await embedDrafts(services, writtenBy(context, namespace), drafts);
  const mayRead = mayLearn(context, namespace);
  const blind = mayRead ? undefined : (context.actor.keyId ?? context.actor.agent);
  const items = drafts.map((item, index): NewMemory | Error => {
    const embedding = embeddings[index] ?? new Error("a draft without an embedding");
    if (embedding instanceof Error) return embedding;
    if (item.refused !== undefined) return item.refused;
    return complete(services, item, embedding, context.now(), blind);
  });
  const accepted = await Promise.all(
    items
      .filter((item): item is NewMemory => !(item instanceof Error))
      .map((item) => withStanding(services, item)),
  );
  const outcomes = await services.store.insert(trailOf(context, act), accepted);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome instanceof Error || outcome.kind === "seen") continue;
    const preceding = accepted[index]?.preceding?.text;
    afterWrite(services, { memory: outcome.memory, compare: outcome.compare, preceding });
  }
  let next = 0;
  const told = items.map((item): InsertOutcome | Error => {
    if (item instanceof Error) return item;
    const outcome = outcomes[next++] ?? new Error("no outcome");
    return outcome instanceof Error || mayRead ? outcome : withheld(outcome, item.memory);
  });
  return judged(services, told, context.now());
}

/** Who may write but not read hears what it wrote itself, not what a timeline or others made of it since. */
function withheld({ kind, memory }: InsertOutcome, sent: Memory): InsertOutcome {
  const { id, seen_count } = memory;
  return { kind, memory: { ...sent, id, seen_count } };
}

async function judged(
  services: Services,
  outcomes: readonly (InsertOutcome | Error)[],
  now: number,
): Promise<(RememberOutcome | Error)[]> {
  const stored = outcomes.filter((outcome): outcome is InsertOutcome => !(outcome instanceof Error));
  const memories = await judgeAll(
    services,
    stored.map(({ memory }) => memory),
    now,
  );
  let next = 0;
  return outcomes.map((outcome) => {
    if (outcome instanceof Error) return outcome;
    const memory = memories[next++];
    return memory === undefined ? new Error("no memory") : { kind: outcome.kind, memory };
  });
}

/** What was said last in a session goes with what is said next: in the store, or earlier in this very batch. */
async function draft(
  services: Services,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
): Promise<Draft[]> {
  const [ttl, ...bounds] = await Promise.all([
    ttlIn(services, namespace),
    ...inputs.map((input) => sourceTrust(services, context, namespace, input.derived_from ?? [])),
  ]);
  const memories = inputs.map((input, index) => {
    const bound = bounds[index] ?? null;
    const source_trust = lower(bound instanceof DomainError ? null : bound, input.source_trust ?? null);
    return { ...newMemory(services, context, namespace, input, ttl), source_trust };
  });
  const refusals = bounds.map((bound, index) =>
    bound instanceof DomainError
      ? bound
      : (endsBeforeItBegins(memories[index]) ?? unindexable(inputs[index])),
  );
  const sessions = [...new Set(memories.filter(isTurn).map(({ session_id }) => session_id))];
  const stored = await services.store.lastTurns(namespace, sessions);
  const last = new Map(sessions.map((session, index) => [session, stored[index]]));
  return memories.map((memory, index) => {
    const input = inputs[index] ?? { memory_type: memory.memory_type };
    const refused = refusals[index];
    if (!isTurn(memory)) return { input, memory, preceding: undefined, refused };
    const turn = last.get(memory.session_id);
    last.set(memory.session_id, { id: memory.id, text: contextFor(memory.content) });
    return { input, memory, preceding: turn?.text === "" ? undefined : turn, refused };
  });
}

/** What is derived from an interaction is indexed as far as it may be. */
function unindexable(input: RememberInput | undefined): DomainError | undefined {
  return input?.interaction === undefined ? normalisedTooLong("content", input?.content ?? "") : undefined;
}

function lower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Vectors for every draft: the caller's own where given, the embedder's for the rest. */
async function embedDrafts(
  { embedder }: Services,
  scope: string,
  drafts: readonly Draft[],
): Promise<(FirstEmbedding | Error)[]> {
  const open = drafts.filter(({ input }) => input.embedding === undefined);
  const texts = open.map(({ memory, preceding }) => ({
    content: memory.content,
    context: preceding?.text ?? "",
  }));
  const embedded = new Map(
    (await embedFirstPassages(embedder, scope, texts)).map((made, index) => [open[index], made]),
  );
  return drafts.map((item) => {
    const { embedding, embedding_model } = item.input;
    if (embedding === undefined) return embedded.get(item) ?? new Error("a draft without an embedding");
    return (
      checkOwnEmbedding(embedder?.model, embedding, embedding_model) ?? {
        vectors: [embedding],
        status: "complete",
        model: embedder?.model.id ?? null,
      }
    );
  });
}
