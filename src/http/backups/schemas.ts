import { z } from "@hono/zod-openapi";
import { isComplete } from "../../backup/export-job.js";
import type { ExportJob } from "../../backup/export-job.js";
import type { ImportJob } from "../../backup/import-job.js";
import { CONFLICT_RULES, OUTCOMES } from "../../backup/ports.js";
import { LIMITS } from "../../domain/limits.js";
import {
  integerParameter,
  iso,
  memoryId,
  namespace,
  namespacePattern,
  orNull,
  time,
  timeView,
} from "../openapi/primitives.js";

export const exportRequest = z
  .strictObject({
    namespaces: z
      .array(namespacePattern)
      .min(1)
      .max(LIMITS.recallNamespaces)
      .default(["**"])
      .openapi({ description: "Namespaces and patterns to export. Default: all that the key may read." }),
    since: time.optional().openapi({
      description:
        "Export only what has changed since this time. To continue an earlier export, give its `started_at`.",
    }),
    vectors: z.boolean().default(false).openapi({
      description:
        "Whether the export holds embedding vectors. Without them, an import embeds all memories again.",
    }),
    keys: z.boolean().default(false).openapi({
      description:
        "Whether the export holds the API keys, with hashes of their secrets: after an import they work again. Needs `admin` on `**`.",
    }),
    reputations: z.boolean().optional().openapi({
      description:
        "Whether the export holds the votes on agents' memories. Needs `admin` on `**`. Default: `true` for such a key that exports `**`.",
    }),
    receipts: z.boolean().default(false).openapi({
      description:
        "Whether the export holds receipts of recalls, where the key has `admin` on all that they asked for and found. They are about 1 KB each.",
    }),
  })
  .openapi("NewExport");

export const jobParams = z.strictObject({ id: memoryId });
export const partParams = z.strictObject({ id: memoryId, part: integerParameter(1, 1e9) });

const lineCounts = z
  .record(z.string(), z.int())
  .openapi({ description: "Number of lines by kind.", example: { memory: 1200, version: 80 } });

export const exportView = z
  .object({
    id: z.string().openapi({ description: "Id of the export." }),
    status: z.enum(["running", "complete"]).openapi({ description: "Whether the last part was read." }),
    namespaces: z.array(z.string()).openapi({ description: "Namespaces and patterns that were asked for." }),
    started_at: timeView.openapi({ description: "Start of the export, by the clock of Redis." }),
    since: orNull(timeView).openapi({ description: "Start of the changes it holds; null: everything." }),
    vectors: z.boolean().openapi({ description: "Whether the export holds embedding vectors." }),
    keys: z.boolean().openapi({ description: "Whether the export holds API keys." }),
    reputations: z
      .boolean()
      .openapi({ description: "Whether the export holds the votes on agents' memories." }),
    receipts: z.boolean().openapi({ description: "Whether the export holds receipts of recalls." }),
    model: z.string().nullable().openapi({ description: "Embedding model of the vectors." }),
    next_part: z.int().nullable().openapi({ description: "Number of the next part; null at the end." }),
    bytes: z.int().openapi({ description: "Bytes of the parts so far." }),
    lines: z.int().openapi({ description: "Lines of the parts so far." }),
    counts: lineCounts,
    current_namespace: z
      .string()
      .nullable()
      .openapi({ description: "Namespace that is being read; null before and after." }),
  })
  .openapi("Export");

export function viewExport(job: ExportJob): z.infer<typeof exportView> {
  const { state } = job;
  return {
    id: job.id,
    status: isComplete(job) ? "complete" : "running",
    namespaces: [...job.patterns],
    started_at: iso(job.startedAt),
    since: job.since === 0 ? null : iso(job.since),
    vectors: job.vectors,
    keys: job.keys === true,
    reputations: job.reputations === true,
    receipts: job.receipts === true,
    model: job.model,
    next_part: isComplete(job) ? null : job.part,
    bytes: state.bytes,
    lines: state.chain.lines,
    counts: { ...state.counts },
    current_namespace: state.position.namespace,
  };
}

export const importRequest = z
  .strictObject({
    on_conflict: z.enum(CONFLICT_RULES).default("skip").openapi({
      description:
        "What happens if another record already has the same id or name: keep that record (`skip`), replace it (`overwrite`), or end the import (`fail`).",
    }),
    dry_run: z
      .boolean()
      .default(false)
      .openapi({ description: "Whether the import only checks the file and counts what it would do." }),
    restore_erased: z.boolean().default(false).openapi({
      description: "Whether records that were deleted here since the export come back.",
    }),
    into: namespace.optional().openapi({
      description: "Namespace that replaces the exported one, with everything below it.",
    }),
  })
  .openapi("NewImport");

const outcomeCounts = z.record(z.string(), z.partialRecord(z.enum(OUTCOMES), z.int())).openapi({
  description: "Number of lines by kind and outcome.",
  example: { memory: { created: 1200, skipped: 3 } },
});

export const importView = z
  .object({
    id: z.string().openapi({ description: "Id of the import." }),
    status: z
      .enum(["running", "complete", "failed"])
      .openapi({ description: "`complete`: the trailer was read and fits. `failed`: a line was refused." }),
    started_at: timeView.openapi({ description: "Start of the import." }),
    on_conflict: z.enum(CONFLICT_RULES).openapi({ description: "Rule for records that exist already." }),
    dry_run: z.boolean().openapi({ description: "Whether nothing is written." }),
    restore_erased: z
      .boolean()
      .openapi({ description: "Whether records that were deleted here since the export come back." }),
    into: z
      .string()
      .nullable()
      .openapi({ description: "Namespace that replaces the exported one; null: names stay." }),
    next_part: z.int().nullable().openapi({ description: "Number of the next part; null at the end." }),
    lines: z.int().openapi({ description: "Lines read so far." }),
    counts: outcomeCounts,
    failure: z
      .object({
        line: z.int().openapi({ description: "Number of the line, from 1." }),
        message: z.string().openapi({ description: "Why the line was refused." }),
      })
      .nullable()
      .openapi({ description: "The line that ended the import; null: none." }),
  })
  .openapi("Import");

export function viewImport(job: ImportJob): z.infer<typeof importView> {
  const { options } = job;
  return {
    id: job.id,
    status: job.status,
    started_at: iso(job.startedAt),
    on_conflict: options.rule,
    dry_run: options.dryRun,
    restore_erased: options.restoreErased,
    into: options.into ?? null,
    next_part: job.status === "running" ? job.part : null,
    lines: job.chain.lines,
    counts: Object.fromEntries(Object.entries(job.counts).map(([kind, counts]) => [kind, { ...counts }])),
    failure: job.failure,
  };
}
