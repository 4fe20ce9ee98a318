import { createMiddleware } from "langchain";
import type { AgentMiddleware } from "langchain";
import { createContexts } from "./context.js";
import { storeExchange } from "./exchange.js";
import { readOptions } from "./options.js";
import type { MnemeMemoryOptions } from "./options.js";
import { memoryTools } from "./tools.js";
import { turnOf } from "./turn.js";

/**
 * Long-term memory for an agent of `createAgent`. Before the model it adds what mneme recalls for the user's message, as
 * data in the system message and within a token budget; after the turn it stores the exchange in the session. It keeps
 * nothing of that in the agent's state. What the tool `recall` returns is a message of the thread, as any tool's result.
 */
export function mnemeMemory(options: MnemeMemoryOptions): AgentMiddleware {
  const settings = readOptions(options);
  const contexts = createContexts(settings);
  return createMiddleware({
    name: "MnemeMemory",
    tools: memoryTools(settings),
    async wrapModelCall(request, handler) {
      const { messages } = request.state;
      const turn = turnOf(settings, messages, request.runtime);
      const shown = turn === undefined ? undefined : await contexts.of(turn);
      if (turn === undefined || shown === undefined) return handler(request);
      const { memory, turns, receipt } = shown;
      // An agent whose thread is kept has its turns already.
      const earlier = turn.at === 0 ? turns : [];
      const answer = await handler({
        ...request,
        ...(memory === undefined ? {} : { systemMessage: request.systemMessage.concat(`\n\n${memory}`) }),
        messages: [...earlier, ...request.messages],
      });
      if ("response_metadata" in answer) {
        answer.response_metadata = { ...answer.response_metadata, mneme: receipt };
      }
      return answer;
    },
    async afterAgent({ messages }, runtime) {
      const turn = turnOf(settings, messages, runtime);
      if (turn === undefined) return;
      contexts.forget(turn);
      if (settings.store) await storeExchange(settings, turn, messages);
    },
  });
}
