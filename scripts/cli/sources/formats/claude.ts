import { basename } from "node:path";
import { shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { elementsOf } from "../input/reading.js";
import type { Item, Source } from "../source.js";
import { fieldsOf, listAt, textAt, timeAt } from "../values.js";
import type { Fields } from "../values.js";
import { joinedTexts } from "./blocks.js";
import { conversationItems } from "./conversation.js";
import type { ExportedMessage } from "./conversation.js";

const NAME = "claude";

/** The data export of claude.ai: conversations with their messages. */
export const claude: Source = {
  title: "Claude data export (conversations.json, or the folder)",
  isFile: (name) => /^conversations(?:[-_. ]?\d+)?\.json$/.test(basename(name)),
  read: elementsOf(NAME, itemsOf),
};

function* itemsOf(origin: Origin, where: string, value: unknown): Generator<Item> {
  const conversation = fieldsOf(value);
  const id = textAt(conversation, "uuid");
  if (id === undefined) {
    yield { kind: "failed", where, reason: "it isn't a conversation: its uuid is missing" };
    return;
  }
  yield* conversationItems(origin, where, {
    id,
    title: textAt(conversation, "name"),
    began: timeAt(conversation, "created_at"),
    messages: messagesOf(conversation),
  });
}

function* messagesOf(conversation: Fields | undefined): Generator<ExportedMessage> {
  for (const [index, each] of listAt(conversation, "chat_messages").entries()) {
    const message = fieldsOf(each);
    const sender = textAt(message, "sender");
    const place = String(index + 1);
    yield {
      place,
      id: textAt(message, "uuid") ?? place,
      said:
        sender === "human"
          ? "user"
          : sender === "assistant"
            ? sender
            : { skip: `sender ${shortName(sender) ?? "missing"}` },
      text: textAt(message, "text") ?? joinedTexts(listAt(message, "content")),
      time: timeAt(message, "created_at"),
    };
  }
}
