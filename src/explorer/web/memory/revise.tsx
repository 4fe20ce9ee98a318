import { useId, useState } from "preact/hooks";
import { useAct } from "../base/act.js";
import { service } from "../base/service.js";
import type { Memory } from "../base/service.js";
import { Failure } from "../parts/notice.js";

interface ReviseProps {
  readonly memory: Memory;
  readonly done: () => void;
}

/** Writes the next version of a memory: of the version that the person began with, or of none. */
export function Revise({ memory, done }: ReviseProps) {
  const client = service.value;
  const act = useAct();
  const id = useId();
  const [base, setBase] = useState(memory);
  const [text, setText] = useState(memory.content);
  const changed = memory.version !== base.version;
  const save = (): void => {
    act.run(
      () =>
        client.patch("/v1/namespaces/{ns}/memories/{id}", {
          path: { ns: memory.namespace, id: memory.id },
          body: { content: text },
          ifMatch: base.version,
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
      {changed && (
        <div class="confirm" role="alert">
          <p>
            Your text was begun from version {base.version}. Meanwhile, version {memory.version} was written:
            it is shown above.
          </p>
          <div class="buttons">
            <button type="button" class="button" onClick={() => setBase(memory)}>
              Keep my text
            </button>
            <button
              type="button"
              class="button"
              onClick={() => {
                setBase(memory);
                setText(memory.content);
              }}
            >
              Begin again from version {memory.version}
            </button>
          </div>
        </div>
      )}
      <div class="buttons">
        <button type="submit" class="button primary" disabled={act.busy || changed || text === base.content}>
          Save version {base.version + 1}
        </button>
        <button type="button" class="button quiet" onClick={done}>
          Cancel
        </button>
      </div>
      {act.error !== undefined && <Failure error={act.error} />}
    </form>
  );
}
