import { Details } from "../parts/details.js";
import { JsonDiff } from "../parts/diff.js";
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
        <Details summary="What changed since the checkpoint before">
          {() => <JsonDiff before={parent.values} after={checkpoint.values} />}
        </Details>
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
