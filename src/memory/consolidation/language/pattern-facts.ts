import { LIMITS } from "../../../domain/limits.js";
import { denialsIn } from "../../text/claims.js";
import type { Cardinality } from "../../model/fact.js";
import type { Excerpt, WrittenFact } from "../ports.js";
import { isConditional, isQuestion, lineOf, saidIn } from "../../text/speakers.js";
import type { Said } from "../../text/speakers.js";

export interface PatternFact extends WrittenFact {
  /** Undefined: as the namespace's settings say. */
  readonly cardinality: Cardinality | undefined;
  /** The sentence that says so, with its speaker. */
  readonly said: string;
}

/** The most facts of one excerpt. */
const MOST_FACTS = 32;
/** Longer sentences say more than a pattern sees. */
const SENTENCE_LENGTH = 400;
const OWN = 0.9;
const OF_OTHERS = 0.8;

/** Predicates of cardinality one. */
const ONE: ReadonlySet<string> = new Set(["name", "birthday", "lives_in"]);

const WORD = String.raw`[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}&'’.+-]*`;
const CAPITAL = String.raw`(?!I\b|I['’])\p{Lu}[\p{L}\p{M}\p{N}&'’.+-]*`;
/** A proper name: Rome, the Isle of Man, Acme Corp. */
const PROPER = String.raw`(?:the )?${CAPITAL}(?: (?:(?:of|de|del|la|le|du|di|von|van|upon|the|&) )?${CAPITAL}){0,4}`;
/** Up to where the clause ends. */
const PHRASE = String.raw`(?:[^\s,.;:!?()[\]{}"“”—–]|[.:](?=\S)|(?<=\S) (?=\S)){1,80}?`;
const END = String.raw`(?=\s*(?:$|[,;!(—–]|\.(?:\s|$)|\s(?:and|but|because|since|so|which|although|though|now|too|these days)\b))`;
/** A name ends where the clause does, or before words that can't be part of it. "Fear of spiders" isn't a place. */
const END_OF_NAME = END.replace("these days", "these days|with|near|together|right now|at the moment|as an?");
/** "I prefer simple, minimal tools" isn't about what is simple. */
const END_OF_LIST = END.replace("[,;!(", "(?:, (?:and|but|because|since|so|as) )|[;!(");
const OFTEN = String.raw`(?:(?:currently|now|still|just|recently|actually|also|already|really|always|usually|generally|definitely) )*`;
const EMAIL = String.raw`[^\s@,;<>()]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`;
const PHONE = String.raw`\+?\(?\d[\d ()/.-]{4,24}\d`;
const MONTH = String.raw`(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?|[Ss]ept?(?:ember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\b\.?`;
const DATE = String.raw`(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}(?:,? \d{4})?|${MONTH} (?:the )?\d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?)`;
const CODE = String.raw`(?=[\p{L}\p{N}#./_-]*\p{N})[\p{L}\p{N}#./_-]+`;

const TIME_ZONE = String.raw`(?:[A-Z]{3,5}(?:[+-]\d{1,2}(?::\d{2})?)?|[A-Z][a-z]+/[A-Z][A-Za-z_]+)`;

/** Attributes by what their value looks like; anything else after "is" isn't one: "my boss is Great". */
const ATTRIBUTES = {
  email: { words: "e-?mail(?: address)?", value: EMAIL },
  phone: { words: "(?:phone|mobile|cell|telephone)(?: number)?", value: PHONE },
  birthday: { words: "birthday|date of birth", value: DATE },
  name: { words: "nickname|surname|last name|first name|middle name|username", value: PROPER },
  zone: { words: "time ?zone", value: TIME_ZONE },
  code: {
    words:
      "(?:account|customer|order|ticket|case|invoice|booking|reservation|passport|member|membership|license|licence|employee|flight|room|policy|serial|tracking|tax) (?:number|id|code|no)|(?:access|gate|door|zip|postal|promo|discount) code|postcode|version",
    value: CODE,
  },
} as const satisfies Record<string, { readonly words: string; readonly value: string }>;

const RELATED =
  "dog|cat|puppy|kitten|horse|parrot|rabbit|hamster|pet|son|daughter|brother|sister|cousin|friend|colleague|wife|husband|partner|boss|manager";
const NAMED = `${RELATED}|fianc[ée]e?|girlfriend|boyfriend|mother|mum|mom|father|dad|uncle|aunt|doctor|dentist|therapist|lawyer|landlord|teacher|best friend|roommate|hometown|employer|school|university`;

interface Rule {
  /** Patterns after the subject, each with named groups `object` and, if it is a part of the predicate, `what`. */
  readonly own: readonly string[];
  readonly others: readonly string[];
  readonly predicate: string;
  /** Several in a row, as in "nuts and shellfish". */
  readonly list?: true;
}

const attributeRules = Object.values(ATTRIBUTES).map(({ words, value }): Rule => {
  const is = String.raw`(?<what>${words}) is (?:on )?(?<object>${value})${END_OF_NAME}`;
  return { own: [`(?:My|my) ${is}`], others: [`['’]s ${is}`], predicate: "" };
});
const NAMED_SO = String.raw`(?<what>${NAMED})(?:['’]s name is| is (?:called|named)) (?<object>${PROPER})${END_OF_NAME}`;

const I = String.raw`(?:I|i)`;
const AM = String.raw`(?:I|i)(?: am|['’]m) ${OFTEN}`;
const HAVE = String.raw`(?:I|i|We|we)(?: have|['’]ve)? ${OFTEN}`;
const WE = String.raw`(?:I|i|We|we)`;

const RULES: readonly Rule[] = [
  {
    own: [String.raw`(?:My|my) (?:full )?name(?: is|['’]s) (?<object>${PROPER})${END_OF_NAME}`],
    others: [],
    predicate: "name",
  },
  {
    own: [
      String.raw`${WE} ${OFTEN}live in (?<object>${PROPER})${END_OF_NAME}`,
      String.raw`${AM}living in (?<object>${PROPER})${END_OF_NAME}`,
    ],
    others: [
      String.raw` ${OFTEN}lives in (?<object>${PROPER})${END_OF_NAME}`,
      String.raw` is ${OFTEN}living in (?<object>${PROPER})${END_OF_NAME}`,
    ],
    predicate: "lives_in",
  },
  {
    own: [String.raw`${HAVE}moved here from (?<object>${PROPER})${END_OF_NAME}`],
    others: [String.raw`(?: has)? ${OFTEN}moved here from (?<object>${PROPER})${END_OF_NAME}`],
    predicate: "moved_from",
  },
  {
    own: [String.raw`${AM}(?:originally )?from (?<object>${PROPER})${END_OF_NAME}`],
    others: [String.raw` is (?:originally )?from (?<object>${PROPER})${END_OF_NAME}`],
    predicate: "from",
  },
  {
    own: [String.raw`${I} was born in (?<object>${PROPER})${END_OF_NAME}`],
    others: [String.raw` was born in (?<object>${PROPER})${END_OF_NAME}`],
    predicate: "born_in",
  },
  {
    own: [String.raw`${I} was born on (?<object>${DATE})${END_OF_NAME}`],
    others: [String.raw` was born on (?<object>${DATE})${END_OF_NAME}`],
    predicate: "birthday",
  },
  {
    own: [
      String.raw`${I} ${OFTEN}work (?:at|for) (?<object>${PROPER})${END_OF_NAME}`,
      String.raw`${AM}(?:working (?:at|for)|employed (?:at|by)) (?<object>${PROPER})${END_OF_NAME}`,
    ],
    others: [
      String.raw` ${OFTEN}works (?:at|for) (?<object>${PROPER})${END_OF_NAME}`,
      String.raw` is ${OFTEN}(?:working (?:at|for)|employed (?:at|by)) (?<object>${PROPER})${END_OF_NAME}`,
    ],
    predicate: "works_at",
  },
  {
    own: [
      String.raw`${I} ${OFTEN}work as an? (?<object>${PHRASE})(?:(?= at | in )|${END})`,
      String.raw`${AM}working as an? (?<object>${PHRASE})(?:(?= at | in )|${END})`,
    ],
    others: [String.raw` ${OFTEN}works as an? (?<object>${PHRASE})(?:(?= at | in )|${END})`],
    predicate: "works_as",
  },
  {
    own: [
      String.raw`(?:My|my) favou?rite (?<what>${WORD}(?: ${WORD}){0,2}?) (?:is|are) (?<object>${PHRASE})${END}`,
    ],
    others: [
      String.raw`['’]s favou?rite (?<what>${WORD}(?: ${WORD}){0,2}?) (?:is|are) (?<object>${PHRASE})${END}`,
    ],
    predicate: "favourite",
  },
  {
    own: [
      String.raw`${I} ${OFTEN}prefer (?<object>${PHRASE})(?:(?= over | to | rather | instead )|${END_OF_LIST})`,
    ],
    others: [
      String.raw` ${OFTEN}prefers (?<object>${PHRASE})(?:(?= over | to | rather | instead )|${END_OF_LIST})`,
    ],
    predicate: "prefers",
  },
  {
    own: [
      String.raw`${AM}(?:severely |very |highly )?allergic to (?<object>${PHRASE}(?:,? and (?!I\b)${WORD}(?: ${WORD})?)?)${END}`,
    ],
    others: [
      String.raw` is (?:severely |very |highly )?allergic to (?<object>${PHRASE}(?:,? and (?!I\b)${WORD}(?: ${WORD})?)?)${END}`,
    ],
    predicate: "allergic_to",
    list: true,
  },
  {
    own: [String.raw`${AM}(?:an? )?(?<object>vegetarian|vegan|pescatarian)${END_OF_NAME}`],
    others: [String.raw` is ${OFTEN}(?:an? )?(?<object>vegetarian|vegan|pescatarian)${END_OF_NAME}`],
    predicate: "diet",
  },
  {
    own: [
      String.raw`(?:I|i|We|we)(?: have|['’]ve)?(?: got)? (?:an?|another) (?:${WORD} )?(?<what>${RELATED}) (?:named|called) (?<object>${PROPER})${END_OF_NAME}`,
    ],
    others: [
      String.raw` has an? (?:${WORD} )?(?<what>${RELATED}) (?:named|called) (?<object>${PROPER})${END_OF_NAME}`,
    ],
    predicate: "",
  },
  ...(["from", "to"] as const).map((part): Rule => {
    const [from, to] = part === "from" ? [`(?<object>${PHRASE})`, PHRASE] : [PHRASE, `(?<object>${PHRASE})`];
    const change = String.raw`(?:switched|migrated|changed) from ${from} to ${to}${END}`;
    return {
      own: [`${HAVE}${change}`],
      others: [`(?: has| have)? ${OFTEN}${change}`],
      predicate: `switched_${part}`,
    };
  }),
  {
    own: [
      String.raw`(?:My|my) ${NAMED_SO}`,
      String.raw`(?:My|my) (?<what>${RELATED}) (?<object>\p{Lu}[\p{L}\p{M}-]+)(?= (?!(?:at|of|on|in|about|for|to|with)\b)\p{Ll})`,
    ],
    others: [String.raw`['’]s ${NAMED_SO}`],
    predicate: "",
  },
  ...attributeRules,
];

/** Words that may precede a statement without changing it. Other words may change it: "as soon as", "in the novel". */
const OPENING =
  /^(?:(?:hi|hello|hey|well|yes|yeah|ok|okay|oh|so|and|but|also|now|actually|anyway|btw)(?: (?:there|again|all|everyone))?[,!]? )+/i;
/** One statement after the other: "I live in Rome, and I work at Acme." */
const ANOTHER = /^(?:[,;]? (?:and|but|so)|[,;]) /;
const SOMEBODY = String.raw`(?<who>(?:[Tt]he )?[Uu]ser|${CAPITAL}(?: ${CAPITAL}){0,2}?)`;

/** Words that begin sentences and aren't names. */
const NO_NAME =
  /^(?:he|she|it|they|we|you|i|this|that|these|those|there|here|who|what|which|where|when|why|how|everyone|everybody|someone|somebody|anyone|anybody|nobody|no|my|our|your|his|her|its|their|the|a|an|one|both|each|also|and|but|so|then|now|today|yesterday|tomorrow|let|please|while|since|because|although|though|as|after|before|until|once|unless|if|only|even|assuming|pretending|imagining|supposing|apparently|supposedly|allegedly|did|does|is|are|was|were|has|have|had|do|can|will|like|with|in|on|at|from|for|by|to|of|yes|well|oh|wow|hi|hey|hello|thanks|remember|note|maybe|perhaps)(?:\b|['’])/i;
const NO_OBJECT =
  /^(?:it|this|that|these|those|them|him|her|you|me|us|when|how|if|what|where|who|why|because|to|the (?:fact|one|ones|way|same)|not|probably|kind of|sort of|here|there|something|anything|everything|nothing|a lot|all|both|either|any|some|so|very|just|really|too|still|getting|being|having)\b/i;
/** Written with a capital, it is neither a place nor an employer all the same. */
const IDIOM =
  /^(?:fear|hope|peace|harmony|terror|chaos|hell|heaven|paradise|misery|poverty|luxury|comfort|denial|exile|sin|style|food|rent|money|fun|free|love|home|nobody|nothing|myself)$/i;
const CALENDAR =
  /^(?:the )?(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|august|sept(?:ember)?|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b/i;

/** Reported speech, words about words, and past states. */
const REPORTED =
  /["“”«»„]|(?:^|\s)['‘][^'’]+['’](?=[\s.,!?]|$)|\b(?:said|says?|saying|told|tells?|telling|asks?|asked|claim(?:s|ed)?|thinks?|thought|believes?|believed|heard|wrote|writes?|writing|according to|quot(?:e|es|ed|ing)|translate|spell|type|sentence|phrase|(?<![.@])example(?!\.\w)|lyrics|role-?play|joking|kidding|character|fictional|as (?:they|people|some|others) (?:put|call|say)|in (?:the|this|that|my|your|his|her|their|our|a|an) (?:\w+ )?(?:novel|story|tale|book|game|movie|film|dreams?|play|simulation|scenario|song|series|show|script|comic|poem|campaign))\b/i;
const PAST =
  /\b(?:used to|no longer|any ?more|formerly|previously|back when|back then|at the time|as a (?:kid|child|teenager|student)|(?:when|while) (?:i|we|he|she|they) (?:was|were)|until|almost|nearly|temporarily|for the (?:day|weekend|week))\b/i;

const REMEMBER =
  /^(?:please,? )?(?:remember|note|keep in mind|bear in mind|don['’]t forget|do not forget|fyi|for your information|just so you know|for the record|by the way|btw)(?: that)?[,:]? /i;
const REMEMBERED = new RegExp(
  String.raw`^(?:the|our) (?<subject>(?:${WORD} ){0,4}?${WORD}) (?:is|are) (?<object>${PHRASE})${END}`,
  "iu",
);

const compile = ({ own, others, predicate, list }: Rule) => ({
  predicate,
  list: list ?? false,
  own: own.map((pattern) => new RegExp(`^${pattern}(?![\\p{L}\\p{N}])`, "u")),
  others: others.map((pattern) => new RegExp(`^${SOMEBODY}${pattern}(?![\\p{L}\\p{N}])`, "u")),
});
/** Made for the first text: a start doesn't wait for 60 expressions. */
let compiled: readonly ReturnType<typeof compile>[] | undefined;

/**
 * Facts that plain English sentences state literally: precision before recall. Questions, denials, conditions, wishes,
 * the past, stories and reported speech give none, and a sentence must begin with the statement. "I" is the speaker if
 * the text names one. A machine's words give no facts, and its "I" is no one. If the user speaks, "I" is the name that
 * the excerpt gives for the user; else "user". That may be another person in each session, so such a fact ends no
 * other.
 */
export function patternFacts(excerpts: readonly Excerpt[]): PatternFact[] {
  return excerpts.flatMap(({ text, user }, source) => {
    const facts = new Map<string, PatternFact>();
    for (const said of saidIn(text)) {
      for (const fact of factsIn(said, user)) {
        const name = JSON.stringify([fact.subject, fact.predicate, fact.object]);
        if (facts.size < MOST_FACTS && !facts.has(name)) {
          const known = fact.subject !== ANY_USER || user !== undefined;
          const cardinality = known && isSingle(fact.predicate) ? "one" : undefined;
          facts.set(name, { ...fact, source, cardinality, said: lineOf(said) });
        }
      }
    }
    return [...facts.values()];
  });
}

/** Whether a predicate has cardinality one. */
export function isSingle(predicate: string): boolean {
  return ONE.has(predicate);
}

type Found = Pick<WrittenFact, "subject" | "predicate" | "object" | "confidence">;

function factsIn(said: Said, user: string | undefined): Found[] {
  if (said.by === "machine" || said.sentence.length > SENTENCE_LENGTH) return [];
  const sentence = said.sentence.replace(REMEMBER, "");
  if (!isAsserted(sentence)) return [];
  const self = selfOf(said, user);
  const found: Found[] = [];
  let rest: string | undefined = sentence.replace(OPENING, "");
  while (rest !== undefined) {
    const { facts, length } = statementAt(rest, self, user);
    found.push(...facts);
    const after: string = rest.slice(length);
    const another = ANOTHER.exec(after)?.[0];
    rest = length === 0 || another === undefined ? undefined : after.slice(another.length);
  }
  return sentence === said.sentence || found.length > 0 ? found : remembered(sentence);
}

/** The facts of the statement that a text begins with, and how long it is; 0: it begins with none. */
function statementAt(
  text: string,
  self: string | undefined,
  user: string | undefined,
): { readonly facts: readonly Found[]; readonly length: number } {
  const facts: Found[] = [];
  let length = 0;
  const look = (patterns: readonly RegExp[], rule: Named, subject: string | undefined) => {
    const match = patterns.map((pattern) => pattern.exec(text)).find((each) => each !== null);
    if (match === undefined || match === null) return;
    const about = subject ?? somebody(match.groups?.["who"] ?? "", user);
    if (about === undefined) return;
    length = Math.max(length, match[0].length);
    facts.push(...factsOf(match, rule, about, subject === undefined ? OF_OTHERS : OWN));
  };
  for (const { own, others, ...rule } of (compiled ??= RULES.map(compile))) {
    if (self !== undefined) look(own, rule, self);
    look(others, rule, undefined);
  }
  return { facts, length };
}

interface Named {
  readonly predicate: string;
  readonly list: boolean;
}

function factsOf({ groups }: RegExpExecArray, rule: Named, subject: string, confidence: number): Found[] {
  const predicate = predicateOf(rule.predicate, groups?.["what"]);
  const object = groups?.["object"] ?? "";
  return (rule.list ? object.split(/,? and |, /) : [object])
    .flatMap((each) => objectOf(each, predicate))
    .map((each) => ({ subject, predicate, object: each, confidence }));
}

function isAsserted(sentence: string): boolean {
  return !(
    isQuestion(sentence) ||
    isConditional(sentence) ||
    denialsIn(sentence) > 0 ||
    REPORTED.test(sentence) ||
    PAST.test(sentence)
  );
}

/** The user of a text that doesn't name one. */
const ANY_USER = "user";

function selfOf({ by, speaker }: Said, user = ANY_USER): string | undefined {
  if (by === "user") return user;
  return by === "person" ? (speaker ?? undefined) : undefined;
}

function somebody(who: string, user = ANY_USER): string | undefined {
  if (/^(?:the )?user$/i.test(who)) return user;
  return NO_NAME.test(who) || CALENDAR.test(who) ? undefined : who;
}

/** American spelling is the same predicate. */
function predicateOf(predicate: string, what: string | undefined): string {
  const words = [predicate, what ?? ""].filter((part) => part !== "").join(" ");
  return words
    .toLowerCase()
    .replaceAll(/\bcolor\b/g, "colour")
    .replaceAll(/^e-?mail.*$/g, "email")
    .replaceAll(/^(?:phone|mobile|cell|telephone)(?: number)?$/g, "phone")
    .replaceAll(/^date of birth$/g, "birthday")
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");
}

const PLACES: ReadonlySet<string> = new Set(["lives_in", "moved_from", "from", "born_in"]);
const TRAILING = /(?:\s+(?:now|too|as well|currently|these days|today|please|thanks|btw|though))+$/i;
const WORDS = 8;
/** "Tea when it rains" isn't always tea. */
const QUALIFIED = /\s(?:when|while|where|who|that|except|only)\b/i;

/** None or one. */
function objectOf(given: string, predicate: string): string[] {
  const object = given
    .replace(TRAILING, "")
    .replace(/[\s.'’-]+$/u, "")
    .trim();
  if (object === "" || NO_OBJECT.test(object) || QUALIFIED.test(object) || object.split(" ").length > WORDS)
    return [];
  if (predicate !== "birthday" && CALENDAR.test(object)) return [];
  if (PLACES.has(predicate) && /['’]s\b/.test(object)) return [];
  if ((PLACES.has(predicate) || predicate === "works_at") && IDIOM.test(object)) return [];
  return Buffer.byteLength(object) <= LIMITS.identifierBytes ? [object] : [];
}

/** A sentence that asks to remember something needs no other sign of a fact. */
function remembered(sentence: string): Found[] {
  const groups = REMEMBERED.exec(sentence)?.groups;
  const subject = groups?.["subject"]?.trim() ?? "";
  if (subject === "" || Buffer.byteLength(subject) > LIMITS.identifierBytes) return [];
  return objectOf(groups?.["object"] ?? "", "is").map((object) => ({
    subject,
    predicate: "is",
    object,
    confidence: OWN,
  }));
}
