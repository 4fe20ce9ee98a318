import { type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { AIMessage } from "@langchain/core/messages";
import {
  Annotation,
  DeltaChannel,
  messagesDeltaReducer,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

const CHARACTERS = 500;
const WORDS = "memory of an agent that talks for a long while about this and that ".split(" ");

/** Of exactly 500 characters, and unlike all others. */
function text(speaker: string, turn: number): string {
  let result = `${speaker} in turn ${turn}:`;
  for (let i = turn; result.length < CHARACTERS; i++) result += ` ${WORDS[(i * 7) % WORDS.length]}`;
  return result.slice(0, CHARACTERS);
}

export const userMessage = (turn: number): BaseMessage =>
  new HumanMessage({ id: `user-${turn}`, content: text("user", turn) });

const answer = (turn: number): BaseMessage =>
  new AIMessage({ id: `answer-${turn}`, content: text("assistant", turn) });

const DeltaMessages = Annotation.Root({
  messages: () => new DeltaChannel<BaseMessage[], BaseMessage[]>(messagesDeltaReducer),
});

export interface Chat {
  turn(threadId: string, turn: number): Promise<void>;
}

/** A graph of one node that answers at once, over a list of messages. */
export function createChat(checkpointer: BaseCheckpointSaver, delta: boolean): Chat {
  const reply = ({ messages }: { messages: BaseMessage[] }) => ({ messages: [answer(messages.length)] });
  const graph = delta
    ? new StateGraph(DeltaMessages).addNode("reply", reply).addEdge(START, "reply").compile({ checkpointer })
    : new StateGraph(MessagesAnnotation)
        .addNode("reply", reply)
        .addEdge(START, "reply")
        .compile({ checkpointer });
  return {
    async turn(threadId, turn) {
      await graph.invoke({ messages: [userMessage(turn)] }, { configurable: { thread_id: threadId } });
    },
  };
}
