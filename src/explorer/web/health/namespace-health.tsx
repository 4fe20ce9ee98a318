import { ago, bytes, compact, count, excerpt, minute, nearDay, plural, span } from "../base/format.js";
import { addressOf, here } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Memory, Schemas } from "../base/service.js";
import { TypeLabel } from "../parts/labels.js";
import { Failure, Loading, Note } from "../parts/notice.js";
import { Table } from "../parts/table.js";
import { Bars } from "./bars.js";

const WITHIN = [
  ["1h", "an hour"],
  ["1d", "a day"],
  ["7d", "7 days"],
  ["30d", "30 days"],
] as const;

type Stats = Schemas["NamespaceStats"];

/** What a namespace holds, how it grew, and what ends next. */
export function NamespaceHealth({ ns }: { readonly ns: string }) {
  const client = service.value;
  const { data, error, retry } = useQuery(
    `stats ${ns}`,
    (signal) => client.get("/v1/namespaces/{ns}/stats", { path: { ns }, signal }),
    { fresh: true },
  );
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading rows={8} />;
  const { by_type: types, embedding, growth } = data;
  const month = growth.reduce((sum, { memories }) => sum + memories, 0);
  return (
    <>
      <dl class="figures">
        <Figure name="Memories" value={compact(data.memories)} note={bytes(data.bytes)} />
        <Figure name="Episodic" value={compact(types.episodic.memories)} note={bytes(types.episodic.bytes)} />
        <Figure name="Semantic" value={compact(types.semantic.memories)} note={bytes(types.semantic.bytes)} />
        <Figure
          name="Procedural"
          value={compact(types.procedural.memories)}
          note={bytes(types.procedural.bytes)}
        />
        <Figure
          name="Superseded"
          value={compact(data.superseded.memories)}
          note={bytes(data.superseded.bytes)}
        />
        <Figure
          name="Waiting for embedding"
          value={compact(embedding.pending + embedding.partial)}
          note={embedding.refused > 0 ? `${count(embedding.refused)} refused` : "none refused"}
        />
      </dl>
      {!data.complete && <Note>The count was cut short: it covers the memories recorded last.</Note>}
      <h2>What ends next</h2>
      <p class="meta">
        {WITHIN.map(([within, words]) => (
          <span key={within}>
            <b>{count(data.expiring.within[within])}</b> deleted within {words}
          </span>
        ))}
        <span>{count(data.expired)} were deleted so far</span>
      </p>
      <Ending ns={ns} ends={endsOf(data)} />
      <h2>Growth</h2>
      <Bars
        label={`${count(month)} memories of the last ${growth.length} days still exist.`}
        bars={growth.map(({ day, memories, bytes: size }) => ({
          label: day,
          value: memories,
          title: `${day}: ${plural(memories, "memory", "memories")}, ${bytes(size)}`,
        }))}
      />
      <h2>What is kept besides</h2>
      <Kept ns={ns} stats={data} />
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function Figure({ name, value, note }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> <small>{note}</small>
      </dd>
    </div>
  );
}

interface End {
  readonly id: string;
  readonly at: string;
  /** What happens then. */
  readonly means: string;
}

/** Ends of both kinds, soonest first. */
function endsOf({ expiring, ending_validity: validity }: Stats): readonly End[] {
  return [
    ...expiring.next.map(({ id, expires_at: at }) => ({ id, at, means: "it is deleted" })),
    ...validity.map(({ id, valid_to: at }) => ({ id, at, means: "it stays, but no longer holds" })),
  ].toSorted((one, other) => one.at.localeCompare(other.at));
}

function Ending({ ns, ends }: { readonly ns: string; readonly ends: readonly End[] }) {
  const client = service.value;
  const { data, error } = useQuery(`ending ${ns} ${ends.map(({ id }) => id).join()}`, (signal) =>
    Promise.all(
      ends.map(({ id }) =>
        client.get("/v1/namespaces/{ns}/memories/{id}", { path: { ns, id }, signal }).catch(() => undefined),
      ),
    ),
  );
  if (ends.length === 0)
    return <Note>Nothing here ends within 30 days, and no memory has a time to live.</Note>;
  if (error !== undefined) return <Failure error={error} />;
  const known = new Map<string, Memory>(
    data?.flatMap((memory) => (memory === undefined ? [] : [[memory.id, memory] as const])),
  );
  return (
    <Table label="What ends next" columns={["Ends", "Memory", "Then", "Type"]} cards>
      {ends.map(({ id, at, means }) => {
        const memory = known.get(id);
        return (
          <tr key={`${id} ${means}`}>
            <td>
              <EndsAt time={at} />
            </td>
            <td class="wide">
              <a class="quoted" dir="auto" href={here({ m: id, in: ns })}>
                {memory === undefined ? id : excerpt(memory.content, 120)}
              </a>
            </td>
            <td>{means}</td>
            <td>{memory !== undefined && <TypeLabel memory={memory} />}</td>
          </tr>
        );
      })}
    </Table>
  );
}

/** An end by its day, with how far it is. */
function EndsAt({ time }: { readonly time: string }) {
  const near = nearDay(time);
  return (
    <time dateTime={time} title={time}>
      {near !== undefined && <b>{near}, </b>}
      {minute(time)} <span class="faint">({ago(time)})</span>
    </time>
  );
}

function Kept({ ns, stats }: { readonly ns: string; readonly stats: Stats }) {
  const { kept, retention, archive } = stats;
  const rows = [
    ["Receipts of recalls", kept.receipts.entries, kept.receipts.bytes, retention.receipts_seconds],
    ["Audit entries", kept.audit.entries, kept.audit.bytes, retention.audit_seconds],
    [
      "Changes of state",
      kept.state_changes.entries,
      kept.state_changes.bytes,
      retention.state_history_seconds,
    ],
    ["State with its old versions", kept.state.entries, kept.state.bytes, null],
    ["Notes of deletions", kept.deletions.entries, kept.deletions.bytes, 400 * 86_400],
    ["Archived memories", archive.memories, archive.bytes, null],
  ] as const;
  return (
    <>
      <Table
        label="What is kept besides"
        columns={["What", { number: "Number" }, { number: "Size" }, "Kept for"]}
      >
        {rows.map(([name, number, size, seconds]) => (
          <tr key={name}>
            <td>{name}</td>
            <td class="number">{count(number)}</td>
            <td class="number">{bytes(size)}</td>
            <td>{seconds === null ? "as set" : seconds === 0 ? "not kept" : span(seconds)}</td>
          </tr>
        ))}
      </Table>
      <p class="hint">
        {retention.overdue > 0 &&
          `${count(retention.overdue)} memories are past their retention, and about to be deleted. `}
        <a href={addressOf("audit", { ns })}>See the audit trail</a>
      </p>
    </>
  );
}
