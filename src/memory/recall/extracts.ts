import { isJsonObject } from "../../domain/json.js";
import type { Memory } from "../model/record.js";
import { lookedAt } from "../text/looked-at.js";
import { analyse } from "../text/terms.js";
import { shared } from "./sentence.js";
import type { Standing } from "./source-excerpt.js";

/** An extract reads as well as a source of no less than its length if it holds this share of the source's terms. */
const HELD = 0.8;
/** A source is too long to be read instead of an extract, with a quote, if it is longer than this many of them. */
const TOO_LONG = 2;
/** Characters of a quote that are counted on: see `sourceExcerpt`. */
const QUOTE = 300;

/**
 * Whether a memory is sentences that consolidation chose from its sources, without a language model, and was never given
 * another text. It says nothing that they don't, and leaves out most of what they say.
 */
export function isExtract({ metadata: { consolidation }, evidence, origin }: Memory): boolean {
  return (
    evidence.since === null &&
    origin === null &&
    isJsonObject(consolidation) &&
    consolidation["step"] === "summarise" &&
    consolidation["method"] === "deterministic"
  );
}

/**
 * Whether an extract is shown in place of a source that was found: it says the same in no more room, or the source is
 * too long. Else the source is shown itself. Measured in docs/lifecycle.md.
 */
export function replaces(extract: Standing, source: string): boolean {
  if (source.length > TOO_LONG * (extract.text.length + QUOTE)) return true;
  if (source.length < extract.text.length) return false;
  const terms = new Set(analyse(lookedAt(source)).terms);
  return shared(terms, extract.terms()) >= terms.size * HELD;
}
