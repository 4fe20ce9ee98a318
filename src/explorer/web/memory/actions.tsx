import { useId, useState } from "preact/hooks";
import { useAct } from "../base/act.js";
import { setParams } from "../base/place.js";
import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";
import { Failure } from "../parts/notice.js";

/** What a person may do with a memory. */
export function Actions({ memory }: { readonly memory: Memory }) {
  const client = service.value;
  const act = useAct();
  const [doing, setDoing] = useState<"revise" | "delete" | undefined>(undefined);
  const path = { ns: memory.namespace, id: memory.id };
  const judge = (outcome: "confirmed" | "contradicted") => (): void => {
    const done = outcome === "confirmed" ? "Noted as correct." : "Noted as wrong.";
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
          <button
            type="button"
            class="button"
            aria-expanded={doing === "revise"}
            onClick={() => setDoing(doing === "revise" ? undefined : "revise")}
          >
            Revise
          </button>
        )}
        <button type="button" class="button" disabled={act.busy} onClick={judge("confirmed")}>
          Confirm
        </button>
        <button type="button" class="button" disabled={act.busy} onClick={judge("contradicted")}>
          Contradict
        </button>
        {memory.quarantined && (
          <button
            type="button"
            class="button"
            disabled={act.busy}
            onClick={() =>
              act.run(
                () => client.post("/v1/namespaces/{ns}/memories/{id}/release", { path, body: {} }),
                "Released from quarantine.",
              )
            }
          >
            Release
          </button>
        )}
        <button
          type="button"
          class="button danger"
          aria-expanded={doing === "delete"}
          onClick={() => setDoing(doing === "delete" ? undefined : "delete")}
        >
          Delete
        </button>
      </div>
      {doing === "revise" && <Revise memory={memory} done={() => setDoing(undefined)} />}
      {doing === "delete" && (
        <div class="confirm">
          <p>
            This deletes the memory with its versions and vectors, and what was derived from it alone. It
            can’t be undone.
          </p>
          <button
            type="button"
            class="button danger"
            disabled={act.busy}
            onClick={() =>
              act.run(
                () => client.delete("/v1/namespaces/{ns}/memories/{id}", { path }),
                "Deleted.",
                () => setParams({ m: undefined, in: undefined, tab: undefined }),
              )
            }
          >
            Delete for good
          </button>
          <button type="button" class="button quiet" onClick={() => setDoing(undefined)}>
            Keep
          </button>
        </div>
      )}
      {act.error !== undefined && <Failure error={act.error} />}
    </section>
  );
}

function Revise({ memory, done }: { readonly memory: Memory; readonly done: () => void }) {
  const client = service.value;
  const act = useAct();
  const id = useId();
  const [text, setText] = useState(memory.content);
  const save = (): void => {
    act.run(
      () =>
        client.patch("/v1/namespaces/{ns}/memories/{id}", {
          path: { ns: memory.namespace, id: memory.id },
          body: { content: text },
          ifMatch: memory.version,
        }),
      "Saved as the next version.",
      done,
    );
  };
  return (
    <form
      class="revise"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label for={id}>New text</label>
      <textarea
        id={id}
        rows={5}
        dir="auto"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="buttons">
        <button type="submit" class="button primary" disabled={act.busy || text === memory.content}>
          Save version {memory.version + 1}
        </button>
        <button type="button" class="button quiet" onClick={done}>
          Cancel
        </button>
      </div>
      {act.error !== undefined && <Failure error={act.error} />}
    </form>
  );
}
