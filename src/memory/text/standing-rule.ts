import { instructs } from "./instructs.js";
import { isQuestion, saidIn } from "./speakers.js";

/** A longer text is about something else too. In characters. */
const LONGEST = 400;

/** What an agent is told to do. "Always lovely to see you" tells nothing. */
const DOING =
  "(?:add|address|answer|ask|assume|avoid|begin|call|check|cite|combine|compare|confirm|consider|convert|describe|discuss|double-check|do|emphasi[sz]e|end|ensure|explain|focus|follow|format|give|greet|highlight|include|keep|label|link|list|maintain|make|mention|name|note|offer|point out|prefer|present|prioriti[sz]e|propose|provide|put|quote|recommend|refer|remind|reply|report|respond|round|run|send|show|sign|speak|specify|start|state|structure|suggest|summari[sz]e|tailor|talk|tell|test|translate|treat|use|verify|write)";
const ADDRESS =
  "(?:please |also |and |so |but |i(?:'d| would) (?:like|prefer|want) you to |remember to |you (?:should|must) ){0,2}";
const RULES: readonly RegExp[] = [
  new RegExp(`^${ADDRESS}(?:always|never|don't ever|do not ever) (?:please )?${DOING}\\b`, "u"),
  new RegExp(
    `^${ADDRESS}${DOING}\\b.{1,200}\\b(?:from now on|going forward|in (?:the )?future|every time|each time|whenever i|when(?:ever)? i ask)\\b`,
    "u",
  ),
  new RegExp(
    `^(?:from now on|going forward|in (?:the )?future|every time i|each time i|whenever i|when i ask|if i ask)\\b.{1,200}?(?:[, ]|, please )(?:you (?:should|must) |please )?(?:always |never |don't |do not )?${DOING}\\b`,
    "u",
  ),
  /^i(?:'d| would)? (?:always )?(?:prefer|want|like) you to (?:always |never )?[a-z]/u,
];

/**
 * Whether a short text tells the agent what to do from now on: "Always give the prices with tax when I ask about offers." In
 * English only. What an assistant or a person with a name says is no rule, nor is what reads like a prompt injection.
 */
export function isStandingRule(text: string): boolean {
  if (text.length > LONGEST) return false;
  const told = saidIn(text).some(
    ({ by, sentence }) =>
      (by === "user" || by === "nobody") &&
      !isQuestion(sentence) &&
      RULES.some((rule) => rule.test(plain(sentence))),
  );
  return told && !instructs(text);
}

const plain = (sentence: string): string => sentence.toLowerCase().replaceAll("’", "'");
