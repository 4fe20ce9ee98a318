import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} from "@langchain/core/messages";
import type { BaseMessage } from "@langchain/core/messages";
import { isDeepStrictEqual } from "node:util";
import { notStored } from "../saver/lossless.js";

/** Messages have the same fields in Python and JavaScript, but other names of their modules. */
const MESSAGES: Readonly<Record<string, new (fields: never) => BaseMessage>> = {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * What LangChain for JavaScript has for a serializable object of LangChain for Python: a message, or the fields of a
 * document. Throws for a class that it doesn't have, and for a message of which it would keep a field otherwise.
 */
export function langchainObject(what: string, id: readonly string[], kwargs: Fields): unknown {
  const [name = ""] = id.slice(-1);
  if (name === "Document" && id.includes(id[0] === "langchain" ? "document" : "documents"))
    return documentOf(what, kwargs);
  const isMessage =
    id[1] === (id[0] === "langchain" ? "schema" : "messages") && Object.hasOwn(MESSAGES, name);
  const Message = isMessage ? MESSAGES[name] : undefined;
  if (Message === undefined)
    throw notStored(what, `it holds a ${id.join(".")}, which LangChain for JavaScript can't read.`);
  const message = made(what, () => new Message(structuredClone(kwargs) as never));
  const kept = JSON.parse(JSON.stringify(message)) as { readonly kwargs: Fields };
  for (const [field, value] of Object.entries(kwargs)) {
    // Named by the class: an AIMessageChunk is of the type ai there.
    const other = kept.kwargs[field];
    if (field === "type" || isDeepStrictEqual(other, value) || (isEmpty(other) && isEmpty(value))) continue;
    throw notStored(
      what,
      `LangChain for JavaScript would keep the field ${JSON.stringify(field)} of its ${name} otherwise.`,
    );
  }
  return message;
}

function made<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw notStored(what, "it holds a message that LangChain for JavaScript refuses.", cause);
  }
}

/** As LangGraph's serializer for JavaScript writes a document. */
function documentOf(what: string, fields: Fields): Fields {
  const { page_content: pageContent, metadata = {}, id, type: _, ...more } = fields;
  const [field] = Object.keys(more);
  if (field !== undefined || typeof pageContent !== "string") {
    throw notStored(
      what,
      `LangChain for JavaScript has no field ${JSON.stringify(field ?? "page_content")} of a Document.`,
    );
  }
  return { pageContent, metadata, ...(isEmpty(id) ? {} : { id }) };
}

/** Absent in one language where it is empty in the other. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return value === undefined || value === null || value === "" || value === false;
  return Object.keys(value).length === 0;
}
