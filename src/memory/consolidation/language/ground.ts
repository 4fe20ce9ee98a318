import { LIMITS } from "../../../domain/limits.js";
import { claimsOf } from "../../text/claims.js";
import type { Claims } from "../../text/claims.js";
import { LINE_BYTES } from "../../text/extract.js";
import { analyse } from "../../text/terms.js";
import { contradictionsOf } from "./contradictions.js";
import type { Contradiction } from "./contradictions.js";
import type { Excerpt, WrittenFact, WrittenSummary } from "../ports.js";
import { instructs } from "../../text/instructs.js";
import { isConditional, isQuestion, saidIn } from "../../text/speakers.js";
import type { Said } from "../../text/speakers.js";

export interface GroundedStatement {
  /** One line, at most 600 bytes. */
  readonly text: string;
  /** Places of excerpts, each once, ascending; at least one. */
  readonly sources: readonly number[];
}

/** The most that is read of a model's answer. */
const MOST_STATEMENTS = 64;
const MOST_FACTS = 128;
/** Share of a statement's content terms that its sources must hold. */
const GROUNDED = 0.5;
/** One word isn't a statement. */
const LEAST_TERMS = 2;
/**
 * A sentence is as near to a statement as the nearest one if it shares this part of the terms that the nearest shares.
 */
const NEAR = 0.6;

/** A capital that doesn't begin a sentence; I isn't a name. */
const NAMES = /(?<=[^.!?:\s]\s)(?!I\b)\p{Lu}[\p{L}\p{M}]+/gu;
const SELVES: ReadonlySet<string> = new Set([
  "i",
  "me",
  "my",
  "myself",
  "user",
  "the user",
  "speaker",
  "the speaker",
]);
const FIRST_PERSON = /\b(?:i|me|my|mine|myself)\b/i;
const DENYING =
  /(?:^|_)(?:not?|never|dis\w+|hates?|avoids?|allergic|lacks?|without|refuses?|stopped|quit|former\w*)(?:_|$)/;

/**
 * Keeps the statements of a language model that its excerpts support. Their sources exist and don't contradict each
 * other. The sources hold every number, identifier and name in the statement, and at least half of its other terms, and
 * deny what it denies. A source that instructs the model supports nothing. So a prompt injection can't add anything
 * that wasn't said. Empty: choose sentences instead.
 */
export function groundSummary(
  { statements }: WrittenSummary,
  excerpts: readonly Excerpt[],
  contradictions: readonly Contradiction[] = contradictionsOf(excerpts),
): GroundedStatement[] {
  const evidence = evidenceOf(excerpts);
  const grounded = new Map<string, GroundedStatement>();
  for (const { text, sources } of statements.slice(0, MOST_STATEMENTS)) {
    const line = oneLine(text);
    const cited = [...new Set(sources)].toSorted((a, b) => a - b);
    const said = cited.map((place) => evidence(place));
    if (Buffer.byteLength(line) > LINE_BYTES || instructs(line)) continue;
    if (contradictions.some(([one, other]) => cited.includes(one) && cited.includes(other))) continue;
    const known = said.filter((each) => each !== undefined);
    if (known.length === 0 || known.length < said.length || known.some(({ tainted }) => tainted)) continue;
    if (isBorneOut(line, known)) grounded.set(line, { text: line, sources: cited });
  }
  return [...grounded.values()];
}

/**
 * Keeps the facts of a language model whose subject and object are in their excerpt, within the limits of a fact, each
 * once. "I" and "user" are the excerpt's speaker; an assistant's "I" is no one. Questions and conditions give no facts,
 * nor do denials that the predicate doesn't show.
 */
export function groundFacts(facts: readonly WrittenFact[], excerpts: readonly Excerpt[]): WrittenFact[] {
  const evidence = evidenceOf(excerpts);
  const grounded = new Map<string, WrittenFact>();
  for (const fact of facts.slice(0, MOST_FACTS)) {
    const said = evidence(fact.source);
    const kept = said === undefined || said.tainted ? undefined : groundFact(fact, said);
    if (kept === undefined) continue;
    const name = JSON.stringify([kept.subject, kept.predicate, kept.object, kept.source]);
    if (!grounded.has(name)) grounded.set(name, kept);
  }
  return [...grounded.values()];
}

/** The evidence that an excerpt gives. */
interface Evidence {
  readonly terms: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  readonly sentences: readonly Sentence[];
  /** The name that "user" refers to. */
  readonly user: string;
  /** The excerpt instructs the model. */
  readonly tainted: boolean;
}

interface Sentence extends Said {
  readonly terms: ReadonlySet<string>;
  readonly claims: Claims;
}

/** Evidence by place, computed on first use. */
function evidenceOf(excerpts: readonly Excerpt[]): (place: number) => Evidence | undefined {
  const known = new Map<number, Evidence>();
  return (place) => {
    const excerpt = excerpts[place];
    const found = known.get(place);
    if (excerpt === undefined || found !== undefined) return found;
    const { text, user = "user" } = excerpt;
    const evidence: Evidence = {
      terms: new Set(analyse(text).terms),
      values: new Set(claimsOf(text).values),
      sentences: saidIn(text).map(sentenceOf),
      user,
      tainted: instructs(text),
    };
    known.set(place, evidence);
    return evidence;
  };
}

const sentenceOf = (said: Said): Sentence => ({
  ...said,
  terms: new Set(analyse(said.sentence).terms),
  claims: claimsOf(said.sentence),
});

function isBorneOut(line: string, cited: readonly Evidence[]): boolean {
  const stands = (term: string) => cited.some(({ terms }) => terms.has(term));
  const terms = new Set(analyse(line).terms);
  if (terms.size < LEAST_TERMS) return false;
  const { values, denied } = claimsOf(line);
  if (!values.every((value) => cited.some((each) => each.values.has(value)))) return false;
  const names = (line.match(NAMES) ?? []).flatMap((name) => analyse(name).terms);
  if (!names.every((name) => name === "user" || name === "assist" || stands(name))) return false;
  if ([...terms].filter(stands).length < GROUNDED * terms.size) return false;
  return agrees(denied, terms, cited);
}

/** Whether one of the nearest sentences denies the same as the statement. */
function agrees(denied: boolean, terms: ReadonlySet<string>, cited: readonly Evidence[]): boolean {
  const shared = cited
    .flatMap(({ sentences }) => sentences)
    .map((sentence) => ({
      denied: sentence.claims.denied,
      shared: [...terms].filter((term) => sentence.terms.has(term)).length,
    }));
  const most = shared.reduce((max, each) => Math.max(max, each.shared), 0);
  return shared.some((each) => each.denied === denied && each.shared > 0 && each.shared >= NEAR * most);
}

function groundFact(fact: WrittenFact, said: Evidence): WrittenFact | undefined {
  const predicate = predicateOf(fact.predicate);
  const object = oneLine(fact.object);
  if (predicate === undefined || !isName(object) || !Number.isFinite(fact.confidence)) return undefined;
  if (instructs(object) || !standsIn(object, said)) return undefined;
  const words = analyse(object).terms;
  const near = said.sentences.filter(({ terms }) => words.every((term) => terms.has(term)));
  const asserted = near.filter(
    ({ sentence, claims }) =>
      !isQuestion(sentence) && !isConditional(sentence) && (!claims.denied || DENYING.test(predicate)),
  );
  if (asserted.length === 0) return undefined;
  const subject = asserted.map((sentence) => subjectOf(fact.subject, sentence, said)).find(Boolean);
  if (subject === undefined) return undefined;
  const confidence = Math.min(1, Math.max(0, fact.confidence));
  return { subject, predicate, object, confidence, source: fact.source };
}

/** The subject of a fact, by the sentence that states it. */
function subjectOf(given: string, sentence: Sentence, said: Evidence): string | undefined {
  const subject = oneLine(given);
  const speaker = speakerOf(sentence, said.user);
  if (SELVES.has(subject.toLowerCase())) {
    return speaker ?? (/\buser\b/i.test(sentence.sentence) ? said.user : undefined);
  }
  if (!isName(subject)) return undefined;
  const terms = analyse(subject).terms;
  if (speaker !== undefined && sameWords(subject, speaker)) return speaker;
  const named = terms.length > 0 && terms.every((term) => sentence.terms.has(term));
  // A speaker who says "I" means itself, unless the sentence names another subject.
  if (!named && FIRST_PERSON.test(sentence.sentence)) return undefined;
  return standsIn(subject, said) ? subject : undefined;
}

function speakerOf({ by, speaker }: Said, user: string): string | undefined {
  if (by === "user") return user;
  return by === "person" ? (speaker ?? undefined) : undefined;
}

function sameWords(one: string, other: string): boolean {
  return analyse(one).terms.join(" ") === analyse(other).terms.join(" ");
}

/** Names of stop words alone, such as "The Who", stand nowhere. */
function standsIn(name: string, { terms, values }: Evidence): boolean {
  const words = analyse(name).terms;
  const claimed = claimsOf(name).values;
  return (
    words.length > 0 && words.every((word) => terms.has(word)) && claimed.every((value) => values.has(value))
  );
}

function isName(name: string): boolean {
  return name !== "" && Buffer.byteLength(name) <= LIMITS.identifierBytes;
}

const PREDICATE_LENGTH = 64;

/** The predicate in snake_case. */
function predicateOf(given: string): string | undefined {
  const words = given.normalize("NFKC").slice(0, LIMITS.identifierBytes).toLowerCase();
  const predicate = words.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "_").replaceAll(/^_+|_+$/g, "");
  return /^\p{L}/u.test(predicate) && predicate.length <= PREDICATE_LENGTH ? predicate : undefined;
}

function oneLine(text: string): string {
  return text.slice(0, LIMITS.contentBytes).toWellFormed().trim().replaceAll(/\s+/g, " ");
}
