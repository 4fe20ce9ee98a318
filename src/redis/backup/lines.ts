import type { ContentLine, MemoryLine, StoredParts, VersionLine, Voice } from "../../backup/lines.js";
import { memoryOf, decodeUses, readDocument } from "../codec/decode.js";
import type { MemoryDocument } from "../codec/document.js";
import { decodeGroup } from "../facts/resolve.js";
import { arrayOf, bytes } from "../scripts/replies.js";

/** What lua/lib-dump.lua gives of a memory, with strings as they are in Redis. */
export function memoryLines(namespace: string, reply: unknown, again?: true): ContentLine[] {
  if (reply === null) return [];
  const [json, uses, disputed, olds, vectors, oldVectors] = arrayOf(reply);
  const document = readDocument(text(json));
  if (document === undefined) return [];
  const { memory, interaction } = portable(document);
  const used = decodeUses(text(uses) === "" ? undefined : text(uses));
  const line: MemoryLine = {
    kind: "memory",
    namespace,
    ...(again === undefined ? {} : { again }),
    memory,
    ...(interaction === undefined ? {} : { interaction }),
    stored: storedParts(document, text(disputed) === "1"),
    ...(used.count === 0 ? {} : { uses: used }),
    ...(document.derived === undefined ? {} : { derived: document.derived }),
    ...(document.published === undefined ? {} : { published: document.published }),
    ...(document.voices === undefined ? {} : { voices: document.voices as Readonly<Record<string, Voice>> }),
    ...encoded(vectors),
    ...(document.memory.archived === undefined ? {} : { segment: document.memory.archived.segment }),
  };
  const lists = arrayOf(oldVectors);
  const versions = arrayOf(olds).flatMap((old, index) =>
    versionLine(namespace, memory.version, text(old), lists[index]),
  );
  return [line, ...versions];
}

/** Reads what put-aliases.lua writes of a group. */
export function aliasesLine(namespace: string, group: string): ContentLine {
  return { kind: "aliases", namespace, names: decodeGroup(group).names.map(({ written }) => written) };
}

function versionLine(namespace: string, of: number, json: string, vectors: unknown): VersionLine[] {
  const document = readDocument(json);
  if (document === undefined) return [];
  const { hash, made } = document.index;
  const { kept_until } = document.index;
  return [
    {
      kind: "version",
      namespace,
      of,
      memory: portable(document).memory,
      stored: {
        hash,
        ...(made === undefined ? {} : { made }),
        ...(kept_until === undefined ? {} : { kept_until }),
      },
      ...encoded(vectors),
    },
  ];
}

function portable(document: MemoryDocument) {
  const {
    publications: _,
    interaction,
    uses: __,
    namespace: ___,
    archived: ____,
    ...memory
  } = memoryOf(document);
  return { memory, interaction };
}

function storedParts({ index, memory }: MemoryDocument, disputed: boolean): StoredParts {
  const { timeline, object, stated_to } = index;
  return {
    hash: index.hash,
    ...(index.made === undefined ? {} : { made: index.made }),
    ...(index.own_vector === undefined ? {} : { own_vector: true }),
    ...(index.follows === undefined || index.preceding === undefined
      ? {}
      : { preceding: { id: index.follows, text: index.preceding } }),
    ...(index.told === true ? { told: true } : {}),
    ...(index.ns === memory.namespace ? {} : { hidden: true }),
    ...(index.ended === undefined ? {} : { ended: index.ended }),
    ...(timeline === undefined || object === undefined
      ? {}
      : {
          place: {
            timeline,
            object,
            ...(stated_to === undefined ? {} : { stated_to }),
            ...(disputed ? { disputed: true } : {}),
          },
        }),
  };
}

function encoded(vectors: unknown): { vectors?: string[] } {
  const list = arrayOf(vectors);
  return list.length === 0 ? {} : { vectors: list.map((each) => bytes(each).toString("base64")) };
}

export const text = (value: unknown): string => bytes(value).toString("utf8");

/** The same reply with its strings as texts. */
export const texts = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(texts) : Buffer.isBuffer(value) ? value.toString("utf8") : value;
