import type { Memory } from "../model/record.js";
import { wordingOf } from "../text/wording.js";

/** Another memory that says what a hit says. */
export interface Duplicate {
  readonly namespace: string;
  readonly id: string;
}

/** The most duplicates that a hit names. */
const MOST_NAMED = 16;
/** A longer text is the same as another one only if each character is. */
const COMPARED = 4000;
/** Characters at the beginning of a text, and how many letters of them are its key. */
const BEGINNING = 80;
const KEY = 24;

/**
 * Hits, best first, without those that say what a better one says, which names them. Memories of any namespaces say the
 * same if their texts differ at most in case, white space, punctuation between sentences, and articles (see `wordingOf`),
 * and their ends of validity and the facts that they state are the same. A word more or less may change the meaning, so
 * that is another text. An item is never the same as another memory: its key and its metadata are what it says, and the
 * text only what it is found by.
 *
 * Each is looked up by the letters that its text begins with, and only those with the same are read to their ends, each
 * once: of different texts, that takes some microseconds. `texts`: what was made of the same memories before.
 */
export function withoutDuplicates<Hit extends { readonly memory: Compared }>(
  hits: readonly Hit[],
  texts: ComparedTexts = new Map(),
): Named<Hit>[] {
  const groups = new Map<string, Group<Hit>[]>();
  const all: Group<Hit>[] = [];
  for (const hit of hits) {
    const { key, text } = texts.get(hit.memory) ?? noted(texts, hit.memory);
    const group = { best: hit, text, others: [] };
    const alike = key === undefined ? undefined : groups.get(key);
    const same = alike?.find((other) => other.text.says(text));
    if (same === undefined) {
      all.push(group);
      if (alike !== undefined) alike.push(group);
      else if (key !== undefined) groups.set(key, [group]);
    } else if (same.others.length < MOST_NAMED) {
      const { namespace, id } = hit.memory;
      same.others.push({ namespace, id });
    }
  }
  return all.map(({ best, others }) => withOthers(best, others));
}

type Compared = Pick<Memory, "namespace" | "id" | "key" | "content" | "archived" | "fact" | "valid_to">;

interface Group<Hit> {
  readonly best: Hit;
  readonly text: Text;
  readonly others: Duplicate[];
}

type Named<Hit> = Hit & { readonly duplicates: readonly Duplicate[] };

/** A hit that names none, and has none to name, stays the same object: nearly all do. */
const withOthers = <Hit extends object>(best: Hit, duplicates: readonly Duplicate[]): Named<Hit> =>
  duplicates.length === 0 && namesNone(best) ? best : { ...best, duplicates };

const namesNone = <Hit extends object>(hit: Hit): hit is Named<Hit> =>
  "duplicates" in hit && Array.isArray(hit.duplicates) && hit.duplicates.length === 0;

/** Equal for all that may say the same. Undefined: what it says isn't in a text that is here. */
function keyOf({ key, content, archived, fact, valid_to }: Compared): string | undefined {
  if (key !== null) return undefined;
  if (archived !== null && !archived.whole) return undefined;
  const beginning = lettersOf(content.slice(0, BEGINNING)).slice(0, KEY);
  const statement = fact === null ? "" : JSON.stringify([fact.subject, fact.predicate, fact.object]);
  return `${valid_to ?? ""} ${statement} ${beginning}`;
}

const ARTICLES = /\b(?:an?|the)\b/g;
const NEITHER_LETTER_NOR_NUMBER = /[^\p{L}\p{M}\p{N}]+/gu;

const lettersOf = (text: string): string =>
  text.toLowerCase().replaceAll(ARTICLES, "").replaceAll(NEITHER_LETTER_NOR_NUMBER, "");

/** What memories are compared by. */
export type ComparedTexts = Map<Compared, { readonly key: string | undefined; readonly text: Text }>;

function noted(texts: ComparedTexts, memory: Compared) {
  const made = { key: keyOf(memory), text: textOf(memory) };
  texts.set(memory, made);
  return made;
}

interface Text {
  readonly content: string;
  letters(): string;
  wording(): string;
  says(other: Text): boolean;
}

/** What it takes to compare a text, made once, if at all. */
function textOf({ content }: Compared): Text {
  let letters: string | undefined;
  let wording: string | undefined;
  const text: Text = {
    content,
    letters: () => (letters ??= lettersOf(content)),
    wording: () => (wording ??= wordingOf(content)),
    says: (other) =>
      content === other.content ||
      (Math.max(content.length, other.content.length) <= COMPARED &&
        text.letters() === other.letters() &&
        text.wording() === other.wording()),
  };
  return text;
}
