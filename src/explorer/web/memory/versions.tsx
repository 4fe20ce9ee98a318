import { useState } from "preact/hooks";
import { useAct } from "../base/act.js";
import { diffWords } from "../base/diff.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";
import { Select } from "../parts/controls.js";
import { DiffSide } from "../parts/diff.js";
import { Failure, Loading, Note } from "../parts/notice.js";
import { When } from "../parts/when.js";
import { differences } from "./differences.js";

/** Two versions of a memory beside each other. */
export function Versions({ memory }: { readonly memory: Memory }) {
  const client = service.value;
  const path = { ns: memory.namespace, id: memory.id };
  const { data, error, retry } = useQuery(`versions ${memory.namespace}/${memory.id}`, (signal) =>
    client.get("/v1/namespaces/{ns}/memories/{id}/versions", { path, query: { limit: 50 }, signal }),
  );
  const act = useAct();
  const [chosen, choose] = useState("");
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading />;
  const { versions } = data;
  const current = versions[0];
  if (current === undefined || versions.length < 2) {
    return <Note>There is one version only: nothing was ever changed.</Note>;
  }
  const before = versions.find(({ version }) => String(version) === chosen) ?? versions[1];
  if (before === undefined) return null;
  const pieces = diffWords(before.content, current.content);
  const restore = (): void =>
    act.run(
      () =>
        client.post("/v1/namespaces/{ns}/memories/{id}/restore", {
          path,
          body: { version: before.version },
          ifMatch: current.version,
        }),
      `Version ${before.version} is the current one again.`,
    );
  return (
    <>
      <Select
        label="Compare the current version with"
        value={String(before.version)}
        options={versions
          .slice(1)
          .map(({ version, updated_at: at }) => [
            String(version),
            `version ${version}, ${at.slice(0, 16).replace("T", " ")}`,
          ])}
        onChange={choose}
      />
      <div class="side-by-side">
        <section>
          <h3>Version {before.version}</h3>
          <p class="meta">
            until <When time={before.superseded_at} exact />
          </p>
          <DiffSide pieces={pieces} side="before" />
        </section>
        <section>
          <h3>Version {current.version}, current</h3>
          <p class="meta">
            since <When time={current.updated_at} exact />
          </p>
          <DiffSide pieces={pieces} side="after" />
        </section>
      </div>
      <ul class="plain">
        {differences(before, current).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {act.error !== undefined && <Failure error={act.error} />}
      <p>
        <button type="button" class="button" disabled={act.busy} onClick={restore}>
          Restore version {before.version}
        </button>
      </p>
      {data.before !== null && <Note>There are older versions, which aren’t shown.</Note>}
    </>
  );
}
