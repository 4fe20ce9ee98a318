import { instant } from "../base/fields.js";
import { excerpt } from "../base/format.js";
import { isPattern, oneNamespace, scope } from "../base/namespaces.js";
import { addressOf, here, param, place, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { Empty, Failure, Loading } from "../parts/notice.js";
import { Pager } from "../parts/pager.js";
import { Table } from "../parts/table.js";
import { When } from "../parts/when.js";

const PAGE = 25;

/** Which recalls were made in a namespace, the latest first. */
export function Receipts() {
  const ns = oneNamespace();
  return ns === undefined ? <None /> : <InNamespace key={ns} ns={ns} />;
}

function InNamespace({ ns }: { readonly ns: string }) {
  const client = service.value;
  const query = queryOf(place.value.params);
  const { data, error, retry } = useQuery(`receipts ${ns} ${JSON.stringify(query)}`, (signal) =>
    client.get("/v1/namespaces/{ns}/receipts", { path: { ns }, query, signal }),
  );
  const set = (name: string) => (value: string) => setParams({ [name]: value.trim(), cursor: undefined });
  return (
    <>
      <div class="filters">
        <div class="grid">
          <Field label="Agent" value={param("agent")} onChange={set("agent")} />
          <Field label="From" type="datetime-local" value={param("from")} onChange={set("from")} />
          <Field label="Until" type="datetime-local" value={param("to")} onChange={set("to")} />
        </div>
        <p class="hint">
          Recalls that asked for {ns} alone{isPattern(scope()) && ", the largest namespace here"}. A recall of
          several namespaces is opened by its id.
        </p>
      </div>
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={8} />}
      {data !== undefined && error === undefined && (
        <>
          {data.receipts.length === 0 ? <None /> : <Rows receipts={data.receipts} />}
          <Pager next={data.cursor} />
        </>
      )}
    </>
  );
}

function Rows({ receipts }: { readonly receipts: readonly Schemas["ListedReceipt"][] }) {
  return (
    <Table label="Receipts" columns={["When", "Agent", "Question", { number: "Found" }]} cards>
      {receipts.map(({ id, at, agent, query, hits, thread_id: thread }) => (
        <tr key={id}>
          <td>
            <When time={at} exact />
          </td>
          <td>
            <span class="cut" title={agent}>
              {agent}
            </span>
          </td>
          <td class="wide">
            <a class="quoted" dir="auto" href={here({ id })}>
              {excerpt(query, 140)}
            </a>
            {thread !== null && (
              <span class="under">
                thread <a href={addressOf("threads", { thread })}>{excerpt(thread, 40)}</a>
              </span>
            )}
          </td>
          <td class="number found">{hits}</td>
        </tr>
      ))}
    </Table>
  );
}

function None() {
  return (
    <Empty title="No receipt is kept here">
      <p>
        A receipt keeps what was asked, what was found, and how far each hit was trusted. A program’s recalls
        keep one unless the namespace’s settings say otherwise; a recall in{" "}
        <a href={addressOf("ask", { receipt: "1" })}>Ask</a> keeps one on request.
      </p>
      <p>
        Without one: <a href={addressOf("ask")}>Ask</a> the same question as of that time. The audit trail
        shows <a href={addressOf("audit", { verb: "recall" })}>which recalls were made, and when</a>.
      </p>
    </Empty>
  );
}

function queryOf({ agent, from, to, cursor }: Readonly<Record<string, string>>) {
  return {
    limit: PAGE,
    ...(agent === undefined ? {} : { agent_id: [agent] }),
    ...(from === undefined ? {} : { from: instant(from) }),
    ...(to === undefined ? {} : { to: instant(to) }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
