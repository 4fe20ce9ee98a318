import { instant, listOf } from "../base/fields.js";
import { count, excerpt } from "../base/format.js";
import { isPattern, namespaces, scope } from "../base/namespaces.js";
import { addressOf, here, param, place, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Memory, MemoryType } from "../base/service.js";
import { Check, Field, Select } from "../parts/controls.js";
import { Marks, Trust, TypeLabel } from "../parts/labels.js";
import { Empty, Failure, Loading } from "../parts/notice.js";
import { Pager } from "../parts/pager.js";
import { Table } from "../parts/table.js";
import { When } from "../parts/when.js";

const PAGE = 25;
const FILTERS = [
  "type",
  "agent",
  "session",
  "tags",
  "subject",
  "from",
  "to",
  "superseded",
  "archived",
  "order",
];

/** What there is, page by page. */
export function MemoriesView() {
  const ns = scope();
  const { params } = place.value;
  const client = service.value;
  const query = queryOf(params);
  const { data, error, loading, retry } = useQuery(JSON.stringify([ns, query]), (signal) =>
    isPattern(ns)
      ? client.get("/v1/list", { query: { ...withoutOrder(query), namespace: ns }, signal })
      : client.get("/v1/namespaces/{ns}/memories", { path: { ns }, query, signal }),
  );
  const total = namespaces.value?.find(({ namespace }) => namespace === ns)?.memories;
  return (
    <>
      <header class="head">
        <h1>Memories</h1>
        <p class="status">
          {total !== undefined && `${count(total)} in this namespace. `}
          <a href={addressOf("health", { ns })}>What ends next</a>
        </p>
      </header>
      <ListFilters pattern={isPattern(ns)} />
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={10} />}
      {data !== undefined && error === undefined && (
        <div class={loading ? "stale" : ""}>
          {data.memories.length === 0 ? (
            <Nothing
              filtered={FILTERS.some((name) => params[name] !== undefined)}
              more={data.cursor !== null}
            />
          ) : (
            <Rows memories={data.memories} showNamespace={isPattern(ns)} />
          )}
          <Pager next={data.cursor} />
        </div>
      )}
    </>
  );
}

function Nothing({ filtered, more }: { readonly filtered: boolean; readonly more: boolean }) {
  if (more) return <Empty title="None on this page">More may follow: go to the next page.</Empty>;
  return filtered ? (
    <Empty title="No memory matches">
      <p>
        <a href={here(Object.fromEntries(FILTERS.map((name) => [name, undefined])))}>Clear all filters</a>
      </p>
    </Empty>
  ) : (
    <Empty
      title="Nothing is remembered here yet"
      command={`curl ${location.origin}/v1/namespaces/${isPattern(scope()) ? "acme.support" : scope()}/memories -H 'content-type: application/json' \\
  -d '{"memory_type":"semantic","content":"Customer account ID is CX-7742-B."}'`}
    />
  );
}

const TYPE_OPTIONS = [
  ["", "all"],
  ["episodic", "episodic: what happened"],
  ["semantic", "semantic: what is known"],
  ["procedural", "procedural: how to do things"],
] as const;

function ListFilters({ pattern }: { readonly pattern: boolean }) {
  const set = (name: string) => (value: string) => setParams({ [name]: value, cursor: undefined });
  return (
    <div class="filters">
      <div class="grid">
        <Select label="Type" value={param("type")} options={TYPE_OPTIONS} onChange={set("type")} />
        <Field label="Agent" value={param("agent")} onChange={set("agent")} />
        <Field label="Session" value={param("session")} onChange={set("session")} />
        <Field label="Tags" value={param("tags")} onChange={set("tags")} />
        <Field label="Fact about" value={param("subject")} onChange={set("subject")} />
        <Field label="Happened from" type="datetime-local" value={param("from")} onChange={set("from")} />
        <Field label="Happened until" type="datetime-local" value={param("to")} onChange={set("to")} />
        {!pattern && (
          <Select
            label="Order"
            value={param("order")}
            options={[
              ["", "newest first"],
              ["asc", "oldest first"],
            ]}
            onChange={set("order")}
          />
        )}
      </div>
      {pattern ? (
        <p class="hint">
          A list over several namespaces is sorted by namespace. Choose one namespace for more filters.
        </p>
      ) : (
        <p class="checks">
          <Check
            label="Superseded"
            checked={param("superseded") !== ""}
            onChange={(on) => set("superseded")(on ? "true" : "")}
          />
          <Check
            label="Archived"
            checked={param("archived") !== ""}
            onChange={(on) => set("archived")(on ? "true" : "")}
          />
        </p>
      )}
    </div>
  );
}

interface TableProps {
  readonly memories: readonly Memory[];
  readonly showNamespace: boolean;
}

function Rows({ memories, showNamespace }: TableProps) {
  return (
    <Table label="Memories" columns={["Memory", "Type", "Author", "Happened", "Trust", "Ends"]} cards>
      {memories.map((memory) => (
        <tr key={`${memory.namespace}/${memory.id}`}>
          <td class="wide">
            <a class="quoted" dir="auto" href={here({ m: memory.id, in: memory.namespace })}>
              {excerpt(memory.content, 140)}
            </a>
            <span class="under">
              {showNamespace && <span>{memory.namespace}</span>}
              {memory.key !== null && <span dir="auto">key {memory.key}</span>}
              <Marks memory={memory} />
            </span>
          </td>
          <td>
            <TypeLabel memory={memory} />
          </td>
          <td>
            <span class="cut" title={memory.source_agent}>
              {memory.source_agent}
            </span>
          </td>
          <td>
            <When time={memory.timestamp} />
          </td>
          <td>
            <Trust value={memory.trust} headed />
          </td>
          <td class="ends">
            <When time={memory.expires_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

const isType = (value: string | undefined): value is MemoryType =>
  value === "episodic" || value === "semantic" || value === "procedural";

function queryOf(params: Readonly<Record<string, string>>) {
  const { type, agent, session, tags, subject, from, to, superseded, archived, order, cursor } = params;
  return {
    limit: PAGE,
    ...(isType(type) ? { memory_type: [type] } : {}),
    ...(agent === undefined ? {} : { agent_id: [agent] }),
    ...(session === undefined ? {} : { session_id: [session] }),
    ...(tags === undefined ? {} : { tag: listOf(tags) }),
    ...(subject === undefined ? {} : { fact_subject: [subject] }),
    ...(from === undefined ? {} : { from: instant(from) }),
    ...(to === undefined ? {} : { to: instant(to) }),
    ...(superseded === "true" ? { superseded: "true" as const } : {}),
    ...(archived === "true" ? { archived: "true" as const } : {}),
    ...(order === "asc" ? { order: "asc" as const } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** What a list over several namespaces takes. */
function withoutOrder({ superseded: _superseded, order: _order, ...rest }: ReturnType<typeof queryOf>) {
  return rest;
}
