import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { DEFAULT_OPTIONS } from "../../memory/consolidation/options.js";
import type { RunPage } from "../../memory/consolidation/plan/read.js";
import { STEPS } from "../../memory/consolidation/run.js";
import type { Action, Draft, Run } from "../../memory/consolidation/run.js";
import { isoOrNull } from "../memories/view.js";
import { defaultInteger, iso, memoryId, memoryType, namespace, timeView } from "../openapi/primitives.js";

export const step = z.enum(STEPS).openapi({
  description:
    "Step of a run. Steps run in this order. `merge`: merges memories of one author with the same wording. `summarise`: summarises clusters of old episodes as semantic memories. `facts`: extracts facts from episodes. `procedures`: turns repeated feedback into procedures. `expire`: removes memories from recall that have long been unused.",
});

const seconds = z.int().min(0).max(LIMITS.ttlSeconds);

export const consolidationRequest = z
  .strictObject({
    dry_run: z.boolean().default(false).openapi({ description: "Whether to only plan the run." }),
    steps: z
      .array(step)
      .min(1)
      .default([...STEPS]),
    older_than_seconds: seconds.default(DEFAULT_OPTIONS.older_than_seconds).openapi({
      description: "Minimum age of the episodes to summarise, in seconds since their `timestamp`.",
    }),
    unread_seconds: seconds.default(DEFAULT_OPTIONS.unread_seconds).openapi({
      description:
        "Seconds without a write or use after which the step `expire` removes a memory from recall. The memory expires 30 days later.",
    }),
    max_llm_calls: z.int().min(0).max(10_000).default(DEFAULT_OPTIONS.max_llm_calls),
    max_llm_tokens: z.int().min(0).max(100_000_000).default(DEFAULT_OPTIONS.max_llm_tokens),
  })
  .openapi("ConsolidationRequest");

export const begunView = z.object({ id: memoryId }).openapi("ConsolidationBegun");

const source = z.object({ id: memoryId, version: z.int() });
const method = z.enum(["deterministic", "llm"]);
const because = z
  .enum(["timeout", "refused", "malformed", "unavailable", "budget", "ungrounded"])
  .nullable()
  .openapi({
    description: "Why a language model didn't write the memories; null if it did, or wasn't asked.",
  });

const actionView = z
  .object({
    step,
    sources: z.array(source),
    writes: z
      .array(
        z.object({
          id: memoryId,
          memory_type: memoryType,
          content: z
            .string()
            .nullable()
            .openapi({ description: "Text of the memory; null: the fact in words." }),
          fact: z.object({ subject: z.string(), predicate: z.string(), object: z.string() }).nullable(),
        }),
      )
      .nullable()
      .openapi({
        description:
          "Memories to write; null if a language model hasn't written them yet, or if the action has a `result`.",
      }),
    result: z
      .object({
        status: z.enum(["done", "skipped", "undone"]),
        reason: z.enum(["changed", "nothing", "quota", "refused"]).nullable(),
        made: z.array(memoryId).openapi({ description: "Ids of the memories written." }),
        found: z.array(memoryId).openapi({ description: "Ids of existing memories with the same content." }),
        superseded: z.array(memoryId).openapi({
          description: "Ids of the superseded sources. Recall no longer returns them; `GET` does.",
        }),
        kept: z.array(memoryId).openapi({
          description: "Ids of memories that the undo kept, because they were changed or used since.",
        }),
        method,
        because,
      })
      .nullable(),
  })
  .openapi("ConsolidationAction");

const runParts = {
  id: memoryId,
  namespace,
  status: z.enum(["planning", "running", "undoing", "planned", "done", "undone", "failed"]).openapi({
    description:
      "Status of the run. `planning`, `running`, `undoing`: in progress. `planned`: a finished dry run.",
  }),
  trigger: z.enum(["request", "schedule"]),
  agent: z.string(),
  options: z.object({
    dry_run: z.boolean(),
    steps: z.array(step),
    older_than_seconds: z.int(),
    unread_seconds: z.int(),
    max_llm_calls: z.int(),
    max_llm_tokens: z.int(),
  }),
  created_at: timeView,
  finished_at: timeView.nullable(),
  planned: z.int().openapi({ description: "Number of actions in the plan." }),
  settled: z
    .int()
    .openapi({ description: "Number of planned actions that are done or skipped, and not undone." }),
  llm_calls: z.int(),
  llm_tokens: z.int(),
  error: z.string().nullable(),
};

export const runView = z
  .object({
    ...runParts,
    actions: z.array(actionView),
    next: z.int().nullable().openapi({ description: "`from` of the next page; null on the last page." }),
  })
  .openapi("Consolidation");

export const runList = z
  .object({ consolidations: z.array(z.object(runParts).openapi("ConsolidationHead")) })
  .openapi("Consolidations");

export const runParameters = z.strictObject({
  from: defaultInteger(0, 10_000_000, 0).openapi({
    description: "Index of the first action to return, from 0.",
  }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
});

export const runListParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 20),
});

export function viewRunHead(run: Run): z.infer<typeof runList>["consolidations"][number] {
  const { created_at, finished_at, reached: _, options, ...rest } = run;
  return {
    ...rest,
    options: { ...options, steps: [...options.steps] },
    created_at: iso(created_at),
    finished_at: isoOrNull(finished_at),
  };
}

export function viewRun({ run, actions, next }: RunPage): z.infer<typeof runView> {
  return { ...viewRunHead(run), actions: actions.map(viewAction), next: next ?? null };
}

function viewAction({ step: of, sources, draft, result }: Action): z.infer<typeof actionView> {
  return {
    step: of,
    sources: [...sources],
    writes: draft === undefined ? null : viewWrites(draft),
    result:
      result === undefined
        ? null
        : {
            ...result,
            made: [...result.made],
            found: [...result.found],
            superseded: [...result.superseded],
            kept: [...(result.kept ?? [])],
          },
  };
}

function viewWrites({ memories }: Draft) {
  return memories.map(({ id, memory_type, content, fact }) => ({
    id,
    memory_type,
    content: content ?? null,
    fact:
      fact === undefined ? null : { subject: fact.subject, predicate: fact.predicate, object: fact.object },
  }));
}
