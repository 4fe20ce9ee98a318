import { decimal, excerpt } from "../base/format.js";
import type { Schemas } from "../base/service.js";
import type { Hit } from "./score-parts.js";
import { Table } from "../parts/table.js";

interface TraceProps {
  readonly answer: Schemas["RecallResponse"];
  readonly ms: number;
}

const TITLES = { keyword: "By words", vector: "By meaning" } as const;

const LISTS = ["keyword", "vector"] as const;

/** How the answer came about, step by step. */
export function Trace({ answer, ms }: TraceProps) {
  const { explain, hits, degraded, terms_left_out: leftOut } = answer;
  const { mode } = explain ?? {};
  const one = LISTS.find((list) => list === mode);
  const lists = one === undefined ? LISTS : [one];
  const terms = explain?.terms ?? [];
  const phrases = explain?.phrases ?? [];
  const times = explain?.times ?? [];
  return (
    <ol class="trace">
      <li>
        <h3>The query was read</h3>
        <p>
          {terms.length > 0 ? "Words that were searched: " : "No word of it was searched. "}
          {terms.map((term) => (
            <code key={term}>{term}</code>
          ))}
        </p>
        {phrases.length > 0 && (
          <p>
            Exact phrases:{" "}
            {phrases.map((phrase) => (
              <code key={phrase}>{phrase}</code>
            ))}
          </p>
        )}
        {leftOut.length > 0 && (
          <p>
            Left out, because the query is long:{" "}
            {leftOut.map((term) => (
              <code key={term}>{term}</code>
            ))}
          </p>
        )}
        {times.map(({ text, ranges }) => (
          <p key={text}>
            “{text}” names{" "}
            {ranges.map(({ from, to }) => `${from.slice(0, 10)} to ${to.slice(0, 10)}`).join(" or ")}
          </p>
        ))}
        {explain?.order != null && <p>It asks for the {explain.order}.</p>}
      </li>
      <li>
        <h3>{lists.length === 1 ? "One list was searched" : "Two lists were searched"}</h3>
        {degraded.length > 0 && <p class="fate fate-gone">Unavailable: {degraded.join(", ")}</p>}
        <div class="trace-lists">
          {lists.map((list) => (
            <RankedList key={list} title={TITLES[list]} hits={hits} list={list} />
          ))}
        </div>
        <p class="hint">Of each list, only the memories that are in the answer are shown.</p>
      </li>
      <li>
        <h3>{lists.length === 1 ? "It was scored" : "They were joined"}</h3>
        <p>
          Mode {explain?.mode ?? "unknown"}, fusion {explain?.fusion ?? "unknown"}:{" "}
          {lists.length === 1
            ? "there is one list, so nothing was joined."
            : "each list is scaled to 0..1 and weighted; then times, sessions, trust and outcomes are added."}
        </p>
      </li>
      <li>
        <h3>It was answered</h3>
        <p>
          {hits.length} hits in {Math.round(ms)} ms, as this browser measured it.{" "}
          {answer.answerable
            ? "At least one fits the question well."
            : "None fits the question well: they are probably off topic."}
        </p>
      </li>
    </ol>
  );
}

interface RankedListProps {
  readonly title: string;
  readonly hits: readonly Hit[];
  readonly list: "keyword" | "vector";
}

function RankedList({ title, hits, list }: RankedListProps) {
  const ranked = hits
    .flatMap(({ memory, explain }) => {
      const found = explain?.[list];
      return found === null || found === undefined ? [] : [{ memory, ...found }];
    })
    .toSorted((a, b) => a.rank - b.rank);
  return (
    <div>
      <h4>{title}</h4>
      {ranked.length === 0 ? (
        <p class="faint">Nothing of the answer.</p>
      ) : (
        <Table label={title} columns={["Place", "Memory", "Score", "Adds"]}>
          {ranked.map(({ memory, rank, score, adds }) => (
            <tr key={`${memory.namespace}/${memory.id}`}>
              <td>{rank}</td>
              <td class="quoted text" dir="auto">
                {excerpt(memory.content, 70)}
              </td>
              <td class="number">{decimal(score)}</td>
              <td class="number">{decimal(adds)}</td>
            </tr>
          ))}
        </Table>
      )}
    </div>
  );
}
