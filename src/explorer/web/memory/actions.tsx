import { useState } from "preact/hooks";
import { useAct } from "../base/act.js";
import { setParams } from "../base/place.js";
import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";
import { Confirm } from "../parts/confirm.js";
import { Failure } from "../parts/notice.js";
import { Release } from "../parts/release.js";
import { Revise } from "./revise.js";

interface Doing {
  readonly what: "revise" | "delete";
  /** Which the person saw when it began. */
  readonly version: number;
}

/** What a person may do with a memory. */
export function Actions({ memory }: { readonly memory: Memory }) {
  const client = service.value;
  const act = useAct();
  const [doing, setDoing] = useState<Doing | undefined>(undefined);
  const path = { ns: memory.namespace, id: memory.id };
  const revising = doing?.what === "revise";
  // Another version is another text: whoever agreed to delete the one before is asked again.
  const deleting = doing?.what === "delete" && doing.version === memory.version;
  const toggle = (what: Doing["what"], on: boolean) => (): void =>
    setDoing(on ? undefined : { what, version: memory.version });
  const judge = (outcome: "confirmed" | "contradicted") => (): void => {
    const done = outcome === "confirmed" ? "Marked as right." : "Marked as wrong.";
    act.run(async () => {
      const caller = await client.get("/v1/whoami");
      await client.post("/v1/namespaces/{ns}/memories/{id}/feedback", {
        path,
        body: { outcome, by: caller.human ? "human" : "agent" },
      });
    }, done);
  };
  return (
    <section class="actions" aria-label="Actions">
      <div class="buttons">
        {memory.memory_type !== "episodic" && (
          <button type="button" class="button" aria-expanded={revising} onClick={toggle("revise", revising)}>
            Revise
          </button>
        )}
        <button type="button" class="button" disabled={act.busy} onClick={judge("confirmed")}>
          Mark as right
        </button>
        <button type="button" class="button" disabled={act.busy} onClick={judge("contradicted")}>
          Mark as wrong
        </button>
        {memory.quarantined && <Release memory={memory} act={act} />}
        <button
          type="button"
          class="button danger"
          aria-expanded={deleting}
          onClick={toggle("delete", deleting)}
        >
          Delete
        </button>
      </div>
      <p class="hint">
        Is it wrong? Mark it as wrong: it stays, with less trust in it and in its author.
        {memory.memory_type !== "episodic" &&
          " Revise it: the new text takes its place, and Versions has the old one."}{" "}
        Delete it: it is gone for good.
      </p>
      {revising && <Revise memory={memory} done={() => setDoing(undefined)} />}
      {deleting && (
        <Confirm
          label="Delete for good"
          cancel="Keep"
          danger
          busy={act.busy}
          onConfirm={() =>
            act.run(
              () => client.delete("/v1/namespaces/{ns}/memories/{id}", { path, ifMatch: doing.version }),
              "Deleted.",
              () => setParams({ m: undefined, in: undefined, tab: undefined }),
            )
          }
          onCancel={() => setDoing(undefined)}
        >
          This deletes the memory with its versions and vectors, and what was derived from it alone. It can’t
          be undone.
        </Confirm>
      )}
      {act.error !== undefined && <Failure error={act.error} />}
    </section>
  );
}
