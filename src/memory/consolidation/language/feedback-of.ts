import type { JsonValue } from "../../../domain/json.js";
import type { Interaction } from "../../model/record.js";
import { truncateUtf8 } from "../../text/truncate.js";

export interface GivenFeedback {
  /** The feedback's words; null: there are none. */
  readonly text: string | null;
  /** Null: unknown. */
  readonly positive: boolean | null;
}

const TEXT_BYTES = 2 * 1024;
/** Fields of an object that are read, and its depth. */
const MOST_FIELDS = 64;
const DEPTH = 3;
const POLAR_LENGTH = 64;

const TEXTS: ReadonlySet<string> = new Set(
  `text comment comments correction message note notes reason explanation feedback content suggestion instruction
  details review remark`.split(/\s+/),
);
const POLARS: ReadonlySet<string> = new Set(
  `rating score stars outcome thumbs thumb sentiment polarity verdict vote result reaction helpful positive liked like
  success successful correct accepted approved useful ok`.split(/\s+/),
);
const STARS: ReadonlySet<string> = new Set(["rating", "stars", "review"]);
/** True says the opposite. */
const NEGATIVE_POLARS: ReadonlySet<string> = new Set([
  "negative",
  "disliked",
  "dislike",
  "wrong",
  "rejected",
  "useless",
]);

const GOOD =
  /^(?:\+1|👍|❤️?|up|thumbs?[ _-]?up|positive|pos|good|great|excellent|perfect|yes|true|success(?:ful)?|succeeded|correct|helpful|useful|like[ds]?|accept(?:ed)?|approved?|confirmed|ok(?:ay)?|satisfied|happy|thanks|thank you|well done|exactly)$/iu;
const BAD =
  /^(?:-1|👎|down|thumbs?[ _-]?down|negative|neg|bad|poor|terrible|awful|no|false|fail(?:ed|ure)?|error|incorrect|wrong|unhelpful|useless|dislike[ds]?|reject(?:ed)?|contradicted|unsatisfied|dissatisfied|unhappy|not (?:good|helpful|correct|useful))$/iu;
/** How a sentence of praise or blame begins. */
const PRAISE =
  /^(?:(?:that(?: was|['’]s| is)|this(?: was| is)|very|so|just|really|yes,?) )*(?:good|great|excellent|perfect|awesome|amazing|nice|helpful|thanks?|thank you|well done|exactly|correct|love (?:it|this|that))\b/iu;
const BLAME =
  /^(?:(?:that(?: was|['’]s| is)|this(?: was| is)|very|so|just|really|no,?|sorry,?) )*(?:bad|wrong|incorrect|not (?:good|helpful|correct|right|useful|what)|useless|terrible|awful|unhelpful|too (?:long|short|slow|vague|verbose)|please (?:don['’]t|do not|stop|never))\b/iu;

/**
 * Reads an interaction's feedback in any JSON form: its words, and whether they praise. In an object, well-known fields
 * count: comment, correction, text …; rating, score, outcome, thumbs … A correction isn't praise. Numbers: -1 and 0 are
 * bad; up to 1 from a half on, up to 5 from 4 on, up to 10 from 7 on, and up to 100 from 70 on are good, unless a
 * neighbouring `max` or `scale` says otherwise.
 */
export function feedbackOf({ feedback }: Pick<Interaction, "feedback">): GivenFeedback {
  if (typeof feedback === "string") return fromText(feedback);
  if (feedback === undefined || feedback === null) return { text: null, positive: null };
  if (typeof feedback !== "object") return { text: null, positive: polarityOf(feedback, undefined) };
  const found: Found = { texts: [], polarities: [] };
  collect(feedback, found, DEPTH);
  const said = fromText(found.texts.join(" "));
  const polarity = found.polarities.find((each) => each !== null) ?? null;
  return { text: said.text, positive: polarity ?? said.positive };
}

function fromText(given: string): GivenFeedback {
  const text = clean(given);
  if (text === null) return { text: null, positive: null };
  const polarity = polarityOf(text, undefined);
  // "good" says how it was, and nothing that could be learnt.
  if (polarity !== null) return { text: null, positive: polarity };
  if (BLAME.test(text)) return { text, positive: false };
  return { text, positive: PRAISE.test(text) ? true : null };
}

interface Found {
  readonly texts: string[];
  readonly polarities: (boolean | null)[];
}

function collect(value: JsonValue, found: Found, depth: number): void {
  if (value === null || typeof value !== "object" || depth === 0) return;
  if (Array.isArray(value)) {
    for (const each of value.slice(0, MOST_FIELDS)) {
      if (typeof each === "string") found.texts.push(each.slice(0, TEXT_BYTES));
      else collect(each, found, depth - 1);
    }
    return;
  }
  const fields = Object.entries(value).slice(0, MOST_FIELDS);
  const scale = fields.find(
    ([name, each]) => /^(?:max|scale|out_of|best)$/i.test(name) && typeof each === "number",
  );
  for (const [name, each] of fields) {
    const key = name.toLowerCase();
    if (POLARS.has(key)) {
      // One star, or one of one.
      const unclear = each === 1 && STARS.has(key) && scale === undefined;
      found.polarities.push(unclear ? null : polarityOf(each, scale?.[1]));
    } else if (NEGATIVE_POLARS.has(key) && typeof each === "boolean") found.polarities.push(!each);
    else if (TEXTS.has(key) && typeof each === "string") {
      found.texts.push(each.slice(0, TEXT_BYTES));
      if (key === "correction" && each.trim() !== "") found.polarities.push(false);
    } else collect(each, found, depth - 1);
  }
}

function polarityOf(value: JsonValue | undefined, scale: JsonValue | undefined): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return ratingOf(value, typeof scale === "number" ? scale : undefined);
  if (typeof value !== "string" || value.length > POLAR_LENGTH) return null;
  const word = value.trim().replace(/[\s.!]+$/, "");
  if (GOOD.test(word)) return true;
  return BAD.test(word) ? false : null;
}

/** The middle of a scale says nothing. */
function ratingOf(value: number, scale: number | undefined): boolean | null {
  if (value <= 0) return false;
  const most = scale !== undefined && scale > 0 ? scale : [1, 5, 10, 100].find((each) => value <= each);
  if (most === undefined || value > most) return null;
  const share = value / most;
  if (share >= (most === 1 ? 0.5 : 0.7)) return true;
  return share <= 0.4 || most === 1 ? false : null;
}

function clean(text: string): string | null {
  const line = truncateUtf8(text.slice(0, TEXT_BYTES).toWellFormed(), TEXT_BYTES)
    .trim()
    .replaceAll(/\s+/g, " ");
  return line === "" ? null : line;
}
