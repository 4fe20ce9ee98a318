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
    .openapi({ description: "A namespace or a pattern; left out: all that the key administrates." }),
  agent: identifier.optional(),
  key_id: text(64).optional().openapi({ description: "Of the API key that was used." }),
  id: text(1024).optional().openapi({ description: "A memory's id or a state's key." }),
  verb: repeatable(z.enum(AUDIT_VERBS)).optional(),
  outcome: repeatable(text(64))
    .optional()
    .openapi({ description: "Such as `ok`, `created`, `missing`, `conflict`, `denied`." }),
  from: time.optional(),
  to: time.optional().openapi({ description: "Excluded." }),
};

export const auditExportParameters = z.strictObject(filterParameters);

export const auditParameters = z.strictObject({
  ...filterParameters,
  order: z.enum(["asc", "desc"]).default("desc").openapi({ description: "`desc`: newest first." }),
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(1024).optional(),
});

const auditEntryView = z
  .object({
    id: z.string().openapi({
      description: "Milliseconds and number: unique in the trail of the namespace (and in that of refusals).",
      example: "1769851800000-42",
    }),
    at: timeView,
    agent: z.string(),
    key_id: z.string().nullable(),
    verb: z.string(),
    namespace: z.string().nullable().openapi({
      description: "Of a refusal, what was refused; null for an act in no single namespace.",
    }),
    ids: z.array(z.string()).openapi({ description: "Memories or state keys; of a recall, those returned." }),
    outcome: z.string(),
    request_id: z.string(),
    other: z
      .string()
      .optional()
      .openapi({ description: "The other namespace of an act on two; the patterns of an act on many." }),
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
  const { trail, previous, raw } = stored;
  return `${JSON.stringify({ ...viewEntry(entry), trail, previous, raw, hash: hashOf(stored) })}\n`;
}
