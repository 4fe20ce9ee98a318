import { day } from "../base/format.js";
import { here } from "../base/place.js";
import type { Memory } from "../base/service.js";
import { Trust } from "../parts/labels.js";
import { Note } from "../parts/notice.js";

const DAY_MS = 86_400_000;

/** Facts by predicate, each from when to when it was so. */
export function Lanes({ facts }: { readonly facts: readonly Memory[] }) {
  const now = Date.now();
  const times = facts.flatMap(({ valid_from: from, valid_to: to }) =>
    [from, to].flatMap((time) => (time === null ? [] : [Date.parse(time)])),
  );
  if (facts.length === 0) return <Note>No fact of it may be read, or none is left.</Note>;
  const first = Math.min(now - DAY_MS, ...times);
  const last = Math.max(now, ...times);
  const margin = (last - first) / 20;
  const [start, end] = [first - margin, last + margin];
  const place = (time: number): number => (100 * (time - start)) / (end - start);
  const lanes = Map.groupBy(facts, ({ fact }) => fact?.predicate ?? "");
  return (
    <figure class="lanes">
      {[...lanes].map(([predicate, members]) => (
        <div key={predicate} class="lane">
          <h3 dir="auto">{predicate}</h3>
          <ul>
            {members
              .toSorted((a, b) => (a.valid_from ?? "").localeCompare(b.valid_from ?? ""))
              .map((memory) => (
                <Span
                  key={memory.id}
                  memory={memory}
                  left={memory.valid_from === null ? 0 : place(Date.parse(memory.valid_from))}
                  right={memory.valid_to === null ? 100 : place(Date.parse(memory.valid_to))}
                  now={place(now)}
                />
              ))}
          </ul>
        </div>
      ))}
      <figcaption class="lane-axis">
        <span>{day(start)}</span>
        <span>now is marked</span>
        <span>{day(end)}</span>
      </figcaption>
    </figure>
  );
}

interface SpanProps {
  readonly memory: Memory;
  /** In percent of the width. */
  readonly left: number;
  readonly right: number;
  readonly now: number;
}

function Span({ memory, left, right, now }: SpanProps) {
  const { fact, valid_from: from, valid_to: to } = memory;
  const past = right < now;
  const wrong = (fact?.contradicts.length ?? 0) > 0;
  return (
    <li>
      <div class="span-text">
        <a href={here({ m: memory.id, in: memory.namespace })} dir="auto">
          {fact?.subject} → {fact?.object}
        </a>
        <span class="faint">
          {from === null ? "no start" : day(from)} – {to === null ? "no end" : day(to)}
        </span>
        <span class="faint">by {memory.source_agent}</span>
        <Trust value={memory.trust} />
        {wrong && <span class="mark">contradicted</span>}
      </div>
      <div class="track" aria-hidden="true">
        <span
          class={`span ${past ? "span-past" : ""} ${wrong ? "span-wrong" : ""}`}
          style={{ left: `${left}%`, width: `${Math.max(0.6, right - left)}%` }}
        />
        <span class="now" style={{ left: `${now}%` }} />
      </div>
    </li>
  );
}
