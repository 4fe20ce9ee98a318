import { complete, endsBeforeItBegins, newMemory } from "./new-memory.js";
import type { Draft } from "./new-memory.js";
import { checkOwnEmbedding } from "../embedding/own-vector.js";
import type { InsertOutcome, NewMemory, Preceding, RecordStore } from "../ports/records.js";
import { judgeAll } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { Services, Using } from "../services.js";
import type { FactStore } from "../ports/facts.js";
import type { LifecycleStore, NamespaceDefaults } from "../ports/lifecycle.js";
import { SYSTEM_ACTOR } from "../../domain/context.js";
import type { Context } from "../../domain/context.js";
import type { RememberInput } from "./input.js";
import { authorize, mayLearn } from "../../access/authorize.js";
import type { FirstEmbedding } from "../model/embedding.js";
import { embedFirstPassages, writtenBy } from "../embedding/embed.js";
import { withStanding } from "../facts/standing.js";
import { trailOf } from "../../access/trail.js";
import type { Interaction, Memory } from "../model/record.js";
import { afterWrite } from "../write/after-write.js";
import { versionDone } from "../write/version-done.js";
import { ttlBy } from "../lifecycle/defaults.js";
import { sourceTrust } from "./derive.js";
import { DomainError } from "../../domain/errors.js";
import { isTurn } from "../model/turn.js";
import { contextFor } from "../embedding/preceding.js";
import { normalisedTooLong } from "../text/normalised.js";
import { treatInput } from "./treat-input.js";
import type { TreatedInput } from "./treat-input.js";
import { phoneChecks } from "../../pii/detect/phones.js";
import { redactRefused } from "../../pii/kinds.js";
import type { PiiCounts } from "../../pii/kinds.js";
import { treat } from "../../pii/treat.js";
import { PolicyChanged } from "../../pii/under-policy.js";

export interface RememberOutcome extends InsertOutcome {
  readonly memory: Judged;
  /** The exchange as it is stored. */
  readonly interaction: Interaction | undefined;
  /** Personal data that the write found; undefined: the namespace doesn't look for any. */
  readonly pii: PiiCounts | undefined;
}

/** Dependencies of storing new memories. */
export type Remembering = Using<
  RecordStore & FactStore & Pick<LifecycleStore, "defaultsOf">,
  "accuracies" | "audit" | "corroboration" | "defaultTtl" | "embedder" | "newId" | "vault" | "worker"
>;

/** Settings change rarely, so the second try is the last one almost always. */
const ATTEMPTS = 5;

/** Stores one memory. Rejects with a {@link DomainError}. */
export async function remember(
  services: Remembering,
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
  services: Remembering,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
): Promise<readonly (RememberOutcome | Error)[]> {
  const act = inputs[0]?.interaction === undefined ? "remember" : "capture";
  await authorize(services.audit, context, namespace, { verb: "write", act });
  // Embedding a batch takes seconds: fail fast if Redis is down.
  if (inputs.length > 1) await services.store.reachable(namespace);
  const operations = inputs.map((input, index) =>
    Object.assign({}, input, { operation: operationOf(context, inputs.length, index) }),
  );
  const outcomes = [...(await rememberOnce(services, context, namespace, operations))];
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const again = outcomes.flatMap((outcome, index) => (outcome instanceof PolicyChanged ? [index] : []));
    if (again.length === 0) break;
    const left = operations.filter((_, index) => again.includes(index));
    for (const outcome of await rememberOnce(services, context, namespace, left))
      outcomes[again.shift() ?? 0] = outcome;
  }
  return outcomes;
}

/** The same for each retry: its inputs are the same, in the same order. */
function operationOf({ operation }: Context, count: number, index: number): string | undefined {
  return operation === undefined || count === 1 ? operation : `${operation}.${index}`;
}

/** By the settings as they are; where these change before an input is stored, its outcome is {@link PolicyChanged}. */
async function rememberOnce(
  services: Remembering,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
): Promise<readonly (RememberOutcome | Error)[]> {
  const defaults = await services.store.defaultsOf(namespace);
  const treated = await treatEach(services, context, namespace, defaults, inputs);
  const fit = treated.flatMap((each) => (each instanceof Error ? [] : [each]));
  const stored = await rememberTreated(services, context, namespace, defaults, fit);
  let next = 0;
  return treated.map((each) => {
    if (each instanceof Error) return each;
    const outcome = stored[next++] ?? new Error("no outcome");
    if (outcome instanceof Error) return outcome;
    const { kind, memory } = outcome;
    return { kind, memory, interaction: each.input.interaction, pii: each.pii };
  });
}

/** Each input without the personal data that the namespace doesn't keep, or the refusal of it. */
async function treatEach(
  services: Remembering,
  { actor }: Context,
  namespace: string,
  { pii }: NamespaceDefaults,
  inputs: readonly RememberInput[],
): Promise<(TreatedInput | DomainError)[]> {
  const treated: (TreatedInput | DomainError)[] = [];
  const checks = phoneChecks();
  for (const input of inputs) {
    try {
      treated.push(await treatInput(services, namespace, pii, input, actor === SYSTEM_ACTOR, checks));
    } catch (error) {
      // A refusal is about one input; a store that is away about all of them.
      if (!(error instanceof DomainError) || !ABOUT_ONE.has(error.code)) throw error;
      treated.push(error);
    }
  }
  return treated;
}

const ABOUT_ONE: ReadonlySet<string> = new Set(["pii_rejected", "invalid_request", "quota_exceeded"]);

async function rememberTreated(
  services: Remembering,
  context: Context,
  namespace: string,
  defaults: NamespaceDefaults,
  treated: readonly TreatedInput[],
): Promise<readonly (StoredOutcome | Error)[]> {
  if (treated.length === 0) return [];
  const inputs = treated.map(({ input }) => input);
  const act = inputs[0]?.interaction === undefined ? "remember" : "capture";
  const drafts = await draft(services, context, namespace, inputs, defaults);
  const embedded = await embedDrafts(services, writtenBy(context, namespace), drafts);
  const mayRead = mayLearn(context, namespace);
  const blind = mayRead ? undefined : (context.actor.keyId ?? context.actor.agent);
  const writings = await Promise.all(
    embedded.map(async ({ draft: each, embedding }): Promise<Writing> => {
      if (embedding instanceof Error) return { refused: embedding };
      if (each.refused !== undefined) return { refused: each.refused };
      const item = complete(services, each, embedding, context.now(), blind);
      return { item: await withStanding(services, item) };
    }),
  );
  const earlier = await earlierOutcomes(services, context, namespace, act, inputs);
  const accepted = writings.flatMap(({ item }, index) => (earlier[index] === undefined ? (item ?? []) : []));
  const trail = trailOf(context, act, { settings: defaults.version });
  const outcomes = await services.store.insert(trail, accepted);
  const outcomeOf = new Map(accepted.map((item, index) => [item, outcomes[index]]));
  const told = writings.map(({ refused, item }, index): InsertOutcome | Error => {
    const before = earlier[index];
    if (before !== undefined && (mayRead || before instanceof Error)) return before;
    if (item === undefined) return refused;
    if (before !== undefined) return withheld(before, item.memory);
    const outcome = outcomeOf.get(item) ?? new Error("no outcome");
    if (outcome instanceof Error) return outcome;
    if (outcome.kind === "created") {
      const { memory, compare } = outcome;
      const { ownVector } = item;
      afterWrite(services, { memory, compare, preceding: item.preceding?.text, ownVector });
    }
    return mayRead ? outcome : withheld(outcome, item.memory);
  });
  return judged(services, told, context.now());
}

/** What an earlier try has stored of each input; an error where that is gone. */
async function earlierOutcomes(
  services: Remembering,
  context: Context,
  namespace: string,
  act: "remember" | "capture",
  inputs: readonly RememberInput[],
): Promise<readonly (InsertOutcome | Error | undefined)[]> {
  const { operation, again } = context;
  if (operation === undefined || again !== true) return [];
  return Promise.all(
    inputs.map(async (input) => {
      try {
        const done = await versionDone(services, { ...context, operation: input.operation }, namespace, act);
        return done && { kind: done.kind === "created" ? "created" : "seen", memory: done.memory };
      } catch (error) {
        if (error instanceof DomainError && error.code === "answer_erased") return error;
        throw error;
      }
    }),
  );
}

interface StoredOutcome extends InsertOutcome {
  readonly memory: Judged;
}

/** One input: what is to be stored of it, or why nothing is. */
type Writing =
  | { readonly item: NewMemory; readonly refused?: undefined }
  | { readonly item?: undefined; readonly refused: Error };

/** A write-only caller gets back what it wrote itself, not what a timeline or others made of it since. */
function withheld({ kind, memory }: InsertOutcome, sent: Memory): InsertOutcome {
  const { id, seen_count } = memory;
  return { kind, memory: { ...sent, id, seen_count } };
}

async function judged(
  services: Remembering,
  outcomes: readonly (InsertOutcome | Error)[],
  now: number,
): Promise<(StoredOutcome | Error)[]> {
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

/** Adds the context of the session's last turn, from the store or from earlier in the same batch. */
async function draft(
  services: Remembering,
  context: Context,
  namespace: string,
  inputs: readonly RememberInput[],
  defaults: NamespaceDefaults,
): Promise<Draft[]> {
  const ttl = ttlBy(services, defaults);
  const bounds = await Promise.all(
    inputs.map((input) => sourceTrust(services, context, namespace, input.derived_from ?? [])),
  );
  const drafts = inputs.map((input, index): Draft => {
    const bound = bounds[index] ?? null;
    // A merged memory has its sources' own bound: it is the same statement of the same author.
    const derived = bound instanceof DomainError || input.made?.by === "merge" ? null : bound;
    const source_trust = lower(derived, input.source_trust ?? null);
    const memory = { ...newMemory(services, context, namespace, input, ttl), source_trust };
    const refused = bound instanceof DomainError ? bound : (endsBeforeItBegins(memory) ?? unindexable(input));
    return { input, memory, preceding: undefined, refused };
  });
  const turns = drafts.map(({ memory }) => memory).filter(isTurn);
  const sessions = [...new Set(turns.map(({ session_id }) => session_id))];
  const stored = await treatedTurns(
    services,
    namespace,
    defaults,
    await services.store.lastTurns(namespace, sessions),
  );
  const last = new Map(sessions.map((session, index) => [session, stored[index]]));
  return drafts.map((each) => {
    const { input, memory, refused } = each;
    if (!isTurn(memory)) return each;
    const turn = last.get(memory.session_id);
    last.set(memory.session_id, { id: memory.id, text: contextFor(memory.content) });
    const preceding = turn?.text === "" ? undefined : turn;
    return { input, memory, preceding, refused };
  });
}

/** Turns were written by former settings, and may be rewritten by the present ones after they were read here. */
async function treatedTurns(
  { vault }: Pick<Services, "vault">,
  namespace: string,
  { pii }: NamespaceDefaults,
  turns: readonly (Preceding | undefined)[],
): Promise<readonly (Preceding | undefined)[]> {
  if (pii === undefined || turns.length === 0) return turns;
  const texts = turns.map((turn) => turn?.text);
  const { parts } = await treat(vault, namespace, redactRefused(pii), { texts });
  return turns.map((turn, index) => turn && { ...turn, text: parts.texts[index] ?? turn.text });
}

/** The part of an interaction's derived text that fits is indexed. */
function unindexable({ interaction, content = "" }: RememberInput): DomainError | undefined {
  return interaction === undefined ? normalisedTooLong("content", content) : undefined;
}

function lower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Every draft with its vectors: the caller's own where given, the embedder's for the rest. */
async function embedDrafts(
  { embedder }: Pick<Services, "embedder">,
  scope: string,
  drafts: readonly Draft[],
): Promise<readonly { readonly draft: Draft; readonly embedding: FirstEmbedding | Error }[]> {
  const open = drafts.filter(({ input }) => input.embedding === undefined);
  const texts = open.map(({ memory, preceding }) => ({
    content: memory.content,
    context: preceding?.text ?? "",
  }));
  const made = await embedFirstPassages(embedder, scope, texts);
  const embeddingOf = new Map(open.map((each, index) => [each, made[index]]));
  return drafts.map((each) => {
    const { embedding, embedding_model } = each.input;
    const model = embedder?.model;
    if (embedding === undefined)
      return { draft: each, embedding: embeddingOf.get(each) ?? new Error("a draft without an embedding") };
    const also = embedder?.also !== undefined;
    const own = { vectors: [embedding], status: "complete", model: model?.id ?? null, also } as const;
    return { draft: each, embedding: checkOwnEmbedding(model, embedding, embedding_model) ?? own };
  });
}
