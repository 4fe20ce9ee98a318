import { authorize } from "../../access/authorize.js";
import { SYSTEM_ACTOR } from "../../domain/context.js";
import type { Context } from "../../domain/context.js";
import type { Deadline } from "../../domain/deadline.js";
import { DomainError } from "../../domain/errors.js";
import { isJsonObject } from "../../domain/json.js";
import type { JsonObject } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import type { MemoryFilter } from "../conditions/filter.js";
import { profile } from "../facts/profile.js";
import type { Profiling } from "../facts/profile.js";
import type { Judged } from "../trust/judge.js";
import { recallWithReceipt } from "../recall/recall-with-receipt.js";
import type { ReceiptedRecall, RecallingWithReceipt } from "../recall/recall-with-receipt.js";
import type { RecallHit } from "../recall/outcome.js";
import type { Degraded, RecallInput } from "../ports/recall-input.js";
import type { Memory, MemoryType } from "../model/record.js";
import { nameOf } from "../model/original.js";
import { queryWithin } from "../text/asked.js";
import { truncateUtf8 } from "../text/truncate.js";
import { touch } from "../lifecycle/touch.js";
import { UNKNOWN_ACCURACY } from "../trust/trust.js";
import { hasAuthority } from "./authority.js";
import { compose } from "./compose.js";
import type { Composed, Piece } from "./compose.js";
import { unitsOf } from "./conversation.js";
import { contentText } from "./message-tokens.js";
import type { Services } from "../services.js";
import type { SessionUsing } from "./services.js";
import type { Message, Session, SessionRef } from "./session.js";
import { latestMessages } from "./latest-messages.js";
import { sessionTrail } from "./trail.js";

export interface ContextInput {
  /** Query of the recall. Defaults to the last user message. */
  readonly query?: string | undefined;
  readonly token_budget: number;
  /** Where to recall from; by default the session's namespace. Patterns as in a recall. */
  readonly namespaces?: readonly string[] | undefined;
  /** A filter on recalled memories; it doesn't apply to messages and profile. */
  readonly filter?: MemoryFilter | undefined;
  /** The most memories, and the most procedures, to recall. */
  readonly limit: number;
  /** As that of a recall. */
  readonly context_turns?: number | undefined;
  /** As that of a recall. */
  readonly rerank?: RecallInput["rerank"];
  /** A filter of what is recalled: see {@link RecallInput}. */
  readonly min_relevance?: number | undefined;
  /** Memories with less trust are dropped. The running summary isn't one, and stays. */
  readonly min_trust?: number | undefined;
  /** The subject whose profile to include. */
  readonly subject?: string | undefined;
  /** Whether the memories in the context count as used. */
  readonly touch: boolean;
  /** As that of a recall. */
  readonly receipt: boolean | undefined;
}

/** Where a piece of the context comes from. */
export type PieceSource =
  | {
      readonly kind: "summary" | "message";
      readonly namespace: string;
      readonly session_id: string;
      readonly source_agent: string;
      readonly trust: number;
      /** For a message: its place in the session. */
      readonly number?: number;
    }
  | {
      /** `turn`: of the session of a memory, before or after it. */
      readonly kind: "memory" | "procedure" | "profile" | "turn";
      readonly namespace: string;
      readonly id: string;
      readonly source_agent: string;
      readonly trust: number;
      /** The recall's score; a profile has none. */
      readonly score?: number;
      readonly relevance?: number;
      /** For a turn: the memory that it surrounds, and how many turns after it; negative: before it. */
      readonly around?: string;
      readonly offset?: number;
      /** The memory that it was found by, where the context quotes it. */
      readonly via?: string;
    };

/** Something that memory adds, and what is used by that. */
interface MemoryPiece extends Piece {
  /** Its description in the answer to the caller. */
  readonly source: PieceSource;
  readonly uses: readonly Memory[];
}

export interface SessionContext extends Pick<Composed<never>, "messages" | "tokens"> {
  readonly pieces: readonly PieceSource[];
  readonly session: Session | undefined;
  /** Numbers of the session's messages that are in it; undefined: none. */
  readonly range: { readonly from: number; readonly to: number } | undefined;
  /** A hint: whether something that was recalled may hold an answer. Undefined: nothing was recalled by. */
  readonly answerable: boolean | undefined;
  readonly degraded: readonly Degraded[];
  /** Terms of a long query that were not looked for. */
  readonly leftOut: readonly string[];
  /** Receipts of what was recalled, where recall gives them. */
  readonly receiptIds: readonly string[];
}

/** How many of the newest messages are read: about twice as many as will fit, and a bounded number. */
const mostMessages = (budget: number): number => Math.min(400, Math.max(20, Math.ceil(budget / 20)));

/**
 * What a model needs to go on with a session, within a budget of tokens: the last turns verbatim, and in one message
 * before them, framed as data, the running summary and recalled memories. A session that hasn't begun has only the
 * latter.
 */
export async function sessionContext(
  { store, memory, countTokens }: SessionUsing<"store" | "countTokens", RecallingWithReceipt & Profiling>,
  context: Context,
  ref: SessionRef,
  input: ContextInput,
  deadline?: Deadline,
): Promise<SessionContext> {
  await authorize(memory.audit, context, ref.namespace, { verb: "read", act: "session.context" });
  const trail = sessionTrail(context, "session.context", ref);
  const { session, messages: all } = await latestMessages(
    store,
    trail,
    ref,
    mostMessages(input.token_budget),
  );
  const messages =
    session === undefined ? all : all.filter((each) => hasAuthority(each, session, all, context.actor.agent));
  const believed = new Set(messages);
  const others = all.filter((each) => !believed.has(each)).slice(-MOST_DATA);
  const data = await dataPieces(memory, ref, session, others);
  const query = input.query ?? lastQuestion(messages);
  const recalled =
    query === undefined || input.limit === 0
      ? NOTHING
      : await recallBoth(memory, context, ref, input, query, deadline);
  const known = await profileOf(memory, context, ref, input);
  const counter = await countTokens();
  const pieces: MemoryPiece[] = [
    ...data.summary,
    ...known.map((fact) => memoryPiece("profile", fact)),
    ...recalled.procedures.map((hit) => hitPiece("procedure", hit)),
    ...recalled.memories
      .filter(({ memory: hit }) => !known.some((fact) => originalName(fact) === originalName(hit)))
      .flatMap((hit) => memoryPieces(hit, (turn, shown) => isSaid(turn, session, messages, shown))),
    ...data.messages.filter(({ source }) => (source.trust ?? 0) >= (input.min_trust ?? 0)),
  ];
  const units = await unitsOf(messages, counter);
  const composed = await compose(counter, input.token_budget, units, pieces);
  if (input.touch) {
    touch(
      memory,
      composed.pieces.flatMap(({ uses }) => uses),
    );
  }
  const numbers = composed.units.flatMap((unit) => unit.numbers);
  const [from, to] = [numbers[0], numbers.at(-1)];
  return {
    messages: composed.messages,
    tokens: composed.tokens,
    pieces: composed.pieces.map(({ source }) => source),
    session,
    range: from === undefined || to === undefined ? undefined : { from, to },
    answerable: recalled.answerable,
    degraded: recalled.degraded,
    leftOut: recalled.leftOut,
    receiptIds: recalled.receiptIds,
  };
}

interface Recalled {
  readonly memories: readonly RecallHit[];
  readonly procedures: readonly RecallHit[];
  readonly answerable: boolean | undefined;
  readonly degraded: readonly Degraded[];
  readonly leftOut: readonly string[];
  readonly receiptIds: readonly string[];
}

const NOTHING: Recalled = {
  memories: [],
  procedures: [],
  answerable: undefined,
  degraded: [],
  leftOut: [],
  receiptIds: [],
};

/** Procedures by themselves: among many episodes they would not come up. */
async function recallBoth(
  memory: RecallingWithReceipt,
  context: Context,
  { namespace }: SessionRef,
  {
    namespaces = [namespace],
    limit,
    filter,
    min_relevance,
    min_trust,
    receipt,
    rerank,
    context_turns,
  }: ContextInput,
  query: string,
  deadline: Deadline | undefined,
): Promise<Recalled> {
  const search = (memory_types: readonly MemoryType[]): Promise<ReceiptedRecall> =>
    recallWithReceipt(
      memory,
      context,
      {
        query,
        namespaces,
        filter: { ...filter, memory_types },
        limit,
        min_relevance,
        min_trust,
        rerank,
        context_turns,
        mode: "hybrid",
        fusion: { method: "auto" },
        // Only a part of the hits may fit, so they don't count as used here.
        touch: false,
      },
      { receipt },
      deadline,
    );
  try {
    const [memories, procedures] = await Promise.all([
      search(["episodic", "semantic"]),
      search(["procedural"]),
    ]);
    return {
      memories: memories.hits,
      procedures: procedures.hits,
      answerable: memories.answerable || procedures.answerable,
      degraded: [...new Set([...memories.degraded, ...procedures.degraded])],
      leftOut: memories.leftOut,
      receiptIds: [memories, procedures].flatMap(({ receiptId }) => receiptId ?? []),
    };
  } catch (error) {
    // There is nothing to recall by, such as in "and then?"; the conversation is there all the same.
    if (error instanceof DomainError && UNSEARCHABLE.has(error.code)) return NOTHING;
    throw error;
  }
}

const UNSEARCHABLE: ReadonlySet<string> = new Set(["query_without_terms", "query_refused"]);

/** The most facts and preferences of a subject in a context. */
const MOST_KNOWN = 20;

/** Facts and preferences. The subject's procedures and episodes come by recall, if they matter. */
async function profileOf(
  memory: Profiling,
  context: Context,
  { namespace }: SessionRef,
  { subject, namespaces, token_budget, min_trust }: ContextInput,
): Promise<readonly Judged[]> {
  if (subject === undefined) return [];
  const { facts, preferences } = await profile(memory, context, namespace, subject, {
    namespaces,
    token_budget,
    min_trust,
  });
  return [...facts, ...preferences].slice(0, MOST_KNOWN);
}

function lastQuestion(messages: readonly Message[]): string | undefined {
  const last = messages.findLast(({ role }) => role === "user");
  const text = last === undefined ? "" : contentText(last.content).trim();
  return text === "" ? undefined : queryWithin(text, LIMITS.queryBytes);
}

/**
 * Whether the messages with these numbers say all that a memory says: it was captured with them, or they are about to
 * be promoted. A memory of an earlier session of the same name doesn't count.
 */
function isSaid(
  { namespace, id, session_id, metadata }: Memory,
  session: Session | undefined,
  messages: readonly Message[],
  shown: ReadonlySet<number>,
): boolean {
  if (session === undefined || namespace !== session.namespace) return false;
  const own = messages.filter(({ memory_id }) => memory_id === id);
  if (own.length > 0) {
    // Its first message may have left already.
    return own.some((message) => message.id === `${id}.0`) && own.every(({ number }) => shown.has(number));
  }
  const range = metadata["session"] ?? metadata["summary"];
  if (session_id !== session.sessionId || !isJsonObject(range)) return false;
  const { from, to, incarnation } = range;
  if (incarnation !== session.incarnation || typeof from !== "number" || typeof to !== "number") return false;
  if (!(from <= to)) return false;
  for (let number = from; number <= to; number++) if (!shown.has(number)) return false;
  return true;
}

/** The running summary, and messages whose roles aren't believed: shown as data, with their authors. */
async function dataPieces(
  { accuracies }: Pick<Services, "accuracies">,
  ref: SessionRef,
  session: Session | undefined,
  messages: readonly Message[],
): Promise<{ readonly summary: readonly MemoryPiece[]; readonly messages: readonly MemoryPiece[] }> {
  const { namespace, sessionId: session_id } = ref;
  const summary = session?.summary == null || session.summary.text === "" ? [] : [session.summary];
  const authors = [
    ...summary.map(() => SYSTEM_ACTOR.agent),
    ...messages.map(({ source_agent }) => source_agent),
  ];
  const known = await accuracies.of(authors.map((source_agent) => ({ source_agent, namespace })));
  const piece = (kind: "summary" | "message", at: number, line: JsonObject, number?: number): MemoryPiece => {
    const [source_agent = "", trust = UNKNOWN_ACCURACY] = [authors[at], known[at]];
    return {
      source: {
        kind,
        namespace,
        session_id,
        source_agent,
        trust,
        ...(number === undefined ? {} : { number }),
      },
      uses: [],
      line: { ...line, source: { namespace, session: session_id, agent: source_agent }, trust },
    };
  };
  return {
    summary: summary.map(({ text, method }, index) =>
      piece("summary", index, { kind: "summary of the conversation so far", method, content: text }),
    ),
    messages: messages.map(({ role, content, tool_calls, number, timestamp }, index) =>
      piece(
        "message",
        summary.length + index,
        {
          kind: "message by an agent that doesn't speak for this session",
          role,
          time: new Date(timestamp).toISOString(),
          content: truncateUtf8(contentText(content), DATA_BYTES),
          ...(tool_calls === undefined ? {} : { calls: tool_calls.map(({ name }) => name) }),
        },
        number,
      ),
    ),
  };
}

/** The newest messages that are shown as data. */
const MOST_DATA = 10;
/** Bytes of one message that is shown as data. */
const DATA_BYTES = 2 * 1024;

function hitPiece(
  kind: "memory" | "procedure",
  { memory, score, relevance, via, excerpt, behind, extract }: RecallHit,
  saidBy?: Piece["saidBy"],
): MemoryPiece {
  const { source, line } = memoryPiece(kind, memory);
  // A summary that doesn't say what was found would be a wrong answer.
  const quoted = via !== null && excerpt !== null;
  return {
    source: { ...source, score, relevance: relevance.relevance, ...(quoted ? { via } : {}) },
    line: quoted
      ? {
          ...line,
          quoted_from_its_source: { id: via, agent: behind[0]?.source_agent ?? null, content: excerpt },
        }
      : line,
    uses: [memory, ...behind, ...(extract === undefined ? [] : [extract])],
    ...(saidBy === undefined ? {} : { saidBy }),
  };
}

/** A memory, and the turns around it in a piece each. */
function memoryPieces(
  hit: RecallHit,
  isSaidIn: (memory: Memory, shown: ReadonlySet<number>) => boolean,
): readonly MemoryPiece[] {
  const piece = hitPiece("memory", hit, (shown) => isSaidIn(hit.memory, shown));
  const turns = (hit.turns ?? []).map(({ offset, memory }): MemoryPiece => {
    const { source, line, uses } = memoryPiece("turn", memory);
    const place = { around: hit.memory.id, offset };
    return {
      source: { ...source, ...place },
      line: { ...line, ...place },
      uses,
      beside: piece,
      saidBy: (shown) => isSaidIn(memory, shown),
    };
  });
  return [piece, ...turns];
}

function memoryPiece(
  kind: "memory" | "procedure" | "profile" | "turn",
  memory: Judged,
): MemoryPiece & { readonly source: { readonly kind: typeof kind } } {
  const { namespace, id, source_agent, memory_type, content, timestamp } = memory;
  const { trust } = memory.trust;
  const line: JsonObject = {
    kind,
    type: memory_type,
    source: { namespace, id, agent: source_agent },
    trust,
    time: new Date(timestamp).toISOString(),
    content,
  };
  return { source: { kind, namespace, id, source_agent, trust }, uses: [memory], line };
}

/** A fact and its published copy say the same once. */
const originalName = (memory: Memory): string => nameOf(memory.origin ?? memory);
