import type { PiiCounts, PiiPolicy } from "../../pii/kinds.js";
import { keepShown, treat } from "../../pii/treat.js";
import type { Services } from "../services.js";
import type { NewMessage } from "./session.js";

/** Treats personal data in what messages say; ids, names and the like stay as they are. */
export async function treatMessages<Sent extends NewMessage>(
  { vault }: Pick<Services, "vault">,
  namespace: string,
  policy: PiiPolicy | undefined,
  sent: readonly Sent[],
): Promise<{ readonly messages: readonly Sent[]; readonly pii: PiiCounts | undefined }> {
  const said = sent.map(({ content, tool_calls, metadata }) => ({
    content,
    tool_calls: tool_calls?.map((call) => ({ arguments: call.arguments })),
    metadata,
  }));
  if (policy === undefined) {
    await keepShown(vault, namespace, said);
    return { messages: sent, pii: undefined };
  }
  const { parts, counts } = await treat(vault, namespace, policy, { messages: said });
  const messages = sent.map((message, index) => {
    const { content = message.content, tool_calls, metadata } = parts.messages[index] ?? {};
    const calls = message.tool_calls?.map((call, at) => ({ ...call, ...tool_calls?.[at] }));
    return { ...message, content, tool_calls: calls, metadata };
  });
  return { messages, pii: counts };
}
