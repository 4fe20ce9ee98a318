import { plural } from "../base/format.js";
import { addressOf, here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { Empty, Failure, Loading, Note } from "../parts/notice.js";
import { When } from "../parts/when.js";
import { CheckpointDetail } from "./checkpoint.js";
import { loadCheckpoints } from "./load.js";
import { treeOf } from "./tree.js";
import type { Branch } from "./tree.js";

/** Runs of LangGraph: their checkpoints, with forks. */
export function ThreadsView() {
  return (
    <>
      <header class="head">
        <h1>Threads</h1>
        <p class="status">LangGraph runs of @mneme/checkpointer</p>
      </header>
      <div class="master">
        <List />
        {param("thread") === "" ? (
          <Empty title="Choose a thread">
            <p>Its checkpoints stand as a tree: where a run was forked, and where it waits for a person.</p>
          </Empty>
        ) : (
          <Thread key={`${param("tenant")} ${param("thread")}`} id={param("thread")} />
        )}
      </div>
    </>
  );
}

function List() {
  const client = service.value;
  const [cursor, namespace] = [param("cursor"), param("tenant")];
  const { data, error, retry } = useQuery(`threads ${namespace} ${cursor}`, (signal) =>
    client.get("/v1/threads", {
      query: {
        limit: 30,
        ...(cursor === "" ? {} : { cursor }),
        ...(namespace === "" ? {} : { namespace }),
      },
      signal,
    }),
  );
  return (
    <section class="master-list" aria-label="Threads">
      <Field
        label="Namespace of the saver"
        value={namespace}
        placeholder="none"
        onChange={(value) => setParams({ tenant: value, cursor: undefined })}
      />
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={5} />}
      {data?.threads.length === 0 && (
        <Empty title="No threads here" command="npm install @mneme/checkpointer">
          <p>RedisSaver keeps a graph’s checkpoints in this Redis, under the service’s key prefix.</p>
        </Empty>
      )}
      <ul class="choices">
        {data?.threads.map((thread) => (
          <li key={thread.thread_id}>
            <a
              href={here({ thread: thread.thread_id, cp: undefined })}
              {...(thread.thread_id === param("thread") ? { "aria-current": "true" as const } : {})}
            >
              <span dir="auto">{thread.thread_id}</span>
              <span class="faint">
                {plural(thread.checkpoints, "step")}, <When time={thread.created_at} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {typeof data?.cursor === "string" && <a href={here({ cursor: data.cursor })}>More threads</a>}
    </section>
  );
}

function Thread({ id }: { readonly id: string }) {
  const namespace = param("tenant");
  const { data, error, retry } = useQuery(`thread ${namespace} ${id}`, (signal) =>
    loadCheckpoints(id, namespace, signal),
  );
  const chosen = param("cp");
  const checkpoint = data?.checkpoints.find((each) => each.id === chosen) ?? data?.checkpoints[0];
  const parent = data?.checkpoints.find((each) => each.id === checkpoint?.parent_id);
  return (
    <section class="master-detail" aria-label={id}>
      <h2 dir="auto">{id}</h2>
      {error?.status === 404 && <Unknown id={id} />}
      {error !== undefined && error.status !== 404 && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={5} />}
      {data !== undefined && (
        <>
          <p class="meta">{plural(data.checkpoints.length, "checkpoint")}</p>
          <div class="tree">
            {treeOf(data.checkpoints).map((branch) => (
              <BranchItem key={branch.steps[0]?.id} branch={branch} chosen={checkpoint?.id} />
            ))}
          </div>
          {data.more && <Note>Only the latest checkpoints are shown.</Note>}
          {checkpoint !== undefined && <CheckpointDetail checkpoint={checkpoint} parent={parent} />}
        </>
      )}
    </section>
  );
}

/** A recall names its thread itself, so a receipt may lead to one that has no checkpoints here. */
function Unknown({ id }: { readonly id: string }) {
  const namespace = param("tenant");
  return (
    <Empty title="No checkpoints of this thread are here">
      <p>
        A recall says itself of which thread it is. Its checkpoints are here if its graph keeps them with
        RedisSaver in this Redis
        {namespace === ""
          ? "; a saver with a namespace has its threads under that name."
          : ", under this namespace."}
      </p>
      <p>
        A conversation may have the same name: <a href={addressOf("sessions", { sid: id })}>session {id}</a>
      </p>
    </Empty>
  );
}

interface BranchProps {
  readonly branch: Branch;
  readonly chosen: string | undefined;
}

function BranchItem({ branch, chosen }: BranchProps) {
  return (
    <ol class="branch">
      {branch.steps.map((step) => (
        <li key={step.id}>
          <a
            href={here({ cp: step.id })}
            class={step.waits ? "step step-waits" : "step"}
            {...(step.id === chosen ? { "aria-current": "true" as const } : {})}
          >
            {step.title}
            {step.waits && <span class="mark">waits for a person</span>}
          </a>
        </li>
      ))}
      {branch.forks.length > 0 && (
        <li class="forks">
          <span class="hint">forks into {branch.forks.length}</span>
          {branch.forks.map((fork) => (
            <BranchItem key={fork.steps[0]?.id} branch={fork} chosen={chosen} />
          ))}
        </li>
      )}
    </ol>
  );
}
