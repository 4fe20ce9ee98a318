import { here } from "../base/place.js";
import { Marks, Trust, TypeLabel } from "../parts/labels.js";
import { MemoryText } from "../parts/text.js";
import { When } from "../parts/when.js";
import { decimal, ordinal } from "../base/format.js";
import { isPattern, scope } from "../base/namespaces.js";
import type { Fate } from "./compare.js";
import { leadOf } from "./lead.js";
import { ScoreBar } from "./score-bar.js";
import { lengthPrior, scoreParts } from "./score-parts.js";
import type { Hit } from "./score-parts.js";

interface HitCardProps {
  readonly hit: Hit;
  readonly place: number;
  readonly best: number;
  /** The hit after it; undefined: it is the last one. */
  readonly next: Hit | undefined;
  /** Undefined: the answer is of today. */
  readonly fate: Fate | undefined;
}

export function HitCard({ hit, place, best, next, fate }: HitCardProps) {
  const { memory, ranks, relevance } = hit;
  const parts = scoreParts(hit);
  const lead = next === undefined ? undefined : leadOf(hit, next);
  return (
    <li class="hit">
      <span class="hit-place" aria-label={`Place ${place}`}>
        {place}
      </span>
      <div class="hit-body">
        {fate !== undefined && <FateNote fate={fate} place={place} />}
        <MemoryText text={memory.content} />
        {hit.via !== undefined && (
          <p class="hint">
            Found by the source <code>{hit.via}</code>, which this memory stands for
            {typeof hit.excerpt === "string" && (
              <>
                : <q dir="auto">{hit.excerpt}</q>
              </>
            )}
          </p>
        )}
        <p class="meta">
          <TypeLabel memory={memory} />
          <span>{memory.source_agent}</span>
          <When time={memory.timestamp} />
          <Trust value={memory.trust} />
          <Marks memory={memory} />
          {isPattern(scope()) && <span>{memory.namespace}</span>}
          <a href={here({ m: memory.id, in: memory.namespace })}>
            Open<span class="hidden"> memory {place}</span>
          </a>
        </p>
        <ScoreBar parts={parts} score={hit.score} best={best} />
        <details class="why">
          <summary>
            Why it is {ordinal(place)}: {foundBy(ranks)}; fit {decimal(relevance, 2)} of 1
          </summary>
          {lead !== undefined && <p class="lead">It is {lead}.</p>}
          <table>
            <caption class="hidden">What each part adds to the score</caption>
            <tbody>
              {parts.map((part) => (
                <tr key={part.title}>
                  <th scope="row">{part.title}</th>
                  <td class="number">{decimal(part.adds, 4)}</td>
                  <td>{part.because}</td>
                </tr>
              ))}
              <tr>
                <th scope="row">Length prior</th>
                <td class="number">× {decimal(lengthPrior(memory.content), 2)}</td>
                <td>
                  {memory.content.length} characters; long texts match by chance, so both lists discount them.
                  It is within the numbers above.
                </td>
              </tr>
              <tr>
                <th scope="row">Fit</th>
                <td class="number">{decimal(relevance, 2)}</td>
                <td>{fitOf(hit)} It doesn't depend on the other hits, and ranks nothing.</td>
              </tr>
            </tbody>
          </table>
        </details>
      </div>
    </li>
  );
}

function foundBy(ranks: Hit["ranks"]): string {
  const lists = [
    ...(ranks.keyword === null ? [] : [`${ordinal(ranks.keyword)} by words`]),
    ...(ranks.vector === null ? [] : [`${ordinal(ranks.vector)} by meaning`]),
    ...(typeof ranks.entities === "number" ? [`${ordinal(ranks.entities)} by entities`] : []),
  ];
  return lists.length === 0 ? "found" : lists.join(", ");
}

function fitOf({ explain }: Hit): string {
  const { coverage, similarity } = explain?.relevance ?? { coverage: null, similarity: null };
  const told = [
    ...(coverage === null ? [] : [`coverage of the query's words ${decimal(coverage, 2)}`]),
    ...(similarity === null ? [] : [`calibrated similarity ${decimal(similarity, 2)}`]),
  ];
  return told.length === 0 ? "Neither list says more." : `From ${told.join(" and ")}.`;
}

interface FateNoteProps {
  readonly fate: Fate;
  readonly place: number;
}

/** What the answer of today makes of a hit, where it differs. */
function FateNote({ fate, place }: FateNoteProps) {
  if (fate.kind === "absent") return <p class="fate fate-gone">Not in today’s answer</p>;
  if (fate.kind === "revised")
    return <p class="fate fate-revised">Today in place {fate.place}, with another text or version</p>;
  return fate.place === place ? null : <p class="fate">Today in place {fate.place}</p>;
}
