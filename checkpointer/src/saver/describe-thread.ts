import type { Context } from "./context.js";
import { namespaceOfField } from "./fields.js";
import { asList, asText } from "./reply.js";

export interface ThreadDescription {
  readonly threadId: string;
  /** Number of checkpoints, of all namespaces. */
  readonly checkpoints: number;
  /** `""` is the root graph's. */
  readonly namespaces: readonly string[];
  readonly expiresAt: Date | undefined;
}

/** Undefined when there is no such thread. */
export async function describeThread(
  { run, keys }: Context,
  threadId: string,
): Promise<ThreadDescription | undefined> {
  const [count, expiry, ...namespaces] = asList(await run("describe", keys.thread(threadId), []));
  if (count === 0) return undefined;
  return {
    threadId,
    checkpoints: Number(count),
    namespaces: namespaces.map((field) => namespaceOfField(asText(field))),
    expiresAt: Number(expiry) > 0 ? new Date(Number(expiry)) : undefined,
  };
}
