import { CONTINUED } from "./lines.js";
import { sentencesIn } from "./sentences.js";

/** One sentence of a memory's text. */
export interface Said {
  /** The speaker that the text names; null: it names none. */
  readonly speaker: string | null;
  readonly by: Voice;
  /** One line, without the speaker. */
  readonly sentence: string;
}

/**
 * The kind of a sentence's speaker.
 *
 * - `person`: a person with a name.
 * - `user`: the user, without a name.
 * - `machine`: an assistant, its reasoning, or feedback on what it did.
 * - `nobody`: the text doesn't say.
 */
export type Voice = "person" | "user" | "machine" | "nobody";

/** The most characters of one text; longer ones aren't prose. */
const PROSE = 8_000;
/** Likewise; prose has a twentieth of them. */
const MOST_SENTENCES = 1000;
const FENCE = /^\s*(?:```|~~~)/;
/** The format of `interactionText` and transcripts. Input and results of tools aren't prose. */
const TOOL = /^(?:Tool|tool)(?: [^\s:]{1,256})?(?: returned| failed)?:(?: |$)/u;
const ROLE = /^(user|human|customer|assistant|ai|agent|bot|system|reasoning|feedback): */i;
const USERS: ReadonlySet<string> = new Set(["user", "human", "customer"]);
const NAME = /^(\p{Lu}[\p{L}\p{M}'’.-]{0,39}(?: [\p{Lu}\p{N}][\p{L}\p{M}\p{N}'’.-]{0,39}){0,3}): +(?=\S)/u;
/** Words before a colon that aren't speakers. */
const NOBODY =
  /^(?:notes?|nb|ps|todo|tips?|hints?|warnings?|caution|important|examples?|e\.?g|i\.?e|questions?|answers?|q|a|summary|conclusion|result|results|output|input|error|errors|update|edit|step|steps|part|phase|chapter|section|option|task|goal|problem|solution|reason|fact|facts|remember|reminder|date|time|when|where|what|who|why|how|subject|re|fwd|fw|from|to|cc|bcc|location|address|name|title|topic|phone|email|e-mail|tel|url|link|source|price|total|status|version|yes|no|ok|okay|well|also|pros|cons|ingredients|instructions|day|week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday|https?|pretend(?:ing)?|imagin(?:e|ing)|role-?play(?:ing)?|quot(?:e|ing)|lyrics|fiction|story|novel|joke|dream|anyway|besides|btw|great|good|news)\b/i;

/**
 * The sentences of a memory's text. A speaker precedes its sentences, as in "Mara: I moved.", and speaks until the next
 * one does. In mneme's transcripts the further lines of a speaker are indented, so no speaker begins there. Other texts
 * can name any speaker: that proves nothing.
 */
export function saidIn(text: string): Said[] {
  const said: Said[] = [];
  let speaker: string | null = null;
  let by: Voice = "nobody";
  let [fenced, inTool, sawTool] = [false, false, false];
  for (const line of text
    .slice(0, PROSE)
    .toWellFormed()
    .split(/\r\n|[\n\r\u2028\u2029]/u)) {
    if (said.length >= MOST_SENTENCES) break;
    if (line.trim() === "") continue;
    if (FENCE.test(line)) fenced = !fenced;
    else if (fenced) continue;
    else if (TOOL.test(line)) [inTool, sawTool] = [true, true];
    else {
      const labelled = speakerOf(line);
      // A tool's result may hold lines that look like a speaker's: after it, no "I" is believed.
      const voice = sawTool ? "machine" : labelled?.by;
      if (labelled !== undefined) [speaker, by, inTool] = [labelled.speaker, voice ?? "nobody", false];
      if (inTool) continue;
      const sentences = sentencesIn(labelled === undefined ? line : line.slice(labelled.length));
      for (const sentence of sentences) {
        // From here on another speaker, or none, is possible: any word may precede a colon.
        if ((labelled !== undefined || line.startsWith(CONTINUED)) && speakerOf(sentence) !== undefined)
          [speaker, by] = [null, "nobody"];
        said.push({ speaker, by, sentence });
      }
    }
  }
  return said;
}

/** Who a text begins with, as a memory of one turn does. */
const FIRST_LINE = 400;

/**
 * Whose words a text begins with: "user", "assistant" (any machine), or a person's name in lower case. Undefined: it names
 * nobody.
 */
export function firstSpeaker(text: string): string | undefined {
  const found = speakerOf(text.slice(0, FIRST_LINE).toWellFormed().trimStart());
  if (found === undefined) return undefined;
  if (found.by !== "person") return found.by === "user" ? "user" : "assistant";
  return found.speaker.toLowerCase();
}

function speakerOf(
  line: string,
): { readonly speaker: string; readonly by: Voice; readonly length: number } | undefined {
  const role = ROLE.exec(line);
  if (role?.[1] !== undefined) {
    const by = USERS.has(role[1].toLowerCase()) ? "user" : "machine";
    return { speaker: role[1], by, length: role[0].length };
  }
  const named = NAME.exec(line);
  if (named?.[1] === undefined || NOBODY.test(named[1])) return undefined;
  return { speaker: named[1], by: "person", length: named[0].length };
}

/** The sentence with its speaker in front, as in its text. */
export function lineOf({ speaker, sentence }: Said): string {
  return speaker === null ? sentence : `${speaker}: ${sentence}`;
}

export function isQuestion(sentence: string): boolean {
  return /[?？؟][\s"'”’)\]]*$/u.test(sentence);
}

const CONDITION =
  /\b(?:if|unless|would|could|might|may|maybe|perhaps|hypothetically|suppose|supposing|imagin(?:e|ing)|pretend(?:ing)?|wish|hope|hoping|planning|plan to|want to|wants to|wanted to|dream(?:s|t|ed|ing)?|thinking (?:of|about)|considering|whether|should|shall)\b|['’]d (?:like|love|prefer|rather)\b/i;

/** Whether it says what may be, or what a speaker wishes, instead of what is. "In May" is a month. */
export function isConditional(sentence: string): boolean {
  return CONDITION.test(sentence.replaceAll(/\bMay\b/g, ""));
}
