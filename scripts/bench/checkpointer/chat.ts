import { AIMessage, HumanMessage } from "@langchain/core/messages";
import type { BaseMessage } from "@langchain/core/messages";
import {
  Annotation,
  DeltaChannel,
  messagesDeltaReducer,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { createRandom, pick } from "../corpus/random.js";
import { createVocabulary } from "../corpus/vocabulary.js";

const CHARACTERS = 500;
const WORDS = createVocabulary(createRandom(1), 5000);

/**
 * A text of exactly 500 characters, unlike all others, and as hard to deflate as any text of as many different words.
 */
function text(speaker: string, turn: number): string {
  const random = createRandom(turn);
  let result = `${speaker} in turn ${turn}:`;
  while (result.length < CHARACTERS) result += ` ${pick(random, WORDS)}`;
  return result.slice(0, CHARACTERS);
}

export type Turn = (threadId: string, turn: number) => Promise<unknown>;

/** A graph of one node that answers at once. */
export interface ChatKind {
  readonly name: string;
  /** Whether its list is a DeltaChannel. */
  readonly delta: boolean;
  create(checkpointer: BaseCheckpointSaver): Turn;
}

const at = (threadId: string) => ({ configurable: { thread_id: threadId } });

// LangChain's messages: what LangGraph does to read one weighs more than what a saver does.
const question = (turn: number): BaseMessage =>
  new HumanMessage({ id: `user-${turn}`, content: text("user", turn) });
const answer = ({ messages }: { messages: BaseMessage[] }) => {
  const turn = messages.length;
  return { messages: [new AIMessage({ id: `answer-${turn}`, content: text("assistant", turn) })] };
};
const DeltaMessages = Annotation.Root({
  messages: () => new DeltaChannel<BaseMessage[], BaseMessage[]>(messagesDeltaReducer),
});

// Plain objects.
interface Line {
  readonly role: string;
  readonly content: string;
}
const ask = (turn: number): Line => ({ role: "user", content: text("user", turn) });
const reply = ({ lines }: { lines: Line[] }) => ({
  lines: [{ role: "assistant", content: text("assistant", lines.length) }],
});
const Lines = Annotation.Root({
  lines: Annotation<Line[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});
const DeltaLines = Annotation.Root({
  lines: () => new DeltaChannel<Line[], Line[]>((lines, writes) => [...lines, ...writes.flat()]),
});

export const CHATS: readonly ChatKind[] = [
  {
    name: "plain objects",
    delta: false,
    create(checkpointer) {
      const graph = new StateGraph(Lines)
        .addNode("reply", reply)
        .addEdge(START, "reply")
        .compile({ checkpointer });
      return (threadId, turn) => graph.invoke({ lines: [ask(turn)] }, at(threadId));
    },
  },
  {
    name: "plain objects, DeltaChannel",
    delta: true,
    create(checkpointer) {
      const graph = new StateGraph(DeltaLines)
        .addNode("reply", reply)
        .addEdge(START, "reply")
        .compile({ checkpointer });
      return (threadId, turn) => graph.invoke({ lines: [ask(turn)] }, at(threadId));
    },
  },
  {
    name: "messages",
    delta: false,
    create(checkpointer) {
      const graph = new StateGraph(MessagesAnnotation)
        .addNode("answer", answer)
        .addEdge(START, "answer")
        .compile({ checkpointer });
      return (threadId, turn) => graph.invoke({ messages: [question(turn)] }, at(threadId));
    },
  },
  {
    name: "messages, DeltaChannel",
    delta: true,
    create(checkpointer) {
      const graph = new StateGraph(DeltaMessages)
        .addNode("answer", answer)
        .addEdge(START, "answer")
        .compile({ checkpointer });
      return (threadId, turn) => graph.invoke({ messages: [question(turn)] }, at(threadId));
    },
  },
];
