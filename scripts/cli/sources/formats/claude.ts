import { basename } from "node:path";
import { messageOf, refOf, shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { jsonElementsOf } from "../input/json-elements.js";
import type { Item, Meter, Source, SourceInput } from "../source.js";
import { fieldsOf, listAt, textAt, timeAt } from "../values.js";
import type { Fields } from "../values.js";
import { joinedTexts } from "./blocks.js";

const NAME = "claude";

/** The data export of claude.ai: conversations with their messages. */
export const claude: Source = {
  title: "Claude data export (conversations.json, or the folder)",
  isFile: (name) => /^conversations(?:[-_. ]?\d+)?\.json$/.test(basename(name)),
  read,
};

async function* read({ files, trust }: SourceInput, meter: Meter): AsyncGenerator<Item> {
  for (const file of files) {
    for await (const { where, value, problem } of jsonElementsOf(file, meter)) {
      if (problem !== undefined) yield { kind: "failed", where, reason: problem };
      else yield* conversationItems({ source: NAME, trust }, where, fieldsOf(value));
    }
  }
}

function* conversationItems(
  origin: Origin,
  where: string,
  conversation: Fields | undefined,
): Generator<Item> {
  const id = textAt(conversation, "uuid");
  if (id === undefined) {
    yield { kind: "failed", where, reason: "it isn't a conversation: its uuid is missing" };
    return;
  }
  const title = shortName(textAt(conversation, "name"));
  const began = timeAt(conversation, "created_at");
  for (const [index, each] of listAt(conversation, "chat_messages").entries()) {
    const message = fieldsOf(each);
    const place = `${where} message ${index + 1}`;
    const sender = textAt(message, "sender");
    if (sender !== "human" && sender !== "assistant") {
      yield { kind: "skipped", where: place, reason: `sender ${shortName(sender) ?? "missing"}` };
      continue;
    }
    const text = textAt(message, "text") ?? joinedTexts(listAt(message, "content"));
    if (text === undefined) {
      yield { kind: "skipped", where: place, reason: "without a text" };
      continue;
    }
    yield* messageOf(origin, {
      where: place,
      ref: refOf(NAME, id, textAt(message, "uuid") ?? String(index + 1)),
      session: `${NAME}/${id}`,
      role: sender === "human" ? "user" : "assistant",
      text,
      time: timeAt(message, "created_at") ?? began,
      about: { conversation: title },
    });
  }
}
