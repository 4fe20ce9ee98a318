import { SESSIONS_AMONG } from "./session-boost.js";
import { speakerAsked } from "../text/speaker-asked.js";

/** The part of a score that comes from whose words a memory begins with. */
export interface SpeakerPart {
  /** "user", "assistant", or a name in lower case. */
  readonly name: string;
  readonly adds: number;
}

/** Of the weight, for the user and the assistant: they are two, while people with names are many. */
const OF_A_ROLE = 1.5;

/**
 * Adds `weight` to the score of each of the 20 best whose speaker is the one that the question is about, best first; 1.5
 * times as much for the user and the assistant. Who asks "what did I plan" looks for the user's turn, and the assistant's
 * answer repeats its words; who asks what Ann did mostly looks for what Ann said.
 *
 * `speakerOf`: undefined for a memory that names nobody.
 */
export function boostBySpeaker<Hit extends { readonly score: number }>(
  ranked: readonly Hit[],
  speakerOf: (hit: Hit, index: number) => string | undefined,
  question: string,
  weight: number,
): readonly (Hit & { readonly speaker?: SpeakerPart })[] {
  const first = ranked.slice(0, SESSIONS_AMONG);
  const speakers = first.map(speakerOf);
  const name = speakerAsked(question, new Set(speakers.filter((speaker) => speaker !== undefined)));
  // Where all are the same one's, nothing changes.
  if (name === undefined || speakers.every((speaker) => speaker === name)) return ranked;
  const adds = name === "user" || name === "assistant" ? OF_A_ROLE * weight : weight;
  const boosted = first.map((hit, index) =>
    speakers[index] === name ? withSpeaker(hit, { name, adds }) : hit,
  );
  return [...boosted, ...ranked.slice(SESSIONS_AMONG)].toSorted((one, other) => other.score - one.score);
}

const withSpeaker = <Hit extends { readonly score: number }>(hit: Hit, speaker: SpeakerPart) => ({
  ...hit,
  score: hit.score + speaker.adds,
  speaker,
});
