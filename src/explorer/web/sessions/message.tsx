import { count, pretty } from "../base/format.js";
import { here } from "../base/place.js";
import type { Schemas } from "../base/service.js";
import { MemoryText } from "../parts/text.js";
import { When } from "../parts/when.js";

interface MessageProps {
  readonly message: Schemas["Message"];
  readonly ns: string;
  /** It left the window: the summary stands for it. */
  readonly summarised: boolean;
}

export function MessageItem({ message, ns, summarised }: MessageProps) {
  return (
    <li class={`message message-${message.role} ${summarised ? "message-past" : ""}`}>
      <p class="meta">
        <b>{message.name ?? message.role}</b>
        <span>{message.number}</span>
        <When time={message.timestamp} exact />
        <span>{count(message.tokens)} tokens</span>
        {summarised && <span class="mark">left the window</span>}
        {message.memory_id !== null && <a href={here({ m: message.memory_id, in: ns })}>its memory</a>}
      </p>
      <MemoryText text={textOf(message.content)} />
      {message.tool_calls?.map((call) => (
        <p key={call.id} class="hint">
          calls <code>{call.name}</code> with <code>{pretty(call.arguments)}</code>
        </p>
      ))}
    </li>
  );
}

/** Content is a text, or parts of which some are texts. */
export function textOf(content: unknown): string {
  return typeof content === "string"
    ? content
    : content === null || content === undefined
      ? ""
      : pretty(content);
}
