import { useEffect, useRef } from "preact/hooks";
import { count, plural } from "../base/format.js";
import { isPattern, namespacesInside, scope } from "../base/namespaces.js";
import { addressOf, here, param, place, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Tabs } from "../parts/controls.js";
import { CopyButton } from "../parts/copy.js";
import { Json } from "../parts/json.js";
import { Marks, Trust, TypeLabel } from "../parts/labels.js";
import { Empty, Failure, Loading } from "../parts/notice.js";
import { MemoryText } from "../parts/text.js";
import { When } from "../parts/when.js";
import { fatesOf, newOf } from "./compare.js";
import type { Fate } from "./compare.js";
import { AskFilters } from "./filters.js";
import { HitCard } from "./hit.js";
import { Questions } from "./questions.js";
import { recallOf, todayOf } from "./request.js";
import type { RecallRequest } from "./request.js";
import { TimeTravel } from "./time-travel.js";
import { firstRecorded, MOST_NAMESPACES, newest } from "./recorded.js";
import { Trace } from "./trace.js";

const SHOWS = [
  ["results", "Results"],
  ["trace", "Trace"],
  ["json", "JSON"],
] as const;

const MISSING = {
  keyword: "The search by words was unavailable: this answer is by meaning alone.",
  vector: "The search by meaning was unavailable, as without an embedder: this answer is by words alone.",
  ranking: "What times, sessions and links add to scores wasn’t there in time.",
  rerank: "The reranker was unavailable: the hits keep their own order.",
  turns: "The turns around the hits weren’t there in time.",
  hits: "Some hits were found, but couldn’t be read in time.",
  receipt: "The receipt couldn’t be stored in time.",
  archive: "The archive was unavailable: archived texts are cut.",
} as const;

const STORE = (): string =>
  `curl ${location.origin}/v1/namespaces/acme.support/memories -H 'content-type: application/json' \\
  -d '{"memory_type":"semantic","content":"Customer account ID is CX-7742-B."}'`;

/** A recall, and why it answers as it does. */
export function AskView() {
  const asked = param("q");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current !== null) input.current.value = asked;
  }, [asked]);
  return (
    <>
      <h1 class="hidden">Ask</h1>
      <form
        class="ask"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setParams({ q: input.current?.value.trim() });
        }}
      >
        <label class="hidden" for="ask-query">
          Question
        </label>
        <input
          id="ask-query"
          ref={input}
          type="search"
          defaultValue={asked}
          placeholder="Ask what is remembered"
          autocomplete="off"
        />
        <button type="submit" class="button primary">
          Ask
        </button>
      </form>
      <AskFilters />
      {asked === "" ? (
        <>
          <Questions onAsk={() => input.current?.focus()} />
          <Newest />
        </>
      ) : (
        <Answer />
      )}
    </>
  );
}

function Answer() {
  const client = service.value;
  const request = recallOf(place.value.params);
  const past = request.as_of !== undefined || request.valid_at !== undefined;
  const recall = (body: RecallRequest) => (signal: AbortSignal) =>
    client.post("/v1/recall", { body, signal });
  const then = useQuery(JSON.stringify(request), recall(request));
  const today = todayOf(request);
  const now = useQuery(past ? JSON.stringify(today) : undefined, recall(today), { fresh: true });
  // Both have to be answers to this question.
  const compared = past && !then.loading ? now.data?.hits : undefined;
  const inside = namespacesInside(MOST_NAMESPACES);
  const first = useQuery(inside === undefined ? undefined : `first ${inside.join()}`, (signal) =>
    firstRecorded(inside ?? [], signal),
  );
  const show = param("show") === "" ? "results" : param("show");
  const shown = then.data;
  const validTimes = (shown?.hits ?? []).flatMap(({ memory }) =>
    [memory.valid_from, memory.valid_to].flatMap((time) => (time === null ? [] : [Date.parse(time)])),
  );
  const recordedFrom = first.data ?? Date.now() - 86_400_000;
  return (
    <>
      <TimeTravel
        recordedFrom={recordedFrom}
        validFrom={Math.min(recordedFrom, ...validTimes)}
        validTo={Math.max(Date.now(), ...validTimes)}
      />
      <div class="bar">
        <Tabs
          label="Answer as"
          current={show}
          tabs={SHOWS}
          address={(name) => here({ show: name === "results" ? "" : name })}
        />
        <p class="status" role="status">
          {then.loading
            ? "Searching"
            : shown === undefined
              ? ""
              : `${plural(shown.hits.length, "hit")} in ${Math.round(then.ms)} ms`}
        </p>
      </div>
      {then.error !== undefined && <Failure error={then.error} retry={then.retry} />}
      {shown === undefined && then.error === undefined && <Loading rows={5} />}
      {shown !== undefined && then.error === undefined && (
        <div class={then.loading ? "stale" : ""}>
          {shown.degraded.length > 0 && (
            <p class="note">{shown.degraded.map((part) => MISSING[part]).join(" ")}</p>
          )}
          {shown.receipt_id !== null && (
            <p class="note">
              A receipt was kept:{" "}
              <a href={addressOf("receipts", { id: shown.receipt_id })}>{shown.receipt_id}</a>
            </p>
          )}
          {show === "trace" && <Trace answer={shown} ms={then.ms} />}
          {show === "json" && (
            <>
              <CopyButton label="Copy as curl" text={curlOf(request)} />
              <Json label="Request" value={request} />
              <Json label="Answer" value={shown} />
            </>
          )}
          <OverBudget answer={shown} />
          {past && now.error !== undefined && (
            <>
              <p class="note">Today’s answer, to compare with, couldn’t be read.</p>
              <Failure error={now.error} retry={now.retry} />
            </>
          )}
          {show === "results" && <Results hits={shown.hits} today={compared} />}
        </div>
      )}
    </>
  );
}

interface OverBudgetProps {
  readonly answer: Schemas["RecallResponse"];
}

/** What a budget of tokens left no room for. */
function OverBudget({ answer: { tokens, omitted = [] } }: OverBudgetProps) {
  if (tokens === undefined) return null;
  return (
    <p class="note">
      The hits take {count(tokens)} tokens.
      {omitted.length > 0 && ` There was no room for ${plural(omitted.length, "more", "more")}: `}
      {omitted.map(({ namespace, id, tokens: size }) => (
        <a key={id} class="id" href={here({ m: id, in: namespace })}>
          …{id.slice(-6)} ({count(size)})
        </a>
      ))}
    </p>
  );
}

type Hits = Parameters<typeof fatesOf>[0];

function Results({ hits, today }: { readonly hits: Hits; readonly today: Hits | undefined }) {
  const best = Math.max(...hits.map(({ score }) => score));
  const fates = today === undefined ? undefined : fatesOf(hits, today);
  const added = today === undefined ? [] : newOf(hits, today);
  return (
    <>
      {hits.length === 0 && (
        <Empty title="Nothing was found">
          <p>
            No memory of {scope()} fits the filters. A filter is never relaxed.{" "}
            <a href={addressOf("ask", { q: param("q"), ns: "**" })}>Ask everywhere, without filters</a>
          </p>
        </Empty>
      )}
      {fates !== undefined && <p class="note">{changesOf(fates, added.length)}</p>}
      <ol class="hits">
        {hits.map((hit, index) => (
          <HitCard
            key={`${hit.memory.namespace}/${hit.memory.id}`}
            hit={hit}
            place={index + 1}
            best={best}
            next={hits[index + 1]}
            fate={fates?.[index]}
          />
        ))}
      </ol>
      {added.length > 0 && (
        <section class="apart">
          <h2>Only in today’s answer</h2>
          <ol class="hits">
            {added.map((hit) => (
              <HitCard
                key={`${hit.memory.namespace}/${hit.memory.id}`}
                hit={hit}
                place={(today?.indexOf(hit) ?? 0) + 1}
                best={Math.max(best, hit.score)}
                next={today?.[today.indexOf(hit) + 1]}
                fate={undefined}
              />
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function changesOf(fates: readonly Fate[], added: number): string {
  const gone = fates.filter(({ kind }) => kind === "absent").length;
  const revised = fates.filter(({ kind }) => kind === "revised").length;
  if (gone + revised + added === 0) return "Today’s answer holds the same memories.";
  return `Since then, ${plural(revised, "hit was", "hits were")} revised, ${gone} left the answer, and ${added} came in.`;
}

const curlOf = (request: RecallRequest): string =>
  `curl ${location.origin}/v1/recall -H 'content-type: application/json' \\\n  -d '${JSON.stringify(request).replaceAll("'", String.raw`'\''`)}'`;

/** What there is before anything is asked. */
function Newest() {
  const inside = namespacesInside(MOST_NAMESPACES);
  const { data, error, retry } = useQuery(
    inside === undefined ? undefined : `newest ${inside.join()}`,
    (signal) => newest(inside ?? [], signal),
  );
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading rows={5} />;
  if (data.length === 0) {
    return (
      <Empty title="Nothing is remembered here yet" command={STORE()}>
        <p>Store a first memory, then ask for it.</p>
      </Empty>
    );
  }
  return (
    <section>
      <div class="bar">
        <h2>Recorded last</h2>
        <a href={addressOf("memories", { ns: scope() })}>All memories</a>
      </div>
      <ul class="hits">
        {data.map((memory) => (
          <li key={`${memory.namespace}/${memory.id}`} class="hit">
            <div class="hit-body">
              <MemoryText text={memory.content} />
              <p class="meta">
                <TypeLabel memory={memory} />
                <span>{memory.source_agent}</span>
                <When time={memory.recorded_at} />
                <Trust value={memory.trust} />
                <Marks memory={memory} />
                {isPattern(scope()) && <span>{memory.namespace}</span>}
                <a href={here({ m: memory.id, in: memory.namespace })}>Open</a>
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
