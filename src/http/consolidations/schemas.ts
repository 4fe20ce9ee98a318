import { z } from "@hono/zod-openapi";
import { LIMITS } from "../../domain/limits.js";
import { DEFAULT_OPTIONS } from "../../memory/consolidation/options.js";
import type { RunPage } from "../../memory/consolidation/plan/read.js";
import { type Action, type Draft, type Run, STEPS } from "../../memory/consolidation/run.js";
import { isoOrNull } from "../memories/view.js";
import { defaultInteger, iso, memoryId, memoryType, namespace, timeView } from "../openapi/primitives.js";

export const step = z.enum(STEPS).openapi({
  description:
    "merge: memories with the same wording become one. summarise: clusters of old episodes become semantic memories. facts: what episodes say becomes facts. procedures: feedback that comes again and again becomes a procedure. expire: what nobody used for long ends. Done in this order.",
});

const seconds = z.int().min(0).max(LIMITS.ttlSeconds);

export const consolidationRequest = z
  .strictObject({
    dry_run: z.boolean().default(false).openapi({ description: "Only plan." }),
    steps: z
      .array(step)
      .min(1)
      .default([...STEPS]),
    older_than_seconds: seconds.default(DEFAULT_OPTIONS.older_than_seconds).openapi({
      description: "Episodes younger than this aren't summarised, by their timestamp.",
    }),
    unread_seconds: seconds.default(DEFAULT_OPTIONS.unread_seconds).openapi({
      description: "What was neither written nor used for so long expires.",
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
  .openapi({ description: "Why a language model that was to write it didn't." });

const actionView = z
  .object({
    step,
    sources: z.array(source),
    writes: z
      .array(
        z.object({
          id: memoryId,
          memory_type: memoryType,
          content: z.string().nullable().openapi({ description: "null: what the fact says." }),
          fact: z.object({ subject: z.string(), predicate: z.string(), object: z.string() }).nullable(),
        }),
      )
      .nullable()
      .openapi({
        description: "What it is to write; null: a language model hasn't written it yet, or it is settled.",
      }),
    result: z
      .object({
        status: z.enum(["done", "skipped", "undone"]),
        reason: z.enum(["changed", "nothing", "quota", "refused"]).nullable(),
        made: z.array(memoryId).openapi({ description: "What it wrote." }),
        found: z.array(memoryId).openapi({ description: "What said so already." }),
        superseded: z.array(memoryId).openapi({
          description: "Sources that left recall: what was made stands for them, and `GET` still reads them.",
        }),
        kept: z.array(memoryId).openapi({
          description: "What its undoing left, because somebody changed it or built upon it since.",
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
    description: "planning, running, undoing: at work. planned: a dry run is finished.",
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
  planned: z.int().openapi({ description: "Actions of the plan." }),
  settled: z.int().openapi({ description: "Of these, how many are done or skipped, and not undone." }),
  llm_calls: z.int(),
  llm_tokens: z.int(),
  error: z.string().nullable(),
};

export const runView = z
  .object({
    ...runParts,
    actions: z.array(actionView),
    next: z.int().nullable().openapi({ description: "`from` of the next page; null at the end." }),
  })
  .openapi("Consolidation");

export const runList = z
  .object({ consolidations: z.array(z.object(runParts).openapi("ConsolidationHead")) })
  .openapi("Consolidations");

export const runParameters = z.strictObject({
  from: defaultInteger(0, 10_000_000, 0).openapi({
    description: "The first action that is shown, counted from 0.",
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
