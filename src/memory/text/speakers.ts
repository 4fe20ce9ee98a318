import { CONTINUED } from "./lines.js";
import { sentencesIn } from "./sentences.js";

/** One sentence of a memory's text. */
export interface Said {
  /** As the text names who speaks; null: it doesn't. */
  readonly speaker: string | null;
  readonly by: Voice;
  /** On one line, without the speaker. */
  readonly sentence: string;
}

/**
 * Whose words a sentence is.
 *
 * - `person`: somebody who has a name.
 * - `user`: the user, who hasn't.
 * - `machine`: an assistant, its reasoning, or feedback on what it did.
 * - `nobody`: the text doesn't say.
 */
export type Voice = "person" | "user" | "machine" | "nobody";

/** Of one text; what is longer is no prose. */
const PROSE = 8_000;
/** Likewise; prose has a twentieth of them. */
const MOST_SENTENCES = 1000;
const FENCE = /^\s*(?:```|~~~)/;
/** As `interactionText` and transcripts write them. What a tool was called with and returned isn't prose. */
const TOOL = /^(?:Tool|tool)(?: [^\s:]{1,256})?(?: returned| failed)?:(?: |$)/u;
const ROLE = /^(user|human|customer|assistant|ai|agent|bot|system|reasoning|feedback): */i;
const USERS: ReadonlySet<string> = new Set(["user", "human", "customer"]);
const NAME = /^(\p{Lu}[\p{L}\p{M}'’.-]{0,39}(?: [\p{Lu}\p{N}][\p{L}\p{M}\p{N}'’.-]{0,39}){0,3}): +(?=\S)/u;
/** What stands before a colon, but is nobody. */
const NOBODY =
  /^(?:notes?|nb|ps|todo|tips?|hints?|warnings?|caution|important|examples?|e\.?g|i\.?e|questions?|answers?|q|a|summary|conclusion|result|results|output|input|error|errors|update|edit|step|steps|part|phase|chapter|section|option|task|goal|problem|solution|reason|fact|facts|remember|reminder|date|time|when|where|what|who|why|how|subject|re|fwd|fw|from|to|cc|bcc|location|address|name|title|topic|phone|email|e-mail|tel|url|link|source|price|total|status|version|yes|no|ok|okay|well|also|pros|cons|ingredients|instructions|day|week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday|https?|pretend(?:ing)?|imagin(?:e|ing)|role-?play(?:ing)?|quot(?:e|ing)|lyrics|fiction|story|novel|joke|dream|anyway|besides|btw|great|good|news)\b/i;

/**
 * What was said in a memory's text, sentence by sentence. A speaker stands before what is said, as in "Mara: I moved."
 * and speaks until the next one does. In a transcript of ours, further lines of what somebody said are indented, so no
 * speaker begins there. Another text can name whom it likes: it is no proof of who said it.
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
      // What a tool returned may hold lines that look as if somebody spoke: from there on nobody's "I" is believed.
      const voice = sawTool ? "machine" : labelled?.by;
      if (labelled !== undefined) [speaker, by, inTool] = [labelled.speaker, voice ?? "nobody", false];
      if (inTool) continue;
      const sentences = sentencesIn(labelled === undefined ? line : line.slice(labelled.length));
      for (const sentence of sentences) {
        // Somebody else may speak from here on, or nobody: it could be anything before a colon.
        if ((labelled !== undefined || line.startsWith(CONTINUED)) && speakerOf(sentence) !== undefined)
          [speaker, by] = [null, "nobody"];
        said.push({ speaker, by, sentence });
      }
    }
  }
  return said;
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

/** With its speaker in front, as it stood in its text. */
export function lineOf({ speaker, sentence }: Said): string {
  return speaker === null ? sentence : `${speaker}: ${sentence}`;
}

export function isQuestion(sentence: string): boolean {
  return /[?？؟][\s"'”’)\]]*$/u.test(sentence);
}

const CONDITION =
  /\b(?:if|unless|would|could|might|may|maybe|perhaps|hypothetically|suppose|supposing|imagin(?:e|ing)|pretend(?:ing)?|wish|hope|hoping|planning|plan to|want to|wants to|wanted to|dream(?:s|t|ed|ing)?|thinking (?:of|about)|considering|whether|should|shall)\b|['’]d (?:like|love|prefer|rather)\b/i;

/** It says what may be, or what somebody wishes to be; not what is. "In May" is a month. */
export function isConditional(sentence: string): boolean {
  return CONDITION.test(sentence.replaceAll(/\bMay\b/g, ""));
}
