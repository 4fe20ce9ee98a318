import type { Memory } from "../model/record.js";
import type { ArchiveStore } from "../ports/archive.js";
import type { Using } from "../services.js";

export type ArchivedWords = Pick<ArchiveStore, "wordsOf">;

/** What archived memories say, for one recall. */
export interface ArchivedTexts {
  /** Puts their contents back, if the recall wants that. */
  read(memories: readonly (Memory | undefined)[]): Promise<readonly (Memory | undefined)[]>;
  /** What a memory says; of a stub, the words by which it is found. */
  readonly textOf: (memory: Memory) => string;
}

/** `unreadable` is called with the number of those that stay stubs although their contents are wanted. */
export function archivedTexts(
  { archive, store }: Using<ArchivedWords, "archive">,
  wanted: boolean,
  unreadable: (count: number) => void,
): ArchivedTexts {
  const words = new Map<string, string>();
  return {
    async read(memories) {
      const { memories: filled, missing } = wanted
        ? await archive.refill(memories)
        : { memories, missing: 0 };
      if (missing > 0) unreadable(missing);
      const stubs = filled.filter((memory) => memory !== undefined && isStub(memory)) as Memory[];
      const found = await store.wordsOf(stubs);
      for (const [index, memory] of stubs.entries()) words.set(nameOf(memory), found[index] ?? "");
      return filled;
    },
    textOf: (memory) => (isStub(memory) ? (words.get(nameOf(memory)) ?? memory.content) : memory.content),
  };
}

const isStub = ({ archived }: Memory): boolean => archived !== null && !archived.whole;

const nameOf = ({ namespace, id }: Memory): string => `${namespace} ${id}`;
