import { decimal, signed } from "../base/format.js";
import type { ScorePart } from "./score-parts.js";

interface ScoreBarProps {
  readonly parts: readonly ScorePart[];
  readonly score: number;
  /** The score that fills the bar. */
  readonly best: number;
}

/** The score of a hit as a bar of its parts. The numbers stand below it: the bar shows nothing that they don't say. */
export function ScoreBar({ parts, score, best }: ScoreBarProps) {
  const positive = parts.filter(({ adds }) => adds > 0);
  return (
    <div class="score">
      <div class="score-bar" aria-hidden="true">
        {positive.map((part) => (
          <span
            key={part.title}
            class={`part part-${part.name}`}
            style={{ width: `${(100 * part.adds) / Math.max(best, 1e-9)}%` }}
          />
        ))}
      </div>
      <ul class="score-parts" aria-label={`Score ${decimal(score)}, the sum of`}>
        {parts.map((part) => (
          <li key={part.title} title={part.because}>
            <span class={`dot part-${part.name}`} aria-hidden="true" />
            {part.title} <b class={part.adds < -0.0005 ? "minus" : ""}>{signed(part.adds)}</b>
          </li>
        ))}
        <li class="score-sum">
          <span>score</span> <b>{decimal(score)}</b>
        </li>
      </ul>
    </div>
  );
}
