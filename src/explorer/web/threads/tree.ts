import type { Checkpoint } from "./load.js";

export interface Step {
  readonly id: string;
  readonly title: string;
  /** A pending interrupt. */
  readonly waits: boolean;
}

/** Checkpoints of which each has one child, and what the last one was forked into. */
export interface Branch {
  readonly steps: readonly Step[];
  readonly forks: readonly Branch[];
}

const INTERRUPT = "__interrupt__";

export const interruptsOf = ({ pending_writes: writes }: Checkpoint) =>
  writes.filter(({ channel }) => channel === INTERRUPT);

/** The checkpoints as trees. Several, if what they began from isn't among them. */
export function treeOf(checkpoints: readonly Checkpoint[]): readonly Branch[] {
  const known = new Set(checkpoints.map(({ id }) => id));
  const children = Map.groupBy(checkpoints, ({ parent_id: parent }) =>
    parent !== null && known.has(parent) ? parent : "",
  );
  const branchFrom = (first: Checkpoint): Branch => {
    const steps: Step[] = [];
    let next: Checkpoint | undefined = first;
    for (;;) {
      steps.push(stepOf(next));
      const after: readonly Checkpoint[] = children.get(next.id) ?? [];
      next = after[0];
      if (next === undefined || after.length > 1) {
        // The oldest fork first: lists are newest first.
        return { steps, forks: after.toReversed().map(branchFrom) };
      }
    }
  };
  return (children.get("") ?? []).toReversed().map(branchFrom);
}

function stepOf(checkpoint: Checkpoint): Step {
  const metadata = fieldsOf(checkpoint.metadata);
  const { step, source } = metadata;
  const name = typeof step === "number" ? `step ${step}` : checkpoint.id.slice(-8);
  const cause = typeof source === "string" && source !== "loop" ? `, ${source}` : "";
  return { id: checkpoint.id, title: `${name}${cause}`, waits: interruptsOf(checkpoint).length > 0 };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
