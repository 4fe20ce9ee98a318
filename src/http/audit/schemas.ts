import { z } from "@hono/zod-openapi";
import type { StoredEntry } from "../../access/entry.js";
import { hashOf } from "../../access/entry.js";
import type { AuditEntry, AuditFilter } from "../../access/query.js";
import { AUDIT_VERBS } from "../../access/trail.js";
import { LIMITS } from "../../domain/limits.js";
import { repeatable } from "../memories/list-schemas.js";
import { defaultInteger, identifier, namespacePattern, text, time, timeView } from "../openapi/primitives.js";

const filterParameters = {
  namespace: namespacePattern
    .optional()
    .openapi({ description: "Namespace or pattern. Defaults to everything that the key administers." }),
  agent: identifier.optional(),
  key_id: text(64).optional().openapi({ description: "Only acts with this API key: its id." }),
  id: text(1024)
    .optional()
    .openapi({ description: "Only acts on this memory (its id) or on this state document (its key)." }),
  verb: repeatable(z.enum(AUDIT_VERBS)).optional(),
  outcome: repeatable(text(64)).optional().openapi({
    description:
      "Only acts with this outcome, such as `ok`, `created`, `missing`, `conflict` or `denied`; repeat it for several.",
  }),
  from: time.optional(),
  to: time.optional().openapi({ description: "Only before this time (exclusive)." }),
};

export const auditExportParameters = z.strictObject(filterParameters);

export const auditParameters = z.strictObject({
  ...filterParameters,
  order: z
    .enum(["asc", "desc"])
    .default("desc")
    .openapi({ description: "Sort order by time; `desc`: newest first." }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(1024).optional(),
});

const auditEntryView = z
  .object({
    id: z.string().openapi({
      description:
        "Id of the entry: time in milliseconds, and a sequence number. Unique within its trail: a namespace has one, and refused acts have one of their own.",
      example: "1769851800000-42",
    }),
    at: timeView,
    agent: z.string(),
    key_id: z.string().nullable(),
    verb: z.string(),
    namespace: z.string().nullable().openapi({
      description:
        "Namespace of the act, or the refused namespace or pattern; null for an act on no single namespace.",
    }),
    ids: z.array(z.string()).openapi({
      description:
        "Ids of the memories or keys of the state documents concerned; for a recall, those returned.",
    }),
    outcome: z.string(),
    request_id: z.string(),
    other: z.string().optional().openapi({
      description:
        "What else the act concerned: the second namespace of an act on two, such as `publish`; the patterns of an act on many, such as `list`; or the id of a receipt or source.",
    }),
  })
  .openapi("AuditEntry");

export const auditPage = z
  .object({ entries: z.array(auditEntryView), cursor: z.string().nullable() })
  .openapi("AuditPage");

export function filterOf(parameters: z.output<typeof auditExportParameters>): AuditFilter {
  const { verb, outcome, ...rest } = parameters;
  return { ...rest, verbs: verb, outcomes: outcome };
}

export function viewEntry(entry: AuditEntry): z.infer<typeof auditEntryView> {
  return {
    id: entry.id,
    at: new Date(entry.at).toISOString(),
    agent: entry.agent,
    key_id: entry.keyId,
    verb: entry.verb,
    namespace: entry.namespace,
    ids: [...entry.ids],
    outcome: entry.outcome,
    request_id: entry.requestId,
    ...(entry.other === null ? {} : { other: entry.other }),
  };
}

/** A line of an export: the entry, and what its hash is made of, as docs/audit.md describes. */
export function exportLine(entry: AuditEntry, stored: StoredEntry): string {
  const { trail, previous, raw, kept } = stored;
  const pseudonymised = kept === undefined ? {} : { pseudonymised: true };
  const line = { ...viewEntry(entry), trail, previous, raw, hash: hashOf(stored), ...pseudonymised };
  return `${JSON.stringify(line)}\n`;
}
