import { useEffect, useRef, useState } from "preact/hooks";
import { useAct } from "../base/act.js";
import { count, plural } from "../base/format.js";
import { here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Confirm } from "../parts/confirm.js";
import { Empty, Failure, Loading, Note } from "../parts/notice.js";
import { OneNamespace } from "../parts/one-namespace.js";
import { When } from "../parts/when.js";
import { ActionItem } from "./action.js";

type Head = Schemas["ConsolidationHead"];

const POLL_MS = 1_000;
const UNFINISHED: ReadonlySet<string> = new Set(["planning", "running", "undoing"]);

/** What is made of episodes: planned, done, undone. */
export function ConsolidationView() {
  return <OneNamespace title="Consolidation">{(ns) => <Inside key={ns} ns={ns} />}</OneNamespace>;
}

function Inside({ ns }: { readonly ns: string }) {
  const client = service.value;
  const act = useAct();
  const { data, error, retry } = useQuery(`runs ${ns}`, (signal) =>
    client.get("/v1/namespaces/{ns}/consolidations", { path: { ns }, query: { limit: 30 }, signal }),
  );
  const plan = (): void => {
    act.run(async () => {
      const { id } = await client.post("/v1/namespaces/{ns}/consolidations", {
        path: { ns },
        body: { dry_run: true },
      });
      setParams({ run: id, from: undefined });
    }, "A plan is being made. Nothing changes.");
  };
  return (
    <div class="master">
      <section class="master-list" aria-label="Runs">
        <div class="buttons">
          <button type="button" class="button primary" disabled={act.busy} onClick={plan}>
            Plan a dry run
          </button>
        </div>
        <p class="hint">
          A plan shows what a run with the default options would do, so it leaves the episodes of the last 7
          days as they are. It changes nothing.
        </p>
        {act.error !== undefined && <Failure error={act.error} />}
        {error !== undefined && <Failure error={error} retry={retry} />}
        {data === undefined && error === undefined && <Loading rows={4} />}
        {data?.consolidations.length === 0 && <Note>No run was made here yet.</Note>}
        <ul class="choices">
          {data?.consolidations.map((run) => (
            <li key={run.id}>
              <a
                href={here({ run: run.id, from: undefined })}
                {...(run.id === param("run") ? { "aria-current": "true" as const } : {})}
              >
                <span>{titleOf(run)}</span>
                <span class="faint">
                  {count(run.planned)}, <When time={run.created_at} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      {param("run") === "" ? (
        <Empty title="Choose a run, or plan one">
          <p>
            Consolidation merges what says the same, summarises clusters, extracts facts and procedures, and
            expires what isn’t read. Each run can be undone.
          </p>
        </Empty>
      ) : (
        <Run key={param("run")} ns={ns} id={param("run")} onStatus={retry} />
      )}
    </div>
  );
}

const titleOf = ({ status, options }: Head): string => (options.dry_run ? `plan, ${status}` : status);

interface RunProps {
  readonly ns: string;
  readonly id: string;
  /** Called when the run got another status than the one that was read first. */
  readonly onStatus: () => void;
}

function Run({ ns, id, onStatus }: RunProps) {
  const client = service.value;
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const status = useRef<Head["status"] | undefined>(undefined);
  const path = { ns, id };
  const from = Number(param("from")) || 0;
  const { data, error, retry } = useQuery(`run ${ns} ${id} ${from}`, (signal) =>
    client.get("/v1/namespaces/{ns}/consolidations/{id}", { path, query: { from, limit: 50 }, signal }),
  );
  const unfinished = data !== undefined && UNFINISHED.has(data.status);
  useEffect(() => {
    if (!unfinished) return undefined;
    const timer = setTimeout(retry, POLL_MS);
    return () => clearTimeout(timer);
  }, [data]);
  useEffect(() => {
    if (data === undefined) return;
    if (status.current !== undefined && status.current !== data.status) onStatus();
    status.current = data.status;
  }, [data?.status]);
  const runPlan = (options: Head["options"]): void => {
    act.run(async () => {
      const begun = await client.post("/v1/namespaces/{ns}/consolidations", {
        path: { ns },
        body: { ...options, dry_run: false },
      });
      setParams({ run: begun.id, from: undefined });
    }, "The run has begun.");
  };
  return (
    <section class="master-detail" aria-label="Run">
      <h2>{data === undefined ? "Run" : titleOf(data)}</h2>
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={5} />}
      {data !== undefined && (
        <>
          <p class="meta" role="status">
            <span>by {data.agent}</span>
            <When time={data.created_at} exact />
            <span>{data.options.steps.join(", ")}</span>
            <span>
              {count(data.settled)} of {plural(data.planned, "action")} settled
            </span>
            {data.llm_calls > 0 && <span>{count(data.llm_tokens)} tokens of a language model</span>}
          </p>
          {data.error !== null && <Note>It failed: {data.error}</Note>}
          <div class="buttons">
            {data.options.dry_run && data.status === "planned" && data.planned > 0 && (
              <button
                type="button"
                class="button primary"
                disabled={act.busy}
                aria-expanded={asking}
                onClick={() => setAsking(!asking)}
              >
                Run it
              </button>
            )}
            {data.status === "done" && (
              <button
                type="button"
                class="button"
                disabled={act.busy}
                onClick={() =>
                  act.run(
                    () => client.post("/v1/namespaces/{ns}/consolidations/{id}/undo", { path }),
                    "The run is being undone.",
                  )
                }
              >
                Undo this run
              </button>
            )}
          </div>
          {asking && (
            <Confirm
              label="Run now"
              cancel="Not now"
              busy={act.busy}
              onConfirm={() => runPlan(data.options)}
              onCancel={() => setAsking(false)}
            >
              This changes memories of {ns}: {data.options.steps.join(", ")}, with the options of this plan.
              The run plans again, so it also takes what was written since. It can be undone.
            </Confirm>
          )}
          {act.error !== undefined && <Failure error={act.error} />}
          {data.actions.length === 0 && !unfinished && <Note>There is nothing to do.</Note>}
          <ol class="run-actions">
            {data.actions.map((action, index) => (
              <ActionItem key={from + index} action={action} ns={ns} />
            ))}
          </ol>
          {data.next !== null && <a href={here({ from: data.next })}>More actions</a>}
        </>
      )}
    </section>
  );
}
