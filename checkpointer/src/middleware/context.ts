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

/** A query's limit is 8 KiB of UTF-8. */
const QUERY_CHARACTERS = 2000;
/** Turns that are under way. */
const MOST_TURNS = 1000;

/** Asks once for each turn, however often it calls the model. */
export function createContexts(settings: Settings) {
  const asked = new Map<string, Promise<Shown | undefined>>();
  const keyOf = ({ namespace, session, said }: Turn): string =>
    JSON.stringify([namespace, session, said.id ?? said.text]);
  return {
    of(turn: Turn): Promise<Shown | undefined> {
      const key = keyOf(turn);
      const known = asked.get(key);
      if (known !== undefined) return known;
      const asking = ask(settings, turn);
      // A turn that breaks off is never forgotten: the oldest one is.
      const oldest = asked.size < MOST_TURNS ? undefined : asked.keys().next().value;
      if (oldest !== undefined) asked.delete(oldest);
      asked.set(key, asking);
      asking.catch(() => asked.delete(key));
      return asking;
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
  const query = said.text.slice(0, QUERY_CHARACTERS).toWellFormed();
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
