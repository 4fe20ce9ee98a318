import { MnemeError } from "@mneme/client";
import { bytes, count } from "../base/format.js";
import { parseMetrics } from "../base/metrics.js";
import type { Sample } from "../base/metrics.js";
import { useQuery } from "../base/query.js";
import { answerOf, recordOf } from "../base/raw.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Failure, Loading, Note } from "../parts/notice.js";
import { quantile } from "./quantile.js";
import { Table } from "../parts/table.js";

type Metrics = ReadonlyMap<string, readonly Sample[]>;

/** Readiness and latency of the process that answers. */
export function ServiceHealth() {
  const client = service.value;
  const ready = useQuery("ready", readiness);
  const metrics = useQuery("metrics", async (signal) =>
    parseMetrics(await client.get("/metrics", { signal })),
  );
  return (
    <>
      {ready.error !== undefined && <Failure error={ready.error} retry={ready.retry} />}
      {ready.data === undefined && ready.error === undefined && <Loading rows={2} />}
      {ready.data !== undefined && <Ready state={ready.data} />}
      {metrics.error !== undefined && <Failure error={metrics.error} retry={metrics.retry} />}
      {metrics.data === undefined && metrics.error === undefined && <Loading rows={6} />}
      {metrics.data !== undefined && <Figures metrics={metrics.data} />}
    </>
  );
}

/** What isn't ready is an answer too: 503 with the same body. */
async function readiness(signal: AbortSignal): Promise<Schemas["Readiness"]> {
  const answer = await answerOf("/readyz", signal, [200, 503]);
  const body: unknown = await answer.json().catch(() => undefined);
  if (isReadiness(body)) return body;
  throw new MnemeError("bad_answer", "What /readyz answers isn't the readiness of a mneme service.", {
    status: answer.status,
  });
}

const PARTS = ["redis", "index", "upgrade", "embedder"] as const;

/** All that is shown of it is there. */
function isReadiness(body: unknown): body is Schemas["Readiness"] {
  const parts = recordOf(body);
  return PARTS.every((part) => typeof recordOf(parts[part])["status"] === "string");
}

function Ready({ state }: { readonly state: Schemas["Readiness"] }) {
  const parts = [
    ["Redis", state.redis],
    ["Index", state.index],
    ["Upgrade", state.upgrade],
    [`Embedder ${state.embedder.model ?? ""}`, state.embedder],
  ] as const;
  return (
    <>
      <ul class="ready">
        {parts.map(([name, { status, detail }]) => (
          <li key={name} class={`ready-${status}`}>
            <b>{name}</b> <span class="mark">{status}</span>
            {detail !== undefined && <p class="hint">{detail}</p>}
          </li>
        ))}
      </ul>
      {state.redis.warnings?.map(({ reason, detail }) => (
        <Note key={reason}>{detail}</Note>
      ))}
    </>
  );
}

function Figures({ metrics }: { readonly metrics: Metrics }) {
  const memory = metrics.get("mneme_redis_memory_bytes") ?? [];
  const used = memory.find(({ labels }) => labels["kind"] === "used")?.value;
  const most = memory.find(({ labels }) => labels["kind"] === "maximum")?.value;
  return (
    <>
      <h2>Redis memory</h2>
      {used === undefined ? (
        <Note>It hasn’t been measured yet: the service asks every few minutes.</Note>
      ) : (
        <p class="meter-row">
          {most !== undefined && most > 0 && (
            <meter min={0} max={most} value={used} aria-label="Memory used" />
          )}
          <span>
            {bytes(used)} {most !== undefined && most > 0 ? `of ${bytes(most)}` : "used, without a limit"}
          </span>
        </p>
      )}
      <h2>Latency</h2>
      <p class="hint">
        Of this process since its start. Half of the calls took less than the first time, 99 of 100 less than
        the second.
      </p>
      <Latencies
        title="Stages of a recall"
        rows={rowsOf(metrics, "mneme_recall_stage_duration_seconds", ({ stage = "" }) => stage)}
      />
      <Latencies
        title="Embedding"
        rows={rowsOf(
          metrics,
          "mneme_embedding_duration_seconds",
          ({ kind = "", outcome = "" }) => `${kind}, ${outcome}`,
        )}
      />
      <Latencies
        title="Redis"
        rows={rowsOf(
          metrics,
          "mneme_redis_duration_seconds",
          ({ outcome = "" }) => `round trips, ${outcome}`,
        )}
      />
      <Latencies
        title="Requests"
        rows={rowsOf(
          metrics,
          "mneme_http_request_duration_seconds",
          ({ method = "", route = "", status = "" }) => `${method} ${route} ${status}`,
        )}
      />
      <WorkerErrors samples={metrics.get("mneme_worker_errors_total") ?? []} />
    </>
  );
}

interface Row {
  readonly name: string;
  readonly count: number;
  readonly half: number;
  readonly most: number;
}

function rowsOf(metrics: Metrics, name: string, label: (labels: Sample["labels"]) => string): readonly Row[] {
  const buckets = metrics.get(`${name}_bucket`) ?? [];
  const rows = (metrics.get(`${name}_count`) ?? []).map(({ labels, value }) => {
    const own = buckets.filter((bucket) =>
      Object.entries(labels).every(([key, wanted]) => bucket.labels[key] === wanted),
    );
    return { name: label(labels), count: value, half: quantile(own, 0.5), most: quantile(own, 0.99) };
  });
  return rows.toSorted((a, b) => b.count - a.count).slice(0, 12);
}

const ms = (seconds: number): string =>
  Number.isFinite(seconds)
    ? `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`
    : "longer than measured";

function Latencies({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null;
  return (
    <Table
      label={title}
      columns={[title, { number: "Calls" }, { number: "Half within" }, { number: "99 of 100 within" }]}
    >
      {rows.map((row) => (
        <tr key={row.name}>
          <td class="text">{row.name}</td>
          <td class="number">{count(row.count)}</td>
          <td class="number">{ms(row.half)}</td>
          <td class="number">{ms(row.most)}</td>
        </tr>
      ))}
    </Table>
  );
}

function WorkerErrors({ samples }: { readonly samples: readonly Sample[] }) {
  const failed = samples.filter(({ value }) => value > 0);
  if (failed.length === 0) return <Note>No background worker has failed.</Note>;
  return (
    <Note>
      Failures of background workers:{" "}
      {failed.map(({ labels, value }) => `${Object.values(labels).join(" ")} ${count(value)}`).join(", ")}
    </Note>
  );
}
