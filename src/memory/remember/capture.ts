import type { Interaction } from "../model/record.js";
import type { RememberInput } from "./input.js";
import { interactionText } from "./interaction-text.js";
import { remember } from "./remember.js";
import type { Remembering, RememberOutcome } from "./remember.js";
import type { Context } from "../../domain/context.js";

export type CaptureInput = Interaction &
  Omit<
    RememberInput,
    "content" | "memory_type" | "embedding" | "embedding_model" | "interaction" | "identity"
  >;

/**
 * Captures one exchange as a structured episodic memory: the parts are kept as they came, and a readable text
 * is derived from them for the index and the embedding.
 *
 * The same exchange (all parts, and what scopes it) stored again is the same memory.
 */
export function capture(
  services: Remembering,
  context: Context,
  namespace: string,
  input: CaptureInput,
): Promise<RememberOutcome> {
  const { input: said, reasoning, tool_calls, response, feedback, ...rest } = input;
  const interaction: Interaction = { input: said, reasoning, tool_calls, response, feedback };
  return remember(services, context, namespace, {
    ...rest,
    memory_type: "episodic",
    content: interactionText(interaction),
    interaction,
  });
}
