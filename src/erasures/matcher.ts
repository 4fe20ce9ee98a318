import type { ExportedDocument, ExportedMemory, SessionLine } from "../backup/lines.js";
import type { JsonValue } from "../domain/json.js";
import { isJsonObject } from "../domain/json.js";
import { normaliseName } from "../domain/normalise-name.js";
import type { Condition } from "../memory/conditions/condition.js";
import { facetQuery, matches } from "../memory/conditions/filter.js";
import { fulfils } from "../memory/conditions/fulfils.js";
import { parseCondition } from "../memory/conditions/parse.js";
import type { Interaction, Memory } from "../memory/model/record.js";
import type { Message } from "../memory/sessions/session.js";
import type { StoredCheckpoint } from "../threads/ports.js";
import type { ErasureSubject, ErasureTarget } from "./job.js";
import { mentionsOf, plainJson, textOf } from "./mentions.js";

/** Decides what of a namespace is to be erased. */
export interface Matcher {
  memory(
    namespace: string,
    memory: ExportedMemory & Pick<Memory, "archived">,
    interaction: Interaction | undefined,
  ): boolean;
  /** A name of an entity that isn't the subject's. */
  name(written: string): boolean;
  /** Words that a memory lends the next one of its session, which it may have outlived. */
  lent(text: string): boolean;
  session(session: SessionLine["session"]): boolean;
  message(message: Message): boolean;
  /** By what it says, now or then. */
  document(key: string, document: Pick<ExportedDocument, "json">): boolean;
  /** By who wrote or deleted it. */
  writer(name: string): boolean;
  /** By its key alone, where only its history is left. */
  stateKey(key: string): boolean;
  thread(id: string): boolean;
  checkpoint(checkpoint: StoredCheckpoint): boolean;
}

const EVERYTHING: Matcher = {
  memory: () => true,
  name: () => true,
  lent: () => true,
  session: () => true,
  message: () => true,
  document: () => true,
  writer: () => true,
  stateKey: () => true,
  thread: () => true,
  checkpoint: () => true,
};

/** `names`: of the subject's entities in this namespace, with their aliases. */
export function matcherOf(target: ErasureTarget, names: readonly string[]): Matcher {
  if (target.kind === "namespace") return EVERYTHING;
  if (target.kind === "subject") return subjectMatcher(target.subject, names);
  const query = facetQuery(target.filter);
  const none = () => false;
  return {
    memory: (namespace, memory) => matches({ ...memory, namespace }, query),
    name: none,
    lent: none,
    session: none,
    message: none,
    document: none,
    writer: none,
    stateKey: none,
    thread: none,
    checkpoint: none,
  };
}

function subjectMatcher(subject: ErasureSubject, names: readonly string[]): Matcher {
  const own = new Set([...(subject.entity ?? []), ...names].map(normaliseName));
  const mentioned = mentionsOf(subject.mentions ? own : []);
  const condition = subject.metadata === undefined ? undefined : parseCondition(subject.metadata);
  const isAgent = (name: string | null): boolean =>
    name !== null && subject.agent_id?.includes(name) === true;
  const isSession = (id: string | null): boolean => id !== null && subject.session_id?.includes(id) === true;
  const isStateKey = (key: string): boolean => subject.state_key?.includes(key) === true || mentioned(key);
  return {
    memory: (_, memory, interaction) =>
      isAgent(memory.agent_id) ||
      isAgent(memory.source_agent) ||
      isSession(memory.session_id) ||
      meets(memory.metadata, condition) ||
      (memory.fact !== null &&
        (own.has(normaliseName(memory.fact.subject)) || own.has(normaliseName(memory.fact.object)))) ||
      mentioned(textOfMemory(memory, interaction)),
    name: mentioned,
    lent: mentioned,
    session: ({ session_id, owner, summary }) =>
      isSession(session_id) || isAgent(owner) || mentioned(`${session_id}\n${summary?.text ?? ""}`),
    message: ({ source_agent, id, metadata, content, name, tool_calls, tool_call_id }) =>
      isAgent(source_agent) ||
      meets(metadata, condition) ||
      mentioned(textOf(plainJson([id, metadata, content, name, tool_calls, tool_call_id]))),
    document: (key, { json }) => {
      if (isStateKey(key)) return true;
      const value = parsed(json);
      return meets(value, condition) || mentioned(textOf(value));
    },
    writer: isAgent,
    stateKey: isStateKey,
    thread: (id) => subject.thread_id?.includes(id) === true || isSession(id) || mentioned(id),
    checkpoint: (checkpoint) =>
      meets(plainJson(checkpoint.metadata), condition) ||
      (subject.mentions &&
        mentioned(textOf(plainJson([checkpoint.metadata, checkpoint.values, checkpoint.writes])))),
  };
}

function meets(value: JsonValue | undefined, condition: Condition | undefined): boolean {
  return condition !== undefined && isJsonObject(value) && fulfils(value, condition);
}

function textOfMemory(memory: ExportedMemory, interaction: Interaction | undefined): string {
  const { content, key, session_id, metadata, tags, fact } = memory;
  const stated = fact === null ? [] : [fact.subject, fact.predicate, fact.object];
  const more = textOf([metadata, [...tags], plainJson(interaction ?? null)]);
  return [content, key ?? "", session_id ?? "", ...stated, more].join("\n");
}

/** A document's value, which was parsed as it came in. */
const parsed = (json: string): JsonValue => JSON.parse(json) as JsonValue;

/** The words by which a request may name the subject. Keys of state aren't among them: most are common words. */
export function identifiersOf(subject: ErasureSubject): string[] {
  const { entity = [], agent_id = [], session_id = [], thread_id = [] } = subject;
  return [...entity, ...agent_id, ...session_id, ...thread_id, ...valuesIn(subject.metadata)];
}

/** Values of a metadata filter. Short ones and numbers would be found in what isn't about the subject. */
function valuesIn(metadata: JsonValue | undefined): string[] {
  const values: string[] = [];
  const open: JsonValue[] = metadata === undefined ? [] : [metadata];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === "string") values.push(node);
    else if (Array.isArray(node)) for (const child of node) open.push(child);
    else if (isJsonObject(node)) for (const child of Object.values(node)) open.push(child);
  }
  return values.filter((value) => value.length >= 4);
}
