import { z } from "@hono/zod-openapi";
import { NO_SETTINGS, type Settings } from "../../access/namespaces/settings.js";
import { LIMITS } from "../../domain/limits.js";
import { CARDINALITIES } from "../../memory/model/fact.js";
import { normaliseName } from "../../memory/model/names.js";
import { type ScheduleProblem, nextTime, problemOf } from "../../memory/consolidation/execute/schedule.js";
import { step } from "../consolidations/schemas.js";
import { filterParameters, itemsOnly } from "../memories/list-schemas.js";
import { isoOrNull } from "../memories/view.js";
import { defaultInteger, factName, integerParameter, namespace, timeView } from "../openapi/primitives.js";

const seconds = z.int().min(1).max(LIMITS.ttlSeconds).nullable().default(null);
const life = z.int().min(0).max(LIMITS.ttlSeconds).nullable().default(null);
const amount = z.int().min(0).max(LIMITS.quota).nullable().default(null);

const windowMessages = z.int().min(2).max(LIMITS.windowMessages).nullable().default(null);
const windowTokens = z.int().min(1).max(LIMITS.windowTokens).nullable().default(null);
/** Kept as names are compared. */
const predicates = z
  .record(factName, z.enum(CARDINALITIES))
  .refine((value) => Object.keys(value).length <= LIMITS.predicates, {
    message: `Must not hold more than ${LIMITS.predicates} predicates.`,
  })
  .transform((value) =>
    Object.fromEntries(
      Object.entries(value).map(([name, cardinality]) => [normaliseName(name), cardinality]),
    ),
  )
  .openapi({
    type: "object",
    additionalProperties: { type: "string", enum: [...CARDINALITIES] },
    description:
      "How many objects a subject has at a time, by predicate, for facts that don't say it themselves; `many` unless given. For facts that are written from then on.",
    example: { lives_in: "one" },
  });

const SCHEDULE_PROBLEMS: Readonly<Record<ScheduleProblem, string>> = {
  schedule: "Must be a cron pattern of five fields, or six with seconds in front.",
  never: "There is no such time.",
  time_zone: "Must be an IANA time zone.",
};

/** When it is consolidated by itself, and how. */
const consolidation = z
  .strictObject({
    schedule: z.string().min(1).max(128).openapi({
      description: "A cron pattern of five fields, or six with seconds in front, whose time comes.",
      example: "0 3 * * *",
    }),
    time_zone: z.string().min(1).max(64).default("UTC").openapi({ description: "An IANA name." }),
    steps: z.array(step).min(1).nullable().default(null),
    older_than_seconds: z.int().min(0).max(LIMITS.ttlSeconds).nullable().default(null),
    unread_seconds: z.int().min(0).max(LIMITS.ttlSeconds).nullable().default(null),
    next_run_at: timeView.nullish().openapi({
      description: "Only told, never taken: so that what was read can be written.",
    }),
  })
  .superRefine((value, context) => {
    const problem = problemOf(value, Date.now());
    if (problem === undefined) return;
    const field = problem === "time_zone" ? "time_zone" : "schedule";
    context.addIssue({ code: "custom", path: [field], message: SCHEDULE_PROBLEMS[problem] });
  })
  .transform(({ schedule, time_zone, steps, older_than_seconds, unread_seconds }) => ({
    schedule,
    time_zone,
    steps,
    older_than_seconds,
    unread_seconds,
  }))
  .openapi("NewConsolidationSettings");

/** Left out is null: not set. */
export const newSettings = z
  .strictObject({
    state_ttl: z
      .strictObject({ default_seconds: seconds, max_seconds: seconds })
      .refine(({ default_seconds, max_seconds }) => (default_seconds ?? 0) <= (max_seconds ?? Infinity), {
        path: ["default_seconds"],
        message: "Must not exceed max_seconds.",
      })
      .default(NO_SETTINGS.state_ttl),
    quota: z.strictObject({ memories: amount, bytes: amount }).default(NO_SETTINGS.quota),
    publish: z
      .strictObject({ min_trust: z.number().min(0).max(1).nullable().default(null) })
      .default(NO_SETTINGS.publish)
      .openapi({
        description:
          "A copy that is trusted less is in quarantine: no recall and no list finds it until a human confirms it, or a key with `publish` here releases it.",
      }),
    decay: z
      .strictObject({ touch: z.boolean().nullable().default(null) })
      .default(NO_SETTINGS.decay)
      .openapi({
        description:
          "`touch`: whether a recall notes what it returns as used, which prolongs its life; true unless set.",
      }),
    ttl: z
      .strictObject({ episodic_seconds: life, semantic_seconds: life, procedural_seconds: life })
      .default(NO_SETTINGS.ttl)
      .openapi({
        description:
          "How long a memory of each type lives that says nothing; 0: for ever. For memories that are written from then on.",
      }),
    recency: z
      .strictObject({
        weight: z.number().min(0).max(1).nullable().default(null),
        half_life_days: z.number().min(0.001).max(36_500).nullable().default(null),
      })
      .default(NO_SETTINGS.recency)
      .openapi({ description: "Of a recall of this namespace alone that says nothing of it." }),
    session: z
      .strictObject({ ttl_seconds: seconds, window_messages: windowMessages, window_tokens: windowTokens })
      .default(NO_SETTINGS.session),
    consolidation: consolidation.nullable().default(null),
    predicates: predicates.default(NO_SETTINGS.predicates),
  })
  .openapi("NewNamespaceSettings");

const setting = z.int().nullable();
const quotaView = z.object({ memories: setting, bytes: setting });

export const settingsView = z
  .object({
    state_ttl: z.object({ default_seconds: setting, max_seconds: setting }),
    quota: quotaView,
    publish: z.object({ min_trust: z.number().nullable() }),
    decay: z.object({ touch: z.boolean().nullable() }),
    ttl: z.object({ episodic_seconds: setting, semantic_seconds: setting, procedural_seconds: setting }),
    recency: z.object({ weight: z.number().nullable(), half_life_days: z.number().nullable() }),
    session: z.object({ ttl_seconds: setting, window_messages: setting, window_tokens: setting }),
    consolidation: z
      .object({
        schedule: z.string(),
        time_zone: z.string(),
        steps: z.array(z.string()).nullable(),
        older_than_seconds: setting,
        unread_seconds: setting,
        next_run_at: timeView.nullable().openapi({ description: "When the schedule's time comes next." }),
      })
      .nullable(),
    predicates: z.record(z.string(), z.enum(CARDINALITIES)),
  })
  .openapi("NamespaceSettings");

/** `now`: milliseconds since the epoch. */
export function viewSettings(settings: Settings, now: number): z.infer<typeof settingsView> {
  const { consolidation: scheduled, ...rest } = settings;
  if (scheduled === null) return { ...rest, consolidation: null };
  const next = nextTime(scheduled, now);
  return { ...rest, consolidation: { ...scheduled, next_run_at: isoOrNull(next ?? null) } };
}

export const usageView = z
  .object({
    memories: z.int(),
    bytes: z.int().openapi({
      description:
        "Of the memories' JSON, interactions included, as last written, of their vectors (2 bytes a dimension), and of sessions. What the index makes of them isn't counted.",
    }),
    session_bytes: z.int().openapi({
      description:
        "Of those bytes, what sessions hold: messages that weren't promoted yet, the ids of all messages, and running summaries.",
    }),
    quota: quotaView.openapi({ description: "In force, wherever it was set; null: any amount." }),
  })
  .openapi("NamespaceUsage");

const labels = z
  .string()
  .max(LIMITS.namespaceLength)
  .regex(
    /^(?:[A-Za-z0-9_-]+|\*)(?:\.(?:[A-Za-z0-9_-]+|\*))*$/,
    "Must be labels joined by dots; * stands for any one label.",
  )
  .transform((value) => value.split("."))
  .optional();

export const namespaceListParameters = z.strictObject({
  prefix: labels.openapi({
    type: "string",
    description: "Labels that it begins with; `*` is any one label.",
  }),
  suffix: labels.openapi({ type: "string", description: "Labels that it ends with; `*` is any one label." }),
  max_depth: integerParameter(1, LIMITS.namespaceLabels).optional().openapi({
    description: "Longer namespaces are cut to so many labels, and listed once.",
  }),
  items_only: itemsOnly,
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(512).optional(),
});

export const namespacePage = z
  .object({
    namespaces: z.array(
      z.object({
        namespace,
        memories: z.int().openapi({
          description: "In it. Where namespaces are cut: in all that you may read at and below it.",
        }),
      }),
    ),
    cursor: z.string().nullable(),
  })
  .openapi("NamespacePage");

export const clearParameters = z.strictObject({
  ...filterParameters,
  dry_run: z.enum(["true", "false"]).default("false").openapi({ description: "`true`: only count." }),
  cursor: z.string().min(1).max(256).optional(),
});

export const clearedView = z
  .object({
    dry_run: z.boolean(),
    memories: z.int().openapi({ description: "Memories deleted by this request." }),
    sessions: z.int().openapi({ description: "Sessions deleted by this request; 0 with a filter." }),
    state_documents: z
      .int()
      .openapi({ description: "State documents deleted by this request; 0 with a filter." }),
    cursor: z.string().nullable().openapi({ description: "null: the deletion is complete." }),
  })
  .openapi("NamespaceDeletion");
