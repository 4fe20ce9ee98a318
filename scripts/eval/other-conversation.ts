import type { Conversation } from "./data-set.js";

/**
 * A question of one conversation as it would be asked of another: with that one's speakers in place of its own, so that
 * names don't give away that it is about something else.
 */
export function askedOf(question: string, own: Conversation, other: Conversation): string {
  const theirs = speakersOf(other);
  const names = new Map(
    speakersOf(own).map((name, index) => [name, theirs[Math.min(index, theirs.length - 1)] ?? name]),
  );
  if (names.size === 0) return question;
  const any = [...names.keys()]
    .toSorted((one, longer) => longer.length - one.length)
    .map(escaped)
    .join("|");
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, "gu");
  return question.replace(whole, (name) => names.get(name) ?? name);
}

const speakersOf = ({ docs }: Conversation): string[] => [...new Set(docs.map(({ speaker }) => speaker))];

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
