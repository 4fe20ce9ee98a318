import { z } from "zod";
import { ApiRefusal, apiPath, bodyOf, refusalOf } from "../api.js";
import type { ToolContext } from "../tool.js";
import { observationContent, REFERENCE } from "./statements.js";
import type { Kept, KeptObservation } from "./statements.js";

/** A part of the graph as a new memory of the API. */
export interface Draft {
  readonly memory_type: "semantic";
  readonly content?: string;
  readonly fact?: NonNullable<Kept["fact"]>;
  readonly metadata: Readonly<Record<string, string>>;
}

export function draftOf({ ref, fact }: Kept): Draft {
  const metadata = { source: REFERENCE, source_ref: ref };
  return { memory_type: "semantic", ...(fact === undefined ? {} : { fact }), metadata };
}

export function observationDraft(kept: KeptObservation, name: string, text: string): Draft {
  const { metadata, ...draft } = draftOf(kept);
  return {
    ...draft,
    content: observationContent(name, text),
    metadata: { entity: kept.entity, ...metadata },
  };
}

/** Memories of one request; of its bytes, the API takes four times as many. */
const BATCH = { memories: 100, bytes: 1024 * 1024 };

const results = z.object({
  results: z.array(z.object({ status: z.int(), problem: z.unknown().optional() })),
});

/** Stores memories. Throws an {@link ApiRefusal} that says how many were stored if one is refused. */
export async function storeAll({ call, namespace }: ToolContext, drafts: readonly Draft[]): Promise<void> {
  let stored = 0;
  for (const memories of batchesOf(drafts)) {
    const path = apiPath`/v1/namespaces/${namespace}/memories/batch`;
    const done = (): string => `${stored} of ${drafts.length} memories were stored.`;
    const body = await toldHow(done, bodyOf(call, { method: "POST", path, body: { memories } }));
    const answer = results.parse(body);
    const refused = answer.results.filter(({ status }) => status >= 300);
    stored += answer.results.length - refused.length;
    const [first] = refused;
    if (first === undefined) continue;
    const { message } = refusalOf({ status: first.status, body: first.problem });
    throw new ApiRefusal(`${message}\n${done()}`);
  }
}

/** The result of the work. If it is refused, the refusal says how far the call came. */
async function toldHow<T>(done: () => string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    throw new ApiRefusal(`${error.message}\n${done()}`, { cause: error });
  }
}

function batchesOf(drafts: readonly Draft[]): Draft[][] {
  const batches: Draft[][] = [];
  let bytes = 0;
  for (const draft of drafts) {
    const size = Buffer.byteLength(JSON.stringify(draft));
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH.memories || bytes + size > BATCH.bytes) {
      batches.push([draft]);
      bytes = size;
    } else {
      last.push(draft);
      bytes += size;
    }
  }
  return batches;
}

/** As many as one caller may send through a namespace at once: see `limitLoad`. */
const AT_ONCE = 4;

/**
 * Deletes memories; what is gone already is no error. Throws an {@link ApiRefusal} that says how many were deleted if one
 * deletion is refused.
 */
export async function deleteAll({ call, namespace }: ToolContext, ids: readonly string[]): Promise<void> {
  let deleted = 0;
  const done = (): string => `${deleted} of ${ids.length} facts were deleted; call again for the others.`;
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    const asked = some.map(async (id) => {
      const path = apiPath`/v1/namespaces/${namespace}/memories/${id}`;
      const answer = await call({ method: "DELETE", path });
      if (answer.status >= 300 && answer.status !== 404) throw refusalOf(answer);
      deleted++;
    });
    // All of them are answered before the number is told.
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    if (refused !== undefined) await toldHow(done, Promise.reject(refused.reason));
  }
}
