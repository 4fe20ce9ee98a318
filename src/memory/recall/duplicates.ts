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
 * once: of different texts, that takes some microseconds.
 */
export function withoutDuplicates<Hit extends { readonly memory: Compared }>(
  hits: readonly Hit[],
): (Hit & { readonly duplicates: readonly Duplicate[] })[] {
  const groups = new Map<string, Group<Hit>[]>();
  const all: Group<Hit>[] = [];
  for (const hit of hits) {
    const group = { best: hit, text: textOf(hit.memory), others: [] };
    const key = keyOf(hit.memory);
    const alike = key === undefined ? undefined : groups.get(key);
    const same = alike?.find(({ text }) => text.says(group.text));
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

const withOthers = <Hit>(best: Hit, duplicates: readonly Duplicate[]) => ({ ...best, duplicates });

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
