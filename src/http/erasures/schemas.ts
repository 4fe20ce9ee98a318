import { z } from "@hono/zod-openapi";
import { patternOf } from "../../access/grants.js";
import { LIMITS } from "../../domain/limits.js";
import { CERTIFICATE_FORMAT } from "../../erasures/certificate.js";
import type { Certificate } from "../../erasures/certificate.js";
import { ERASED_KINDS } from "../../erasures/job.js";
import type { ErasureJob, ErasureTarget } from "../../erasures/job.js";
import { memoryFilter, oneOrManyOf } from "../memories/filter-schema.js";
import {
  defaultInteger,
  factName,
  identifier,
  iso,
  memoryId,
  metadataFilter,
  namespacePattern,
  orNull,
  text,
  timeView,
} from "../openapi/primitives.js";

const subject = z
  .strictObject({
    entity: oneOrManyOf(factName)
      .optional()
      .openapi({ description: "Names of entities. Their aliases count as well." }),
    agent_id: oneOrManyOf(identifier).optional().openapi({
      description:
        "Agent names. Matches what these agents wrote, and memories whose `agent_id` is one of them.",
    }),
    session_id: oneOrManyOf(identifier)
      .optional()
      .openapi({ description: "Sessions. Threads with the same id count as well." }),
    thread_id: oneOrManyOf(text(LIMITS.threadIdBytes)).optional().openapi({
      description:
        "LangGraph threads. Threads without a namespace are erased only if the erasure covers `**`.",
    }),
    state_key: oneOrManyOf(text(1024)).optional().openapi({ description: "Keys of state documents." }),
    metadata: metadataFilter.optional(),
    mentions: z.boolean().default(false).openapi({
      description:
        "Whether texts that mention one of the entities by a name match too: contents, metadata, messages, state and checkpoints.",
    }),
  })
  .refine(
    (identifiers) =>
      Object.entries(identifiers).some(([name, value]) => name !== "mentions" && value !== undefined),
    "Must hold at least one field besides mentions.",
  )
  .refine(({ mentions, entity }) => !mentions || entity !== undefined, {
    path: ["mentions"],
    message: "Needs entity: the names to look for.",
  })
  .openapi("ErasureSubject");

export const erasureRequest = z
  .strictObject({
    subject: subject.optional().openapi({
      description: "A person or thing. Everything that matches any of its fields is erased.",
    }),
    filter: memoryFilter.optional().openapi({
      description: "Memories to erase, with all that belongs to them.",
    }),
    namespace: namespacePattern.optional().openapi({
      description:
        "Namespace or pattern to look in; default: everything that the key may read, write and administer. Without `subject` and `filter`, everything in it is erased.",
    }),
    dry_run: z.boolean().default(false).openapi({
      description:
        "Whether to count only, and erase nothing. Derived memories, entity names, consolidations and audit entries aren't counted.",
    }),
  })
  .superRefine(({ subject: person, filter, namespace }, context) => {
    if (person !== undefined && filter !== undefined) {
      context.addIssue({ code: "custom", path: ["filter"], message: "Must not be combined with subject." });
    }
    if (person === undefined && filter === undefined && namespace === undefined) {
      context.addIssue({
        code: "custom",
        path: ["namespace"],
        message:
          "Is required without subject and filter. On its own, it erases everything in these namespaces.",
      });
    }
    if (filter !== undefined && Object.keys(filter).length === 0) {
      context.addIssue({ code: "custom", path: ["filter"], message: "Must hold at least one field." });
    }
  })
  .openapi("NewErasure");

export function targetOf({ subject: person, filter }: z.output<typeof erasureRequest>): ErasureTarget {
  if (person !== undefined) return { kind: "subject", subject: person };
  return filter === undefined ? { kind: "namespace" } : { kind: "filter", filter };
}

export const erasureParams = z.strictObject({ id: memoryId.openapi({ description: "Id of the erasure." }) });

export const erasureListParameters = z.strictObject({
  limit: defaultInteger(1, LIMITS.listLimit, 50),
  cursor: z.string().min(1).max(1024).optional(),
});

const counts = z.partialRecord(z.enum(ERASED_KINDS), z.int()).openapi({
  description: "Number of items found or erased so far, by kind.",
  example: { memories: 120, copies: 3, receipts: 8 },
});

export const certificateView = z
  .object({
    format: z.literal(CERTIFICATE_FORMAT).openapi({ description: "Format of the certificate." }),
    id: z.string().openapi({ description: "Id of the erasure." }),
    kind: z
      .enum(["subject", "filter", "namespace"])
      .openapi({ description: "Kind of target: a subject, a filter, or whole namespaces." }),
    namespaces: z.array(z.string()).openapi({ description: "Namespaces and patterns that were searched." }),
    requested_at: timeView.openapi({ description: "Time of the request, by the clock of Redis." }),
    completed_at: timeView.openapi({ description: "End of the erasure, by the clock of Redis." }),
    mneme_version: z.string().openapi({ description: "Version of mneme that ran the erasure." }),
    counts: z
      .record(z.string(), z.int())
      .openapi({ description: "Number of erased things by kind.", example: { memories: 120, copies: 3 } }),
    copies_left: z.int().openapi({
      description:
        "Number of published copies that stay: they don't follow their origin, and the key lacks `admin`, `read` or `write` in their namespaces.",
    }),
    public_key: z.string().openapi({ description: "Ed25519 public key (SPKI, DER, base64)." }),
    signature: z.string().openapi({
      description:
        "Ed25519 signature (base64) of the other fields as JSON without white space, each object's fields sorted by name.",
    }),
  })
  .openapi("ErasureCertificate");

export const erasureView = z
  .object({
    id: z.string().openapi({ description: "Id of the erasure." }),
    status: z.enum(["running", "complete"]).openapi({ description: "Whether the erasure is finished." }),
    kind: z
      .enum(["subject", "filter", "namespace"])
      .openapi({ description: "Kind of target: a subject, a filter, or whole namespaces." }),
    namespaces: z.array(z.string()).openapi({ description: "Namespaces and patterns that are searched." }),
    dry_run: z.boolean().openapi({ description: "Whether this is a dry run, which erases nothing." }),
    requested_at: timeView.openapi({ description: "Time of the request, by the clock of Redis." }),
    completed_at: orNull(timeView).openapi({ description: "End of the erasure; null while it runs." }),
    phase: z.string().openapi({ description: "Current step.", example: "memories" }),
    found: z.int().openapi({ description: "Number of things found so far." }),
    handled: z.int().openapi({ description: "Number of these that are erased." }),
    counts,
    copies_left: z.int().openapi({
      description:
        "Number of published copies that stay: they don't follow their origin, and the key lacks `admin`, `read` or `write` in their namespaces.",
    }),
    certificate: orNull(certificateView).openapi({
      description: "Signed statement of what was erased; null while it runs, and for a dry run.",
    }),
  })
  .openapi("Erasure");

export const erasurePage = z
  .object({
    erasures: z.array(erasureView).openapi({ description: "Erasures, newest first." }),
    cursor: z.string().nullable(),
  })
  .openapi("ErasurePage");

export function viewErasure(job: ErasureJob): z.infer<typeof erasureView> {
  return {
    id: job.id,
    status: job.status,
    kind: job.kind,
    namespaces: job.scopes.map(patternOf),
    dry_run: job.dryRun,
    requested_at: iso(job.startedAt),
    completed_at: job.finishedAt === null ? null : iso(job.finishedAt),
    phase: job.status === "complete" ? "done" : job.phase,
    found: job.found,
    handled: job.handled,
    counts: { ...job.counts },
    copies_left: job.copiesLeft,
    certificate: job.certificate === null ? null : viewCertificate(job.certificate),
  };
}

function viewCertificate(certificate: Certificate): z.infer<typeof certificateView> {
  return {
    ...certificate,
    namespaces: [...certificate.namespaces],
    counts: { ...certificate.counts },
  };
}
