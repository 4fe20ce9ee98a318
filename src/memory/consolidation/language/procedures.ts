import { setImmediate as breathe } from "node:timers/promises";
import { LIMITS } from "../../../domain/limits.js";
import { claimsOf, sameClaims } from "../../text/claims.js";
import type { Claims } from "../../text/claims.js";
import { sentencesIn } from "../../text/sentences.js";
import { cosine, norm, weigh } from "../../text/term-weights.js";
import type { TermVector } from "../../text/term-weights.js";
import { analyse } from "../../text/terms.js";
import { truncateUtf8 } from "../../text/truncate.js";
import type { Pace } from "../pace.js";
import { instructs } from "../../text/instructs.js";
import { isQuestion } from "../../text/speakers.js";

/** An interaction with what was said of it; see `feedbackOf`. */
export interface JudgedEpisode {
  /** Unique. */
  readonly id: string;
  /** The author. */
  readonly source_agent: string;
  readonly agent_id: string | null;
  readonly input: string;
  readonly feedback: string | null;
  readonly positive: boolean | null;
  /** Names of the tools that it called, in order. */
  readonly tools: readonly string[];
  readonly at: number;
}

export interface LearnedProcedure {
  readonly content: string;
  /** Ids of episodes of one agent and author, the oldest first; at most 64, the newest. */
  readonly sources: string[];
}

/** The newest episodes of one agent that are read. */
const MOST_EPISODES = 2000;
/** Different texts that are compared each with each. */
const MOST_TEXTS = 256;
const MOST_SENTENCES = 8;
/** The most procedures of one agent and kind. */
const MOST_PROCEDURES = 32;
const MOST_TOOLS = 8;
const TOOL_BYTES = 128;
/** What is read of an input, and of feedback. */
export const READ_CHARACTERS = 2000;
const SHOWN_INPUT_BYTES = 200;
const SENTENCE_BYTES = 400;
/** Cosine from which two pieces of feedback ask for the same. */
const SAME_FEEDBACK = 0.55;
/** Cosine from which two inputs are of a kind. */
const SAME_INPUT = 0.3;
/** Mean cosine below which inputs have nothing in common. */
const ANYTHING = 0.1;

/** Verbs and courtesies with which one can ask for anything; and verdicts, which ask for nothing. */
const LIGHT: ReadonlySet<string> = new Set(
  analyse(
    `please thanks thank use used using answer answers answered answering reply replies respond response responses give
    gives write writes show shows make makes provide tell tells keep always never don't next time prefer want wants need
    needs like would try ensure sure remember also instead good great nice perfect excellent awesome helpful love exactly
    correct right well done bad wrong incorrect terrible awful useless poor ok okay yes sorry hello hi really quite lot
    much job work working works thing things something anything`,
  ).terms,
);

/**
 * Procedures that judged interactions teach, for each agent and author: feedback of at least `least` interactions that asks for the
 * same (by cosine of TF-IDF, and by the same numbers, identifiers and denials), and tools that were called in the same
 * order and praised at least that often for inputs of a kind, and more often than blamed. Said in the words of the most
 * central input and the most central sentence; never put together from two. The same for any order of the episodes.
 * `pace` is called between any two short pieces of work.
 */
export async function learnProcedures(
  episodes: readonly JudgedEpisode[],
  { least, pace = breathe }: { readonly least: number; readonly pace?: Pace },
): Promise<LearnedProcedure[]> {
  const agents = new Map<string, JudgedEpisode[]>();
  for (const episode of episodes.toSorted(byTime)) {
    const name = JSON.stringify([episode.agent_id, episode.source_agent]);
    const own = agents.get(name);
    if (own === undefined) agents.set(name, [episode]);
    else own.push(episode);
  }
  const learned: LearnedProcedure[] = [];
  for (const [, all] of [...agents].toSorted(([a], [b]) => compare(a, b))) {
    const own = all.slice(-MOST_EPISODES);
    learned.push(...(await fromFeedback(own, least, pace)), ...(await fromTools(own, least, pace)));
  }
  return learned;
}

async function fromFeedback(
  episodes: readonly JudgedEpisode[],
  least: number,
  pace: Pace,
): Promise<LearnedProcedure[]> {
  const texts = new Texts();
  for (const episode of episodes) {
    await pace();
    for (const sentence of requestsIn(episode)) {
      const words = analyse(sentence).terms.filter((term) => !LIGHT.has(term));
      if (words.length > 0) texts.add(sentence, words, episode);
    }
  }
  const learned: LearnedProcedure[] = [];
  const found = await stars(texts.newest(), { similarity: SAME_FEEDBACK, least, sameClaim: true, pace });
  for (const { center, members } of found) {
    await pace();
    learned.push({ content: `${whenOf(members)}: ${center.text}`, sources: sourcesOf(members) });
  }
  return learned;
}

/** The requests in feedback, sentence by sentence. A sentence of praise counts only if it asks for something. */
function requestsIn({ feedback, positive }: JudgedEpisode): string[] {
  if (feedback === null || instructs(feedback)) return [];
  return sentencesIn(feedback.slice(0, READ_CHARACTERS).toWellFormed())
    .slice(0, MOST_SENTENCES)
    .map((sentence) => truncateUtf8(sentence, SENTENCE_BYTES))
    .filter((sentence) => !isQuestion(sentence) && (positive !== true || ASKS.test(sentence)));
}

const ASKS =
  /\b(?:please|always|never|don['’]t|do not|next time|in (?:the )?future|from now on|should|make sure|instead|prefer|i want|i need|keep|remember)\b/i;

async function fromTools(
  episodes: readonly JudgedEpisode[],
  least: number,
  pace: Pace,
): Promise<LearnedProcedure[]> {
  const sequences = new Map<
    string,
    { readonly tools: string[]; readonly praised: Texts; readonly blamed: Texts }
  >();
  for (const episode of episodes) {
    await pace();
    const tools = stepsOf(episode);
    if (episode.positive === null || tools.length === 0 || tools.length > MOST_TOOLS) continue;
    const words = topicOf(episode.input);
    if (words.length === 0) continue;
    const name = JSON.stringify(tools);
    const sequence = sequences.get(name) ?? { tools, praised: new Texts(), blamed: new Texts() };
    sequences.set(name, sequence);
    (episode.positive ? sequence.praised : sequence.blamed).add(oneLine(episode.input), words, episode);
  }
  const learned: LearnedProcedure[] = [];
  for (const [, { tools, praised, blamed }] of [...sequences].toSorted(([a], [b]) => compare(a, b))) {
    for (const { center, members } of await stars(praised.newest(), {
      similarity: SAME_INPUT,
      least,
      pace,
    })) {
      await pace();
      if (blamedLike(center, blamed) >= members.length) continue;
      const content = `${whenOf(members)}: call ${tools.join(", then ")}.`;
      learned.push({ content, sources: sourcesOf(members) });
      if (learned.length === MOST_PROCEDURES) return learned;
    }
  }
  return learned;
}

/** A tool that was called several times in a row is one step. */
function stepsOf({ tools }: JudgedEpisode): string[] {
  return tools
    .slice(0, LIMITS.toolCalls)
    .filter((tool, place) => tool !== tools[place - 1])
    .map((tool) => truncateUtf8(oneLine(tool), TOOL_BYTES));
}

function blamedLike(center: Text, blamed: Texts): number {
  const others = blamed.newest();
  const [first, ...rest] = weigh([center, ...others].map(({ words }) => words));
  const like = others.filter((_, index) => {
    const vector = rest[index];
    return first !== undefined && vector !== undefined && cosine(first, vector) >= SAME_INPUT;
  });
  return episodesOf(like).length;
}

/** Numbers and identifiers are an input's own; what it is about isn't. */
function topicOf(input: string): string[] {
  return analyse(input.slice(0, READ_CHARACTERS).toWellFormed()).terms.filter(
    (term) => !/\p{N}/u.test(term) && !LIGHT.has(term),
  );
}

/** What the inputs have in common, described by the most central one. */
function whenOf(episodes: readonly JudgedEpisode[]): string {
  const shown = episodes.slice(-LIMITS.sources);
  const vectors = weigh(shown.map(({ input }) => topicOf(input)));
  const closeness = vectors.map((vector, place) =>
    vectors.reduce((total, other, index) => total + (index === place ? 0 : cosine(vector, other)), 0),
  );
  const most = closeness.reduce((best, each) => Math.max(best, each), 0);
  const mean = closeness.reduce((total, each) => total + each, 0) / (shown.length * (shown.length - 1));
  const input = oneLine(shown[closeness.indexOf(most)]?.input ?? "");
  // Also if there is only one input, or its text can't be an example.
  if (!(mean >= ANYTHING) || input === "" || instructs(input)) return "Whatever is asked";
  return `When asked "${truncateUtf8(input.replaceAll('"', "'"), SHOWN_INPUT_BYTES)}" or the like`;
}

function sourcesOf(episodes: readonly JudgedEpisode[]): string[] {
  return episodes.slice(-LIMITS.sources).map(({ id }) => id);
}

function oneLine(text: string): string {
  return text.slice(0, READ_CHARACTERS).toWellFormed().trim().replaceAll(/\s+/g, " ");
}

const byTime = (a: JudgedEpisode, b: JudgedEpisode) => a.at - b.at || compare(a.id, b.id);

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Texts that have the same words are one text, as it was said first. */
interface Text {
  readonly text: string;
  readonly words: readonly string[];
  readonly claims: Claims;
  readonly episodes: Map<string, JudgedEpisode>;
}

class Texts {
  readonly #texts = new Map<string, Text>();

  add(text: string, words: readonly string[], episode: JudgedEpisode): void {
    // Compared with its claims: "never in miles" has the words of "in miles".
    const claims = claimsOf(text);
    const name = JSON.stringify([words, claims]);
    const known = this.#texts.get(name);
    if (known === undefined)
      this.#texts.set(name, { text, words, claims, episodes: new Map([[episode.id, episode]]) });
    else known.episodes.set(episode.id, episode);
  }

  newest(): Text[] {
    return [...this.#texts.values()].slice(-MOST_TEXTS);
  }
}

interface Star {
  readonly center: Text;
  /** Members by time, each once. */
  readonly members: JudgedEpisode[];
}

interface StarOptions {
  readonly similarity: number;
  readonly least: number;
  readonly sameClaim?: boolean;
  readonly pace: Pace;
}

/** Again and again the text with the most episodes that say the like, while these are enough. */
async function stars(texts: readonly Text[], options: StarOptions): Promise<Star[]> {
  const { least, pace } = options;
  const near = await neighbours(texts, options);
  const sizes = texts.map(({ episodes }) => episodes.size);
  const support = near.map((places) => places.reduce((total, place) => total + (sizes[place] ?? 0), 0));
  const open = new Set(texts.keys());
  const centers = new Set(texts.keys());
  const found: Star[] = [];
  while (found.length < MOST_PROCEDURES) {
    await pace();
    const place = bestOf(centers, support, sizes);
    const center = place === undefined ? undefined : texts[place];
    if (place === undefined || center === undefined || (support[place] ?? 0) < least) break;
    centers.delete(place);
    const members = (near[place] ?? []).filter((at) => open.has(at));
    const episodes = episodesOf(members.flatMap((at) => texts[at] ?? []));
    // One that says it twice counts once.
    if (episodes.length < least) continue;
    found.push({ center, members: episodes });
    for (const at of members) {
      open.delete(at);
      centers.delete(at);
      for (const other of near[at] ?? []) support[other] = (support[other] ?? 0) - (sizes[at] ?? 0);
    }
  }
  return found;
}

/** The first of those with the most episodes alike, then of its own. */
function bestOf(
  places: ReadonlySet<number>,
  support: readonly number[],
  sizes: readonly number[],
): number | undefined {
  let best: number | undefined;
  for (const place of places) {
    if (best === undefined) best = place;
    const more = (support[place] ?? 0) - (support[best] ?? 0) || (sizes[place] ?? 0) - (sizes[best] ?? 0);
    if (more > 0) best = place;
  }
  return best;
}

function episodesOf(texts: readonly Text[]): JudgedEpisode[] {
  const episodes = new Map<string, JudgedEpisode>();
  for (const text of texts) for (const [id, episode] of text.episodes) episodes.set(id, episode);
  return [...episodes.values()].toSorted(byTime);
}

/** For each text, itself and the similar ones. */
async function neighbours(
  texts: readonly Text[],
  { similarity, sameClaim = false, pace }: StarOptions,
): Promise<number[][]> {
  const units = weigh(texts.map(({ words }) => words)).map(unit);
  const near: number[][] = texts.map((_, place) => [place]);
  for (const [a, one] of texts.entries()) {
    await pace();
    for (let b = a + 1; b < texts.length; b++) {
      const other = texts[b];
      if (other === undefined || dot(units[a], units[b]) < similarity) continue;
      if (sameClaim && !sameClaims(one.claims, other.claims)) continue;
      near[a]?.push(b);
      near[b]?.push(a);
    }
  }
  return near;
}

function unit(vector: TermVector): TermVector {
  const length = norm(vector);
  return new Map([...vector].map(([term, weight]) => [term, weight / length]));
}

function dot(one: TermVector = new Map(), other: TermVector = new Map()): number {
  const [short, long] = one.size <= other.size ? [one, other] : [other, one];
  let total = 0;
  for (const [term, weight] of short) total += weight * (long.get(term) ?? 0);
  return total;
}
