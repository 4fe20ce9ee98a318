import { ErrorReply } from "redis";
import type { Trail } from "../../access/trail.js";
import { createGathering } from "../../domain/gathering.js";
import type { Gathering } from "../../domain/gathering.js";
import type { StateRef } from "../../state/document.js";
import type { ReadPath } from "../../state/json-path.js";
import type { StateDeps } from "./deps.js";

export interface Read {
  readonly trail: Trail;
  readonly ref: StateRef;
}

export type ReadReply = readonly [code: number, ...rest: string[]];

/** Reads of whole documents, of one namespace and so of one slot of a cluster. */
export type Reads = Gathering<Read, ReadReply>;

/** Few enough that a read which comes alone hardly waits for them. */
const TOGETHER = 64;

/** Reads of a namespace that come while others are away go in one script: each by itself is mostly what a script costs. */
export function createReads(deps: StateDeps): Reads {
  return createGathering({
    run: (namespace, reads) => readTogether(deps, namespace, reads, undefined),
    most: TOGETHER,
    // Nothing has been read, and nothing is on record.
    apart: (error) => error instanceof ErrorReply,
  });
}

/** Of several reads there is no path: each would be another script. */
export function readTogether(
  { auditor, keys, historyMs }: StateDeps,
  namespace: string,
  reads: readonly [Read, ...Read[]],
  path: ReadPath | undefined,
): Promise<readonly ReadReply[]> {
  const [first, ...rest] = reads;
  return auditor.runTogether(
    namespace,
    [first.trail, ...rest.map(({ trail }) => trail)],
    (client, audit, others) =>
      client.getState(
        audit,
        [
          keys.settings(namespace),
          ...reads.flatMap(({ ref: { key } }) => [
            keys.state(namespace, key),
            keys.stateFacts(namespace, key),
          ]),
        ],
        [String(historyMs), ...others, ...(path?.parts ?? [])],
      ),
  );
}
