import { diffWords } from "../base/diff.js";
import { pretty } from "../base/format.js";
import { DiffSide } from "../parts/diff.js";
import { Json } from "../parts/json.js";
import { When } from "../parts/when.js";
import type { Checkpoint } from "./load.js";
import { interruptsOf } from "./tree.js";

interface CheckpointProps {
  readonly checkpoint: Checkpoint;
  readonly parent: Checkpoint | undefined;
}

/** What a graph's state was at a step, and what the step changed. */
export function CheckpointDetail({ checkpoint, parent }: CheckpointProps) {
  const interrupts = interruptsOf(checkpoint);
  const writes = checkpoint.pending_writes.filter((write) => !interrupts.includes(write));
  const at = checkpoint.created_at;
  return (
    <>
      <h3>Checkpoint</h3>
      <p class="meta">
        <code>{checkpoint.id}</code>
        {typeof at === "string" && <When time={at} exact />}
      </p>
      {interrupts.map(({ task_id: task, value }) => (
        <Json key={task} label="It waits for an answer to this" value={value} />
      ))}
      {parent !== undefined && (
        <details>
          <summary>What changed since the checkpoint before</summary>
          <Difference before={parent.values} after={checkpoint.values} />
        </details>
      )}
      <Json label="Values" value={checkpoint.values} />
      {writes.length > 0 && <Json label="Pending writes" value={writes} />}
      <details>
        <summary>Metadata</summary>
        <Json label="Metadata" value={checkpoint.metadata} />
      </details>
    </>
  );
}

function Difference({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const pieces = diffWords(pretty(before), pretty(after));
  return (
    <div class="side-by-side mono">
      <DiffSide pieces={pieces} side="before" />
      <DiffSide pieces={pieces} side="after" />
    </div>
  );
}
