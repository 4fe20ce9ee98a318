import type { AnswerOf } from "@mneme/client";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import type { BaseMessage } from "@langchain/core/messages";
import type { MnemeReceipt, Settings } from "./options.js";
import { deadline } from "./turn.js";
import type { Turn } from "./turn.js";

type Context = AnswerOf<"/v1/namespaces/{ns}/sessions/{sid}/context", "get">;

/** What the model is shown beside the agent's own messages. */
export interface Shown {
  /** Recalled memories, framed as data by the service. */
  readonly memory: string | undefined;
  /** Earlier turns of the session, for an agent that doesn't have them. */
  readonly turns: readonly BaseMessage[];
  readonly receipt: MnemeReceipt;
}

/** Characters of a query, and bytes of it in a URL: Node takes 16 KiB of a request's line and headers. */
const QUERY_CHARACTERS = 2000;
const QUERY_BYTES = 8 * 1024;
/** Turns that are under way. */
const MOST_TURNS = 1000;
/** A turn that waits for a person may go on after memories were deleted. */
const FRESH_MS = 60_000;

interface Asked {
  readonly shown: Promise<Shown | undefined>;
  readonly until: number;
}

/** Asks once a minute for each turn, however often it calls the model; and again where there was no answer. */
export function createContexts(settings: Settings) {
  const asked = new Map<string, Asked>();
  const keyOf = ({ namespace, session, said }: Turn): string =>
    JSON.stringify([namespace, session, said.id ?? said.text]);
  return {
    of(turn: Turn): Promise<Shown | undefined> {
      const key = keyOf(turn);
      const known = asked.get(key);
      if (known !== undefined && performance.now() < known.until) return known.shown;
      asked.delete(key);
      // A turn that breaks off is never forgotten: the oldest one is.
      const oldest = asked.size < MOST_TURNS ? undefined : asked.keys().next().value;
      if (oldest !== undefined) asked.delete(oldest);
      const entry: Asked = { shown: ask(settings, turn), until: performance.now() + FRESH_MS };
      asked.set(key, entry);
      const drop = (): void => {
        if (asked.get(key) === entry) asked.delete(key);
      };
      entry.shown.then((shown) => shown ?? drop(), drop);
      return entry.shown;
    },
    forget(turn: Turn): void {
      asked.delete(keyOf(turn));
    },
  };
}

/** Undefined: mneme was away, and the turn goes on without it. */
async function ask(settings: Settings, turn: Turn): Promise<Shown | undefined> {
  const { reading, recallFrom, tokenBudget, limit, minTrust, timeoutMs } = settings;
  const { namespace: ns, session: sid, subject, said, signal } = turn;
  const query = queryOf(said.text);
  try {
    const context = await reading.get("/v1/namespaces/{ns}/sessions/{sid}/context", {
      path: { ns, sid },
      query: {
        ...(query.trim() === "" ? {} : { query }),
        token_budget: tokenBudget,
        limit,
        ...(recallFrom === undefined ? {} : { namespace: [...recallFrom] }),
        ...(minTrust === undefined ? {} : { min_trust: minTrust }),
        ...(subject === undefined ? {} : { subject }),
      },
      signal: deadline(timeoutMs, signal),
    });
    return shownOf(context, turn);
  } catch (error) {
    // The caller has ended the turn.
    signal?.throwIfAborted();
    settings.onError(error, "context");
    return undefined;
  }
}

/** As much of the beginning as fits into a URL, where a character takes up to 12 bytes. */
export function queryOf(text: string): string {
  let query = "";
  let bytes = 0;
  for (const character of text.slice(0, QUERY_CHARACTERS).toWellFormed()) {
    bytes += /\w/.test(character) ? 1 : 3 * Buffer.byteLength(character);
    if (bytes > QUERY_BYTES) break;
    query += character;
  }
  return query;
}

function shownOf({ messages, receipt_ids, tokens }: Context, { namespace, session }: Turn): Shown {
  const memory = messages.find(({ role }) => role === "system");
  const turns = messages.flatMap(({ role, content }): BaseMessage[] => {
    if (typeof content !== "string" || content === "") return [];
    if (role === "user") return [new HumanMessage(content)];
    return role === "assistant" ? [new AIMessage(content)] : [];
  });
  return {
    memory: typeof memory?.content === "string" ? memory.content : undefined,
    turns,
    receipt: { namespace, session_id: session, receipt_ids, tokens },
  };
}
