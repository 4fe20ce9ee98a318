import type { Calibration } from "../../embeddings/calibration.js";
import { CHANCE } from "../../embeddings/calibration.js";

/** The scale of one query's cosines in the namespaces that it was asked in. */
export interface Scale {
  /** The cosine that a memory on something else reaches by chance: 0 on the scale. */
  readonly unrelated: number;
  /** The mean cosine of an answer: 1 on the scale. */
  readonly related: number;
}

/** The nearest of what was searched, and how much that was. */
export interface Neighbourhood {
  /** Highest first. */
  readonly cosines: readonly number[];
  /** These are all that there are. */
  readonly exhausted: boolean;
  /** Otherwise: an upper bound of the memories that were searched. */
  readonly searched: number;
}

/** Namespaces of fewer memories say less about what is usual than the model's own texts do. */
const OWN_TEXTS = 20;

/**
 * Texts of one kind are nearer to any query than texts of another kind, so what is usual is read from the memories that
 * were searched: most of them have nothing to do with the query, and the last one of a list of the nearest says where
 * their middle lies, if it is known how many there are (a normal distribution with the spread of the model). In a small
 * namespace the model's own texts count as well.
 */
export function scaleOf(
  calibration: Calibration,
  query: Float32Array,
  { cosines, exhausted, searched }: Neighbourhood,
): Scale {
  const { spread, related } = calibration;
  const level = calibration.levelOf(query);
  const count = exhausted ? cosines.length : Math.max(searched, cosines.length);
  const share = count / (count + OWN_TEXTS);
  const usual = cosines.length === 0 ? level : share * middleOf(cosines, count, spread) + (1 - share) * level;
  return { unrelated: usual + CHANCE * spread, related: usual + related };
}

/** The mean of all, by the one in the middle or, where the list ends before it, by its last one. */
function middleOf(cosines: readonly number[], count: number, spread: number): number {
  const place = Math.min(cosines.length, Math.ceil(count / 2));
  return (cosines[place - 1] ?? 0) - quantile(1 - place / count) * spread;
}

export function onScale(cosine: number, { unrelated, related }: Scale): number {
  return Math.min(1, Math.max(0, (cosine - unrelated) / (related - unrelated)));
}

/**
 * Quantile of the standard normal distribution, for 0.5 and more (Abramowitz, Stegun: Handbook, 26.2.23; to 4.5e-4).
 */
function quantile(probability: number): number {
  if (probability <= 0.5) return 0;
  const t = Math.sqrt(-2 * Math.log(1 - probability));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  return t - above / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
}
