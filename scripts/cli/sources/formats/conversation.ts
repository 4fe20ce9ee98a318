import { messageOf, refOf, shortName } from "../drafts.js";
import type { Message, Origin } from "../drafts.js";
import type { Item } from "../source.js";

/** A conversation of an export, with the messages that its user sees. */
export interface Conversation {
  readonly id: string;
  readonly title: string | undefined;
  /** Time of a message without one. */
  readonly began: string | undefined;
  readonly messages: Iterable<ExportedMessage>;
}

export interface ExportedMessage {
  /** In its conversation. */
  readonly place: string;
  readonly id: string;
  /** Why it isn't imported, instead of who says it. */
  readonly said: Message["role"] | { readonly skip: string };
  readonly text: string | undefined;
  readonly time: string | undefined;
  readonly about?: Message["about"];
}

export function* conversationItems(
  origin: Origin,
  where: string,
  { id, title, began, messages }: Conversation,
): Generator<Item> {
  for (const { place, id: messageId, said, text, time, about } of messages) {
    const at = `${where} message ${place}`;
    if (typeof said === "object") yield { kind: "skipped", where: at, reason: said.skip };
    else if (text === undefined) yield { kind: "skipped", where: at, reason: "without a text" };
    else {
      yield* messageOf(origin, {
        where: at,
        ref: refOf(origin.source, id, messageId),
        session: `${origin.source}/${id}`,
        role: said,
        text,
        time: time ?? began,
        about: { conversation: shortName(title), ...about },
      });
    }
  }
}
