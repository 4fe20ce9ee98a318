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
    const answer = results.parse(await bodyOf(call, { method: "POST", path, body: { memories } }));
    const refused = answer.results.filter(({ status }) => status >= 300);
    stored += answer.results.length - refused.length;
    const [first] = refused;
    if (first === undefined) continue;
    const { message } = refusalOf(first.status, first.problem);
    throw new ApiRefusal(`${message}\n${stored} of ${drafts.length} memories were stored.`);
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

const AT_ONCE = 8;

/** Deletes memories; what is gone already is no error. */
export async function deleteAll({ call, namespace }: ToolContext, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const answers = await Promise.all(
      ids
        .slice(start, start + AT_ONCE)
        .map((id) => call({ method: "DELETE", path: apiPath`/v1/namespaces/${namespace}/memories/${id}` })),
    );
    const refused = answers.find(({ status }) => status >= 300 && status !== 404);
    if (refused !== undefined) throw refusalOf(refused.status, refused.body);
  }
}
