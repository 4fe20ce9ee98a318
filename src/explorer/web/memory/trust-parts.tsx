import { decimal } from "../base/format.js";
import type { Schemas } from "../base/service.js";

interface TrustPartsProps {
  readonly trust: number;
  readonly parts: Schemas["TrustParts"];
  readonly agent: string;
}

/** Trust as the product that it is. */
export function TrustParts({ trust, parts, agent }: TrustPartsProps) {
  const factors = [
    [decimal(parts.accuracy, 2), `accuracy of ${agent}`],
    [decimal(parts.recency, 2), `age, ${Math.floor(parts.age_days)} days`],
    [
      decimal(parts.confirmation, 2),
      parts.confirmation > 1 ? "a person confirmed it" : "no person confirmed it",
    ],
    [
      decimal(parts.corroboration, 2),
      parts.corroboration > 1 ? "other agents said the same" : "said by one agent",
    ],
  ] as const;
  const product = parts.accuracy * parts.recency * parts.confirmation * parts.corroboration;
  const capped = parts.limit < 1 || product > parts.limit;
  return (
    <div class="equation">
      {factors.map(([value, meaning], index) => (
        <span key={meaning} class="factor">
          {index > 0 && (
            <span class="operator" aria-label="times">
              ×
            </span>
          )}
          <span>
            <b>{value}</b>
            <small>{meaning}</small>
          </span>
        </span>
      ))}
      <span class="factor result">
        <span class="operator" aria-label="equals">
          =
        </span>
        <span>
          <b>{decimal(trust, 2)}</b>
          <small>{capped ? `at most ${decimal(parts.limit, 2)}` : "trust"}</small>
        </span>
      </span>
    </div>
  );
}
