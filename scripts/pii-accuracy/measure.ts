import { findPii } from "../../src/pii/detect/detect.js";
import { PII_KINDS } from "../../src/pii/kinds.js";
import type { PiiKind } from "../../src/pii/kinds.js";
import { DECOYS, FRAMES } from "./decoys.js";
import { below, oneOf } from "./random.js";
import type { Random } from "./random.js";
import { VALUES } from "./values.js";

export interface Score {
  readonly kind: PiiKind;
  /** Values that stand in the texts. */
  readonly values: number;
  /** Of these, the number that was found whole and as its kind. */
  readonly found: number;
  /** Pieces that were found and aren't such a value. */
  readonly wrong: number;
  readonly precision: number;
  readonly recall: number;
}

interface Written {
  readonly text: string;
  readonly values: readonly { readonly kind: PiiKind; readonly value: string }[];
}

const ALL = new Set(PII_KINDS);
const PARTS = 4;

/** Precision and recall of each kind over generated texts, half of whose pieces only look like personal data. */
export function measure(random: Random, texts: number): Score[] {
  const tallies = new Map(PII_KINDS.map((kind) => [kind, { values: 0, found: 0, wrong: 0 }]));
  for (let number = 0; number < texts; number++) {
    const { text, values } = written(random);
    const open = [...values];
    for (const { kind } of values) tally(kind).values += 1;
    for (const { kind, start, end } of findPii(text, ALL)) {
      const piece = text.slice(start, end);
      const at = open.findIndex((each) => each.kind === kind && each.value === piece);
      if (at < 0) tally(kind).wrong += 1;
      else tally(kind).found += open.splice(at, 1).length;
    }
  }
  return PII_KINDS.map((kind) => {
    const { values, found, wrong } = tally(kind);
    return {
      kind,
      values,
      found,
      wrong,
      precision: found / Math.max(1, found + wrong),
      recall: found / Math.max(1, values),
    };
  });

  function tally(kind: PiiKind) {
    const found = tallies.get(kind);
    if (found === undefined) throw new Error(`no tally of ${kind}`);
    return found;
  }
}

function written(random: Random): Written {
  const values: { kind: PiiKind; value: string }[] = [];
  const sentences = Array.from({ length: 1 + below(random, PARTS) }, () => {
    const frame = oneOf(random, FRAMES);
    if (random() < 0.5) return frame.replace("{}", () => oneOf(random, Object.values(DECOYS))(random));
    const kind = oneOf(random, PII_KINDS);
    const { value, words } = oneOf(random, Object.values(VALUES[kind]))(random);
    values.push({ kind, value });
    return frame.replace("{}", () => (words === undefined ? value : `${words} ${value}`));
  });
  return { text: sentences.join(". "), values };
}
