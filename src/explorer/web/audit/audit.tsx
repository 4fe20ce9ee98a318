import { instant } from "../base/fields.js";
import { count, plural } from "../base/format.js";
import { isPattern, scope } from "../base/namespaces.js";
import { addressOf, here, param, place, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { useRequest } from "../base/request.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Check, Field, Select } from "../parts/controls.js";
import { Empty, Failure, Loading, Note } from "../parts/notice.js";
import { Pager } from "../parts/pager.js";
import { Table } from "../parts/table.js";
import { When } from "../parts/when.js";
import { VERBS } from "./verbs.js";
import type { Verb } from "./verbs.js";
import { verify } from "./verify.js";
import type { Verdict } from "./verify.js";

const LONGEST_MS = 300_000;

type Entry = Schemas["AuditEntry"];

/** Who read or wrote what, and when. */
export function AuditView() {
  const client = service.value;
  const query = queryOf(place.value.params);
  const { data, error, loading, retry } = useQuery(JSON.stringify(query), (signal) =>
    client.get("/v1/audit", { query, signal }),
  );
  return (
    <>
      <header class="head">
        <h1>Audit</h1>
        <p class="status">of {scope() === "**" ? "all namespaces" : scope()}</p>
      </header>
      <Filters />
      <Verify key={`${scope()} ${param("from")} ${param("to")}`} />
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={10} />}
      {data !== undefined && error === undefined && (
        <div class={loading ? "stale" : ""}>
          {data.entries.length === 0 ? (
            <Empty title={data.cursor === null ? "No entry matches" : "None among these entries"}>
              {data.cursor !== null && <p>One page checks 5,000 entries: go on to the next.</p>}
            </Empty>
          ) : (
            <Entries entries={data.entries} />
          )}
          <Pager next={data.cursor} />
        </div>
      )}
    </>
  );
}

function Filters() {
  const set = (name: string) => (value: string) => setParams({ [name]: value.trim(), cursor: undefined });
  return (
    <div class="filters">
      <div class="grid">
        <Field label="Memory or key" value={param("id")} onChange={set("id")} />
        <Field label="Agent" value={param("agent")} onChange={set("agent")} />
        <Select
          label="Act"
          value={param("verb")}
          options={[["", "all"], ...VERBS.map((verb) => [verb, verb] as const)]}
          onChange={set("verb")}
        />
        <Field label="From" type="datetime-local" value={param("from")} onChange={set("from")} />
        <Field label="Until" type="datetime-local" value={param("to")} onChange={set("to")} />
      </div>
      <p class="checks">
        <Check
          label="Only refusals"
          checked={param("outcome") === "denied"}
          onChange={(on) => setParams({ outcome: on ? "denied" : "", cursor: undefined })}
        />
      </p>
    </div>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <Table label="Entries" columns={["When", "Agent", "Act", "Outcome", "Namespace", "What"]} cards>
      {entries.map((entry) => (
        <tr key={`${entry.namespace} ${entry.id}`}>
          <td>
            <When time={entry.at} exact />
          </td>
          <td>
            <a class="cut" title={entry.agent} href={here({ agent: entry.agent, cursor: undefined })}>
              {entry.agent}
            </a>
          </td>
          <td>{entry.verb}</td>
          <td>{entry.outcome === "denied" ? <b class="minus">denied</b> : entry.outcome}</td>
          <td>{entry.namespace ?? <span class="faint">none</span>}</td>
          <td class="text">
            <Ids entry={entry} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const MOST_IDS = 4;

function Ids({ entry }: { readonly entry: Entry }) {
  const { ids, namespace, other } = entry;
  return (
    <>
      {ids.slice(0, MOST_IDS).map((id) =>
        namespace !== null && ULID.test(id) ? (
          <a key={id} class="id" href={here({ m: id, in: namespace })} title={id}>
            …{id.slice(-6)}
          </a>
        ) : (
          <code key={id}>{id.length > 40 ? `${id.slice(0, 40)}…` : id}</code>
        ),
      )}
      {ids.length > MOST_IDS && <span class="faint"> and {ids.length - MOST_IDS} more </span>}
      {other !== undefined &&
        (entry.verb === "receipt.read" || entry.verb === "receipt.replay" ? (
          <a href={addressOf("receipts", { id: other })}>receipt …{other.slice(-6)}</a>
        ) : (
          <span class="faint"> {other}</span>
        ))}
    </>
  );
}

function Verify() {
  const { from, to } = place.value.params;
  const { busy, data, error, ask } = useRequest((signal) => {
    const times = {
      ...(from === undefined ? {} : { from: instant(from) }),
      ...(to === undefined ? {} : { to: instant(to) }),
    };
    return verify(scope(), times, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]));
  });
  return (
    <div class="verify">
      <button type="button" class="button" disabled={busy} onClick={ask}>
        {busy ? "Verifying" : "Verify the hash chain"}
      </button>
      <p class="hint" role="status">
        {data === undefined
          ? `Reads the entries of ${isPattern(scope()) ? "these namespaces" : "this namespace"} within the times above, and recomputes each hash in this browser.`
          : textOf(data)}
      </p>
      {error !== undefined && <Failure error={error} />}
      {data !== undefined && data.broken.length > 0 && (
        <Note>
          Broken at {data.broken.slice(0, 5).join("; ")}. Run npm run audit:verify for all that it can tell.
        </Note>
      )}
    </div>
  );
}

function textOf({ entries, trails, broken, erased }: Verdict): string {
  const seen = `${plural(entries, "entry", "entries")} in ${plural(trails, "trail")}`;
  const pseudonymised =
    erased === 0
      ? ""
      : ` ${count(erased)} were pseudonymised by an erasure, and only their place was checked.`;
  return broken.length === 0
    ? `Sound: ${seen}.${pseudonymised}`
    : `Not sound: ${count(broken.length)} of ${plural(trails, "trail")} ${broken.length === 1 ? "is" : "are"} broken.`;
}

const isVerb = (name: string | undefined): name is Verb => VERBS.some((verb) => verb === name);

function queryOf(params: Readonly<Record<string, string>>) {
  const { id, agent, verb, outcome, from, to, cursor } = params;
  return {
    limit: 50,
    ...(scope() === "**" ? {} : { namespace: scope() }),
    ...(id === undefined ? {} : { id }),
    ...(agent === undefined ? {} : { agent }),
    ...(isVerb(verb) ? { verb: [verb] } : {}),
    ...(outcome === undefined ? {} : { outcome: [outcome] }),
    ...(from === undefined ? {} : { from: instant(from) }),
    ...(to === undefined ? {} : { to: instant(to) }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
