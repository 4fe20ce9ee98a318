import { basename } from "node:path";
import { shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { elementsOf } from "../input/reading.js";
import type { Item, Source } from "../source.js";
import { fieldsOf, firstText, listAt, objectAt, own, textAt, textOf, timeAt } from "../values.js";
import type { Fields } from "../values.js";
import { conversationItems } from "./conversation.js";
import type { ExportedMessage } from "./conversation.js";

const NAME = "chatgpt";
const FILE = /^conversations(?:[-_. ]?\d+)?\.json$/;

/** ChatGPT's data export: conversations as trees, of which one branch is what its user sees. */
export const chatgpt: Source = {
  title: "ChatGPT data export (conversations.json, its parts, or the folder)",
  isFile: (name) => FILE.test(basename(name)),
  read: elementsOf(NAME, itemsOf),
};

function* itemsOf(origin: Origin, where: string, value: unknown): Generator<Item> {
  const conversation = fieldsOf(value);
  const id = firstText(conversation, "conversation_id", "id");
  const mapping = objectAt(conversation, "mapping");
  if (id === undefined || mapping === undefined) {
    yield { kind: "failed", where, reason: "it isn't a conversation: its id or mapping is missing" };
    return;
  }
  yield* conversationItems(origin, where, {
    id,
    title: textAt(conversation, "title"),
    began: timeAt(conversation, "create_time"),
    messages: messagesOf(mapping, textAt(conversation, "current_node")),
  });
}

function* messagesOf(mapping: Fields, current: string | undefined): Generator<ExportedMessage> {
  for (const [nodeId, node] of branchOf(mapping, current)) {
    const message = objectAt(node, "message");
    if (message === undefined) continue;
    const skip = reasonToSkip(message);
    yield {
      place: shortName(nodeId) ?? "",
      id: textAt(message, "id") ?? nodeId,
      said: skip !== undefined ? { skip } : roleOf(message) === "user" ? "user" : "assistant",
      text: textOf(textsOf(objectAt(message, "content")).join("\n")),
      time: timeAt(message, "create_time"),
      about: { model: shortName(textAt(objectAt(message, "metadata"), "model_slug")) },
    };
  }
}

/** From the root to the current node; without one, to the leaf that was written last. */
function branchOf(mapping: Fields, current: string | undefined): [id: string, node: Fields][] {
  const branch: [string, Fields][] = [];
  const seen = new Set<string>();
  let id = current !== undefined && Object.hasOwn(mapping, current) ? current : latestLeaf(mapping);
  // A file may say that a node is its own ancestor.
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const node = objectAt(mapping, id);
    if (node === undefined) break;
    branch.push([id, node]);
    id = textAt(node, "parent");
  }
  return branch.toReversed();
}

function latestLeaf(mapping: Fields): string | undefined {
  let leaf: string | undefined;
  let latest = "";
  for (const id of Object.keys(mapping)) {
    const node = objectAt(mapping, id);
    if (listAt(node, "children").length > 0) continue;
    const time = timeAt(objectAt(node, "message"), "create_time") ?? "";
    if (leaf === undefined || time > latest) [leaf, latest] = [id, time];
  }
  return leaf;
}

const roleOf = (message: Fields): string | undefined => textAt(objectAt(message, "author"), "role");

function reasonToSkip(message: Fields): string | undefined {
  const role = roleOf(message);
  const type = textAt(objectAt(message, "content"), "content_type");
  if (role !== "user" && role !== "assistant") return `role ${shortName(role) ?? "missing"}`;
  if (own(message, "weight") === 0) return "weight 0";
  if (own(objectAt(message, "metadata"), "is_visually_hidden_from_conversation") === true) return "hidden";
  if (type === "user_editable_context" || type === "model_editable_context") return "hidden";
  if (type === "thoughts" || type === "reasoning_recap") return "reasoning";
  const recipient = textAt(message, "recipient");
  return recipient === undefined || recipient === "all" ? undefined : "a tool call";
}

/** Parts are texts, or objects of which speech has a text. */
function textsOf(content: Fields | undefined): string[] {
  const parts = listAt(content, "parts").flatMap(
    (part) => textOf(part) ?? textAt(fieldsOf(part), "text") ?? [],
  );
  return parts.length > 0 ? parts : [firstText(content, "text", "result")].flatMap((text) => text ?? []);
}
