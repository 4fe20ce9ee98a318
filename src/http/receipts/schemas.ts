import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import type { MemoryFilter } from "../../memory/conditions/filter.js";
import { nameOf } from "../../memory/model/original.js";
import type { MemoryRef } from "../../memory/model/ref.js";
import type { ReadReceipt } from "../../memory/recall/read-receipt.js";
import type { Replay } from "../../memory/recall/replay-receipt.js";
import type { Receipt } from "../../memory/ports/receipts.js";
import { repeatable } from "../memories/list-schemas.js";
import { memoryView } from "../memories/schemas.js";
import { viewMemory } from "../memories/view.js";
import { viewShown } from "../recall/view.js";
import { alsoView, answerable, relevance, termsLeftOut } from "../recall/schemas.js";
import {
  defaultInteger,
  identifier,
  iso,
  memoryId,
  namespace,
  time,
  timeView,
} from "../openapi/primitives.js";

export const receiptParams = z.strictObject({
  id: memoryId.openapi({ description: "Id of the receipt." }),
});

const knownHit = z.object({
  namespace,
  id: memoryId,
  version: z.int(),
  score: z.number(),
  trust: z.number().openapi({ description: "Trust at the time of the recall, from 0 to 1." }),
  relevance: z.number().nullable().openapi({
    description:
      "Relevance at the time of the recall, from 0 to 1; null in receipts that predate this field.",
  }),
  rerank: z.number().nullable().openapi({
    description: "The reranker's score, on its own scale; null: it didn't order this hit.",
  }),
  also: alsoView
    .optional()
    .openapi({ description: "Memories that said the same, which this hit was shown in place of." }),
  turns: z
    .array(
      z.object({
        id: memoryId,
        version: z.int(),
        offset: z.int().openapi({ description: "Turns after the hit; negative: before it." }),
      }),
    )
    .optional()
    .openapi({ description: "Turns of the hit's session that were shown around it." }),
  // The version at recall time; null if it has been deleted, or has expired, since.
  memory: z.union([memoryView, z.null()]),
});

/** Who recalled what, and when: in a list too. */
const identifying = {
  id: memoryId,
  at: timeView,
  agent: z.string(),
  key_id: z.string().nullable(),
  request_id: z.string(),
  thread_id: z.string().nullable(),
  checkpoint_id: z.string().nullable(),
  query: z.string(),
};
const moments = {
  as_of: timeView.nullable(),
  valid_at: z.union([timeView, z.literal("any"), z.null()]),
};

export const receiptView = z
  .object({
    ...identifying,
    namespaces: z.array(z.string()),
    merge: z
      .enum(["scores", "rrf"])
      .openapi({ description: "How a replay merges the results of several namespaces." }),
    mode: z.string(),
    limit: z.int(),
    ...moments,
    filter: z
      .record(z.string(), z.unknown())
      .openapi({ description: "Filter of the recall, including `memory_types`." }),
    min_score: z.number().nullable(),
    min_relevance: z.number().nullable(),
    min_trust: z.number().nullable(),
    budget_tokens: z.int().nullable().openapi({
      description: "Token budget of the recall; null: none. The hits are those that it had room for.",
    }),
    context_turns: z.int().openapi({ description: "Turns before and after each hit that were asked for." }),
    rerank: z
      .object({ depth: z.int().openapi({ description: "Number of first hits that were reordered." }) })
      .nullable()
      .openapi({ description: "Reranking that the recall asked for; null: none." }),
    expand: z.union([
      z.enum(["entities", "none"]),
      z.object({ hops: z.int().openapi({ description: "Hops along facts that were asked for." }) }),
      z.null(),
    ]),
    degraded: z.array(z.string()),
    hits: z.array(knownHit).openapi({ description: "Hits, best first." }),
  })
  .openapi("Receipt");

export const receiptsParameters = z.strictObject({
  agent_id: repeatable(identifier)
    .optional()
    .openapi({ description: "Only recalls of this agent; repeat it for several." }),
  from: time.optional().openapi({ description: "Lower bound of `at` (inclusive)." }),
  to: time.optional().openapi({ description: "Upper bound of `at` (exclusive)." }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(256).optional(),
});

const listedReceipt = z
  .object({
    ...identifying,
    ...moments,
    hits: z.int().openapi({ description: "Number of hits." }),
    degraded: z.array(z.string()),
  })
  .openapi("ListedReceipt");

export const receiptPage = z
  .object({ receipts: z.array(listedReceipt), cursor: z.string().nullable() })
  .openapi("ReceiptPage");

export const replayView = z
  .object({
    receipt: receiptView,
    now: z.object({
      hits: z.array(z.object({ score: z.number(), relevance, memory: memoryView })),
      answerable,
      degraded: z.array(z.string()),
      terms_left_out: termsLeftOut,
    }),
    changes: z
      .object({
        gone: z.array(memoryId).openapi({ description: "Ids of memories recalled then but not now." }),
        added: z.array(memoryId).openapi({ description: "Ids of memories recalled now but not then." }),
        revised: z
          .array(memoryId)
          .openapi({ description: "Ids of memories recalled both times, in different versions." }),
      })
      .openapi({ description: "Differences between then and now." }),
  })
  .openapi("Replay");

export function viewListed(receipt: Receipt): z.infer<typeof listedReceipt> {
  const { id, at, agent, key_id, request_id, thread_id, checkpoint_id, request, hits, degraded } = receipt;
  return {
    id,
    at: iso(at),
    agent,
    key_id,
    request_id,
    thread_id,
    checkpoint_id,
    query: request.query,
    ...momentsOf(request),
    hits: hits.length,
    degraded: [...degraded],
  };
}

function momentsOf({ as_of, valid_at }: Receipt["request"]) {
  return {
    as_of: as_of === undefined ? null : iso(as_of),
    valid_at: typeof valid_at === "number" ? iso(valid_at) : (valid_at ?? null),
  };
}

export function viewReceipt({ receipt, hits }: ReadReceipt): z.infer<typeof receiptView> {
  const { request, at, degraded, hits: _, ...rest } = receipt;
  return {
    ...rest,
    at: iso(at),
    query: request.query,
    namespaces: [...request.namespaces],
    merge: request.merge ?? "scores",
    mode: request.mode,
    limit: request.limit,
    ...momentsOf(request),
    filter: viewFilter(request.filter),
    min_score: request.min_score ?? null,
    min_relevance: request.min_relevance ?? null,
    min_trust: request.min_trust ?? null,
    budget_tokens: request.budget_tokens ?? null,
    context_turns: request.context_turns ?? 0,
    rerank: request.rerank ?? null,
    expand: request.expand ?? null,
    degraded: [...degraded],
    hits: hits.map(
      ({ namespace: ns, id, version, score, trust, relevance: fit, rerank, also, turns, memory }) => ({
        namespace: ns,
        id,
        version,
        score,
        trust,
        relevance: fit ?? null,
        rerank: rerank ?? null,
        ...(also === undefined ? {} : { also: [...also] }),
        ...(turns === undefined ? {} : { turns: [...turns] }),
        memory: memory === null ? null : viewMemory(memory),
      }),
    ),
  };
}

function viewFilter({ from, to, ...others }: MemoryFilter): Record<string, unknown> {
  const times = {
    from: from === undefined ? undefined : iso(from),
    to: to === undefined ? undefined : iso(to),
  };
  return Object.fromEntries(
    Object.entries({ ...others, ...times }).filter(([, value]) => value !== undefined),
  );
}

const namesOf = (refs: readonly (readonly MemoryRef[])[]): ReadonlySet<string> =>
  new Set(refs.flat().map(nameOf));

export function viewReplay(replay: Replay): z.infer<typeof replayView> {
  const then = new Map(replay.hits.map((hit) => [nameOf(hit), hit]));
  const now = new Map(replay.now.hits.map(({ memory }) => [nameOf(memory), memory]));
  // Which of those that say the same is shown may change, and none of them is gone.
  const namedThen = namesOf(replay.hits.map((hit) => [hit, ...(hit.also ?? [])]));
  const namedNow = namesOf(replay.now.hits.map(({ memory, duplicates }) => [memory, ...duplicates]));
  const idsOf = (hits: readonly { readonly id: string }[]): string[] => hits.map(({ id }) => id);
  return {
    receipt: viewReceipt(replay),
    now: {
      hits: replay.now.hits.map((hit) => ({
        score: hit.score,
        relevance: hit.relevance.relevance,
        memory: viewShown(hit),
      })),
      answerable: replay.now.answerable,
      degraded: [...replay.now.degraded],
      terms_left_out: [...replay.now.leftOut],
    },
    changes: {
      gone: idsOf([...then.values()].filter((hit) => !namedNow.has(nameOf(hit)))),
      added: idsOf([...now.values()].filter((memory) => !namedThen.has(nameOf(memory)))),
      revised: idsOf(
        [...then.values()].filter((hit) => (now.get(nameOf(hit))?.version ?? hit.version) !== hit.version),
      ),
    },
  };
}
