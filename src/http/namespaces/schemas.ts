import { z } from "@hono/zod-openapi";
import { NO_SETTINGS } from "../../access/namespaces/settings.js";
import type { Settings } from "../../access/namespaces/settings.js";
import type { JsonValue } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import { CARDINALITIES } from "../../memory/model/fact.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { nextTime, problemOf } from "../../memory/consolidation/execute/schedule.js";
import type { ScheduleProblem } from "../../memory/consolidation/execute/schedule.js";
import { PII_ACTIONS, PII_NAMES } from "../../pii/kinds.js";
import type { PiiKind } from "../../pii/kinds.js";
import { PHONE_COUNTRIES } from "../../pii/detect/phones.js";
import { step } from "../consolidations/schemas.js";
import { filterParameters, itemsOnly } from "../memories/list-schemas.js";
import { invalidRequest } from "../problem.js";
import { isoOrNull } from "../memories/view.js";
import { defaultInteger, factName, integerParameter, namespace, timeView } from "../openapi/primitives.js";

const seconds = z.int().min(1).max(LIMITS.ttlSeconds).nullable();
const life = z.int().min(0).max(LIMITS.ttlSeconds).nullable();
/** An hour at least: an administrator can't hide an act at once. */
const auditLife = z.int().min(3600).max(LIMITS.ttlSeconds).nullable();
const amount = z.int().min(0).max(LIMITS.quota).nullable();

const windowMessages = z.int().min(2).max(LIMITS.windowMessages).nullable();
const windowTokens = z.int().min(1).max(LIMITS.windowTokens).nullable();
/** Kept as names are compared. */
const byPredicate = <Value extends z.ZodType>(value: Value) =>
  z
    .record(factName, value)
    .refine((given) => Object.keys(given).length <= LIMITS.predicates, {
      message: `Must not hold more than ${LIMITS.predicates} predicates.`,
    })
    .transform((given) =>
      Object.fromEntries(Object.entries(given).map(([name, each]) => [normaliseName(name), each])),
    );
const PREDICATES_DESCRIPTION =
  "Default cardinality by predicate, for facts written later without `cardinality`. Predicates that aren't listed are `many`.";
const predicates = byPredicate(z.enum(CARDINALITIES)).openapi({
  type: "object",
  additionalProperties: { type: "string", enum: [...CARDINALITIES] },
  description: PREDICATES_DESCRIPTION,
  example: { lives_in: "one" },
});

const SCHEDULE_PROBLEMS: Readonly<Record<ScheduleProblem, string>> = {
  schedule: "Must be a cron pattern of five fields, or six with leading seconds.",
  never: "The schedule never occurs.",
  time_zone: "Must be an IANA time zone.",
};

const scheduleFields = {
  schedule: z.string().min(1).max(128).openapi({
    description: "Cron pattern of the runs: five fields, or six with leading seconds.",
    example: "0 3 * * *",
  }),
  time_zone: z.string().min(1).max(64).openapi({ description: "IANA time zone of the schedule." }),
  steps: z.array(step).min(1).nullable(),
  older_than_seconds: life,
  unread_seconds: life,
  next_run_at: timeView.nullish().openapi({
    description: "Read-only; accepted on write and ignored, so a response can be sent back.",
  }),
};

/** When it is consolidated by itself, and how. */
const consolidation = z
  .strictObject({
    ...scheduleFields,
    time_zone: scheduleFields.time_zone.default("UTC"),
    steps: scheduleFields.steps.default(null),
    older_than_seconds: life.default(null),
    unread_seconds: life.default(null),
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

const piiAction = z.enum(PII_ACTIONS).nullable();
const actionFor = (kind: PiiKind) => ({ description: `Action for ${PII_NAMES[kind]}; null: allow.` });
/** For each kind, in what is sent and in what is answered. */
const piiActions = {
  email: piiAction.openapi(actionFor("email")),
  phone: piiAction.openapi(actionFor("phone")),
  card: piiAction.openapi(actionFor("card")),
  iban: piiAction.openapi(actionFor("iban")),
  ip: piiAction.openapi(actionFor("ip")),
  national_id: piiAction.openapi(actionFor("national_id")),
  secret: piiAction.openapi(actionFor("secret")),
} satisfies Record<PiiKind, unknown>;
const piiFields = {
  ...piiActions,
  state: z.boolean().nullable().openapi({
    description: "Whether the values of state documents are treated as well; null means false.",
  }),
  region: z.enum(PHONE_COUNTRIES).nullable().openapi({
    description:
      "Country (ISO 3166-1) whose telephone numbers are found without their country code; null: only numbers in North American grouping, or US numbers after a word such as `call`.",
    example: "AT",
  }),
};

const ARCHIVE_DESCRIPTION =
  "Which episodic memories are moved to the archive. Pinned and published memories, copies and facts are never moved. See docs/archive.md.";
const ARCHIVE_FIELDS = {
  after_seconds: "Minimum age of the current version of an archived memory; null: nothing is archived.",
  unread_seconds:
    "Minimum time since an archived memory was last used, seen again or restored; null: the same as `after_seconds`.",
  max_importance: "Maximum importance of an archived memory; null: any importance.",
  consolidated_only: "Whether only memories that a summary supersedes are archived; null means false.",
} as const;

/** The fields of each group of settings. null: not set. */
const FIELDS = {
  state_ttl: { default_seconds: seconds, max_seconds: seconds },
  quota: { memories: amount, bytes: amount },
  publish: { min_trust: z.number().min(0).max(1).nullable() },
  decay: { touch: z.boolean().nullable() },
  ttl: { episodic_seconds: life, semantic_seconds: life, procedural_seconds: life },
  recency: {
    weight: z.number().min(0).max(1).nullable(),
    half_life_days: z.number().min(0.001).max(36_500).nullable(),
  },
  session: { ttl_seconds: seconds, window_messages: windowMessages, window_tokens: windowTokens },
  receipts: { share: z.number().min(0).max(1).nullable() },
  retention: {
    receipts_seconds: life,
    audit_seconds: auditLife,
    episodic_seconds: seconds,
    semantic_seconds: seconds,
    procedural_seconds: seconds,
    versions_seconds: seconds,
    sessions_seconds: seconds,
    state_history_seconds: seconds,
  },
  archive: {
    after_seconds: seconds.openapi({ description: ARCHIVE_FIELDS.after_seconds }),
    unread_seconds: seconds.openapi({ description: ARCHIVE_FIELDS.unread_seconds }),
    max_importance: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .openapi({ description: ARCHIVE_FIELDS.max_importance }),
    consolidated_only: z.boolean().nullable().openapi({ description: ARCHIVE_FIELDS.consolidated_only }),
  },
  pii: piiFields,
} as const;

const DESCRIPTIONS = {
  publish:
    "Settings of publications into this namespace. A copy with less trust than `min_trust` is quarantined: recalls and lists don't return it until a human confirms it or a key with `publish` here releases it.",
  decay:
    "Settings of decay. `touch`: whether a recall counts its hits as used, which extends their life; null means true.",
  ttl: "Default TTL by memory type, for memories written later without `ttl_seconds`. 0: no expiry.",
  recency: "Default recency settings of recalls that search only this namespace and don't set `recency`.",
  receipts:
    "Settings of receipts. `share`: share of recalls that store a receipt without asking for one, from 0 to 1; null means 1.",
  retention:
    "How long each kind of content is kept at most; null: the service's default; memory types and sessions have none. Memories of a type count from their current version, old versions from when they were superseded, sessions from their last message. `receipts_seconds` 0: none is stored. A recall of several namespaces follows the strictest of them.",
  archive: ARCHIVE_DESCRIPTION,
  pii: "What writes do with personal data, by kind. `allow` (and null): it isn't looked for. `tag`: it stays, and the memory gets the tag `pii:<kind>`. `redact`: a mark such as `[email]` replaces it. `tokenize`: a token such as `[email:7f3a0c55d1e2b894]` replaces it, the same for the same value, and the original can be revealed. `reject`: the write is refused (422). See docs/privacy.md.",
} as const;

/** Fields that a client of an earlier release leaves out stay unset. */
type Defaulted<Shape> = {
  [Name in keyof Shape]: Shape[Name] extends z.ZodType ? z.ZodDefault<Shape[Name]> : never;
};

/** A group of which a missing field is null. */
function whole<const Shape extends Readonly<Record<string, z.ZodNullable>>>(shape: Shape) {
  const fields = Object.entries(shape).map(([name, field]) => [name, field.default(null)]);
  // Object.fromEntries loses the names: they are those of the shape.
  return z.strictObject(Object.fromEntries(fields) as Defaulted<Shape>);
}

/** A missing field is null: not set. */
export const newSettings = z
  .strictObject({
    state_ttl: whole(FIELDS.state_ttl)
      .refine(({ default_seconds, max_seconds }) => (default_seconds ?? 0) <= (max_seconds ?? Infinity), {
        path: ["default_seconds"],
        message: "Must not exceed max_seconds.",
      })
      .default(NO_SETTINGS.state_ttl),
    quota: whole(FIELDS.quota).default(NO_SETTINGS.quota),
    publish: whole(FIELDS.publish)
      .default(NO_SETTINGS.publish)
      .openapi({ description: DESCRIPTIONS.publish }),
    decay: whole(FIELDS.decay).default(NO_SETTINGS.decay).openapi({ description: DESCRIPTIONS.decay }),
    ttl: whole(FIELDS.ttl).default(NO_SETTINGS.ttl).openapi({ description: DESCRIPTIONS.ttl }),
    recency: whole(FIELDS.recency)
      .default(NO_SETTINGS.recency)
      .openapi({ description: DESCRIPTIONS.recency }),
    session: whole(FIELDS.session).default(NO_SETTINGS.session),
    receipts: whole(FIELDS.receipts)
      .default(NO_SETTINGS.receipts)
      .openapi({ description: DESCRIPTIONS.receipts }),
    retention: whole(FIELDS.retention)
      .default(NO_SETTINGS.retention)
      .openapi({ description: DESCRIPTIONS.retention }),
    archive: whole(FIELDS.archive)
      .default(NO_SETTINGS.archive)
      .openapi({ description: DESCRIPTIONS.archive }),
    pii: whole(FIELDS.pii).default(NO_SETTINGS.pii).openapi({ description: DESCRIPTIONS.pii }),
    consolidation: consolidation.nullable().default(null),
    predicates: predicates.default(NO_SETTINGS.predicates),
  })
  .openapi("NewNamespaceSettings");

const part = <const Shape extends z.ZodRawShape>(shape: Shape, description?: string) => {
  const schema = z.strictObject(shape).partial().nullable().optional();
  return description === undefined ? schema : schema.openapi({ description });
};

/** What a merge patch of settings may hold. What its fields say together is checked once it is merged. */
export const settingsPatch = z
  .strictObject({
    state_ttl: part(FIELDS.state_ttl),
    quota: part(FIELDS.quota),
    publish: part(FIELDS.publish, DESCRIPTIONS.publish),
    decay: part(FIELDS.decay, DESCRIPTIONS.decay),
    ttl: part(FIELDS.ttl, DESCRIPTIONS.ttl),
    recency: part(FIELDS.recency, DESCRIPTIONS.recency),
    session: part(FIELDS.session),
    receipts: part(FIELDS.receipts, DESCRIPTIONS.receipts),
    retention: part(FIELDS.retention, DESCRIPTIONS.retention),
    archive: part(FIELDS.archive, DESCRIPTIONS.archive),
    pii: part(FIELDS.pii, DESCRIPTIONS.pii),
    consolidation: part({
      ...scheduleFields,
      schedule: scheduleFields.schedule.nullable(),
      time_zone: scheduleFields.time_zone.nullable(),
    }),
    predicates: byPredicate(z.enum(CARDINALITIES).nullable())
      .nullable()
      .optional()
      .openapi({
        type: ["object", "null"],
        additionalProperties: { type: ["string", "null"], enum: [...CARDINALITIES, null] },
        description: PREDICATES_DESCRIPTION,
        example: { lives_in: "one" },
      }),
  })
  .openapi("NamespaceSettingsPatch");

/** It came as JSON, in which nothing is undefined. */
export const patchOf = (sent: z.infer<typeof settingsPatch>): JsonValue => sent as JsonValue;

/** Reads settings that a patch was merged into. */
export function parseSettings(merged: JsonValue): Settings {
  const result = newSettings.safeParse(merged);
  if (!result.success) throw invalidRequest(result.error);
  return result.data;
}

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
    receipts: z.object({ share: z.number().nullable() }),
    retention: z.object({
      receipts_seconds: setting,
      audit_seconds: setting,
      episodic_seconds: setting,
      semantic_seconds: setting,
      procedural_seconds: setting,
      versions_seconds: setting,
      sessions_seconds: setting,
      state_history_seconds: setting,
    }),
    archive: z
      .object({
        after_seconds: setting.openapi({ description: ARCHIVE_FIELDS.after_seconds }),
        unread_seconds: setting.openapi({ description: ARCHIVE_FIELDS.unread_seconds }),
        max_importance: z.number().nullable().openapi({ description: ARCHIVE_FIELDS.max_importance }),
        consolidated_only: z.boolean().nullable().openapi({ description: ARCHIVE_FIELDS.consolidated_only }),
      })
      .openapi({ description: ARCHIVE_DESCRIPTION }),
    pii: z
      .object({
        ...piiActions,
        state: z
          .boolean()
          .nullable()
          .openapi({ description: "Whether the values of state documents are treated as well." }),
        region: z.string().nullable().openapi({
          description: "Country (ISO 3166-1) whose telephone numbers are found without their country code.",
        }),
      })
      .openapi({ description: "What writes do with personal data, by kind. See docs/privacy.md." }),
    consolidation: z
      .object({
        schedule: z.string(),
        time_zone: z.string(),
        steps: z.array(z.string()).nullable(),
        older_than_seconds: setting,
        unread_seconds: setting,
        next_run_at: timeView.nullable().openapi({ description: "Time of the next scheduled run." }),
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
        "Bytes of memories (JSON including interactions, vectors at 2 bytes per dimension, and old versions), of sessions and of state. Index structures aren't counted.",
    }),
    session_bytes: z.int().openapi({
      description:
        "The part of `bytes` held by sessions: messages not yet promoted, the ids of all messages, and running summaries.",
    }),
    state_bytes: z.int().openapi({
      description:
        "The part of `bytes` held by state: each current and old version of a document counts with its JSON, its key, and 128 bytes.",
    }),
    quota: quotaView.openapi({
      description: "The effective quota, own or inherited. A maximum of null means unlimited.",
    }),
  })
  .openapi("NamespaceUsage");

const labels = z
  .string()
  .max(LIMITS.namespaceLength)
  .regex(
    /^(?:[A-Za-z0-9_-]+|\*)(?:\.(?:[A-Za-z0-9_-]+|\*))*$/,
    "Must be labels joined by dots; * matches any one label.",
  )
  .transform((value) => value.split("."))
  .optional();

export const namespaceListParameters = z.strictObject({
  prefix: labels.openapi({
    type: "string",
    description: "Leading labels of the namespace; `*` matches any one label.",
  }),
  suffix: labels.openapi({
    type: "string",
    description: "Trailing labels of the namespace; `*` matches any one label.",
  }),
  max_depth: integerParameter(1, LIMITS.namespaceLabels).optional().openapi({
    description:
      "Maximum number of labels. Longer namespaces are cut to this number of labels, and listed once.",
  }),
  items_only: itemsOnly.openapi({
    description: "`true`: count only items (memories under a key), and list only namespaces that hold items.",
  }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(512).optional(),
});

export const namespacePage = z
  .object({
    namespaces: z.array(
      z.object({
        namespace,
        memories: z.int().openapi({
          description:
            "Number of memories in this namespace. With `max_depth`, memories of all namespaces below it that you may read are included.",
        }),
      }),
    ),
    cursor: z.string().nullable(),
  })
  .openapi("NamespacePage");

export const clearParameters = z.strictObject({
  ...filterParameters,
  dry_run: z
    .enum(["true", "false"])
    .default("false")
    .openapi({ description: "`true`: only count, delete nothing." }),
  // It may hold the key of a document.
  cursor: z.string().min(1).max(1024).optional(),
});

export const clearedView = z
  .object({
    dry_run: z.boolean(),
    memories: z.int().openapi({
      description: "Number of memories that this request deleted, or would delete with `dry_run`.",
    }),
    sessions: z.int().openapi({
      description:
        "Number of sessions that this request deleted, or would delete with `dry_run`; 0 with a filter.",
    }),
    state_documents: z.int().openapi({
      description:
        "Number of state documents that this request deleted, or would delete with `dry_run`; 0 with a filter.",
    }),
    cursor: z
      .string()
      .nullable()
      .openapi({ description: "Cursor of the next request; null: the deletion is complete." }),
  })
  .openapi("NamespaceDeletion");
