import type { CountTokens } from "../../domain/tokens.js";
import type { Memory } from "../record.js";
import { truncateUtf8 } from "../text.js";

export interface ProfileParts {
  readonly facts: readonly Memory[];
  readonly preferences: readonly Memory[];
  readonly procedures: readonly Memory[];
  readonly episodes: readonly Memory[];
}

/** What a line shows of a content. */
const LINE_BYTES = 480;

const SECTIONS = [
  ["Facts", "facts"],
  ["Preferences", "preferences"],
  ["Procedures", "procedures"],
  ["Recent episodes", "episodes"],
] as const;

/**
 * A profile as text of at most `budget` tokens: the first of each section, then the second, and so on, until the next
 * line wouldn't fit; shown section by section. Empty where not even the title and a line fit.
 */
export function profileText(
  subject: string,
  parts: ProfileParts,
  budget: number,
  count: CountTokens,
): { readonly text: string; readonly tokens: number; readonly cut: boolean } {
  const title = `# ${oneLine(subject)}`;
  const chosen: Record<keyof ProfileParts, string[]> = {
    facts: [],
    preferences: [],
    procedures: [],
    episodes: [],
  };
  const write = (): string =>
    [title, ...SECTIONS.flatMap(([name, part]) => section(name, chosen[part]))].join("\n");
  const order = interleaved(parts);
  // Lines are counted one by one, and all of them at the end: where two meet, the sum may be a little off.
  let spent = count(`${title}\n`);
  const taken: (keyof ProfileParts)[] = [];
  for (const { part, memory } of order) {
    const line = lineOf(part, memory);
    const heading = chosen[part].length === 0 ? `\n## ${nameOf(part)}\n` : "";
    const tokens = count(`${heading}${line}\n`);
    if (spent + tokens > budget) break;
    spent += tokens;
    chosen[part].push(line);
    taken.push(part);
  }
  let text = taken.length === 0 ? "" : write();
  while (count(text) > budget) {
    const last = taken.pop();
    if (last === undefined) break;
    chosen[last].pop();
    text = taken.length === 0 ? "" : write();
  }
  return { text, tokens: count(text), cut: taken.length < order.length };
}

const nameOf = (part: keyof ProfileParts): string => SECTIONS.find(([, name]) => name === part)?.[0] ?? part;

function section(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `## ${name}`, ...lines];
}

function interleaved(parts: ProfileParts): { readonly part: keyof ProfileParts; readonly memory: Memory }[] {
  const longest = Math.max(...SECTIONS.map(([, part]) => parts[part].length));
  return Array.from({ length: longest }, (_, index) =>
    SECTIONS.flatMap(([, part]) => {
      const memory = parts[part][index];
      return memory === undefined ? [] : [{ part, memory }];
    }),
  ).flat();
}

function lineOf(part: keyof ProfileParts, memory: Memory): string {
  const { valid_from: from, valid_to: to, fact } = memory;
  const when = [from === null ? "" : `since ${date(from)}`, to === null ? "" : `until ${date(to)}`];
  const sure = fact === null || fact.confidence === 1 ? [] : [`confidence ${fact.confidence}`];
  const disputed = (fact?.contradicts.length ?? 0) > 0 ? ["disputed"] : [];
  const notes =
    part === "episodes"
      ? [date(memory.timestamp)]
      : part === "facts"
        ? [...when, ...sure, ...disputed].filter((note) => note !== "")
        : [];
  const content = truncateUtf8(oneLine(memory.content), LINE_BYTES);
  return `- ${content}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`;
}

const date = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A memory's text stays in its line: it can't pass for a section, or for another memory. */
const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
