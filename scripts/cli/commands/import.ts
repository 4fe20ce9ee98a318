import { rm } from "node:fs/promises";
import { Argument, Command, Option } from "commander";
import type { z } from "@hono/zod-openapi";
import { CONFLICT_RULES } from "../../../src/backup/ports.js";
import type { ConflictRule } from "../../../src/backup/ports.js";
import { importView } from "../../../src/http/backups/schemas.js";
import { Failure } from "../../shell/failure.js";
import { createApi, jsonBody } from "../api.js";
import type { Api } from "../api.js";
import { checkFile } from "../check-file.js";
import { FILE_FORMATS, formatOf } from "../file-format.js";
import type { FileFormat } from "../file-format.js";
import { linesOf } from "../file-lines.js";
import { apiKey, jsonOption, printJson, ratio, urlOption } from "../options.js";
import { readPam } from "../pam/read.js";
import { DEFAULT_TRUST } from "../sources/drafts.js";
import { importSource } from "../sources/import-source.js";
import { isRedisUrl, refuseOtherUrl } from "../sources/input/redis.js";
import { isSourceName, SOURCE_NAMES } from "../sources/index.js";
import type { SourceName } from "../sources/index.js";
import type { Connection } from "../options.js";

interface ImportOptions extends Connection {
  readonly onConflict: ConflictRule;
  readonly into?: string;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly restoreErased?: boolean;
  readonly resume?: string;
  readonly json?: boolean;
  readonly from: FileFormat | SourceName | "auto";
  readonly trust: number;
  readonly user?: string;
  readonly keyPrefix?: string;
  readonly asNew?: boolean;
}

type View = z.output<typeof importView>;

/** A part is sent once it has so many bytes. Fixed, so that a part has the same lines when it is sent again. */
const PART_BYTES = 1024 * 1024;

export function importCommand(): Command {
  return new Command("import")
    .description(
      "Reads a file that `mneme export` wrote, a document of Portable AI Memory, or the memories of another system. An export is checked as a whole before anything is written.",
    )
    .addArgument(
      new Argument("<file>", "file to read; with other systems also a folder, or the URL of their Redis"),
    )
    .addOption(urlOption())
    .addOption(
      new Option("--on-conflict <rule>", "what happens where another record is stored already")
        .choices(CONFLICT_RULES)
        .default("skip"),
    )
    .option(
      "--into <namespace>",
      "namespace that replaces the exported one, with everything below it; with other systems the one to write to",
    )
    .option("--dry-run", "only count what the import would do")
    .option("--verify", "only check the file, without a service")
    .option("--restore-erased", "bring back records that were deleted since the export")
    .addOption(
      new Option("--from <source>", "mneme, pam for Portable AI Memory, or the system that wrote the file")
        .choices(["auto", ...FILE_FORMATS, ...SOURCE_NAMES])
        .default("auto"),
    )
    .addOption(
      new Option("--trust <number>", "with other systems: upper bound of the trust of the memories, 0 to 1")
        .argParser(ratio)
        .default(DEFAULT_TRUST),
    )
    .option(
      "--user <id>",
      "with other systems: only what they hold of this user, or of this group of Graphiti",
    )
    .option("--key-prefix <prefix>", "with the Redis of another system: first part of its keys")
    .option(
      "--as-new",
      "write the memories of an export or a PAM document as new ones, under the namespace's settings: its policy for personal data holds, and versions, sessions and state stay out",
    )
    .option("--resume <id>", "continue an interrupted import")
    .addOption(jsonOption())
    .addHelpText("after", "\nOther systems: docs/import.md has what becomes of their records.")
    .action(async (file: string, options: ImportOptions) => run(file, options));
}

async function run(file: string, options: ImportOptions): Promise<void> {
  refuseOtherUrl(file);
  if (isRedisUrl(file) && !isSourceName(options.from)) {
    throw new Failure("Say with --from which system's Redis it is.");
  }
  const format = options.from === "auto" ? await formatOf(file) : options.from;
  if (isSourceName(format)) {
    refuseOptionsOfExports(format, options);
    return importSource(format, file, options);
  }
  refuseOptionsOfSources(format, options);
  if (options.asNew === true) return importAsNew(format, file, options);
  if (format === "mneme") return importLines(file, options);
  if (options.resume !== undefined) {
    throw new Failure("A PAM document is sent from its beginning: import it again, without --resume.");
  }
  const { into, ...rest } = options;
  const read = await readPam(file, into);
  try {
    const retracted = read.retracted === 0 ? "" : ` ${read.retracted} more were retracted, and stay out.`;
    console.error(`${file}: ${read.memories} memories, as Portable AI Memory.${retracted}`);
    await importLines(read.file, rest);
  } catch (error) {
    throw error instanceof Failure ? new Failure(nameMemory(error.message, read.file, file)) : error;
  } finally {
    await rm(read.file, { force: true });
  }
}

async function importAsNew(format: FileFormat, file: string, options: ImportOptions): Promise<void> {
  refuseOptionsOfExports(`${format} and --as-new`, options);
  if (format === "mneme") {
    await checkFile(file);
    return importSource("mneme-export", file, options);
  }
  const read = await readPam(file, options.into);
  try {
    await importSource("mneme-export", read.file, options);
  } finally {
    await rm(read.file, { force: true });
  }
}

/** Other systems have no checksums, and no records of which one could replace another. */
function refuseOptionsOfExports(source: string, options: ImportOptions): void {
  const given = [
    ...(options.onConflict === "skip" ? [] : ["--on-conflict"]),
    ...(options.verify === true ? ["--verify"] : []),
    ...(options.restoreErased === true ? ["--restore-erased"] : []),
    ...(options.resume === undefined ? [] : ["--resume"]),
    ...(options.asNew === true && isSourceName(source) ? ["--as-new"] : []),
  ];
  if (given.length > 0) throw new Failure(`${given.join(", ")}: not with --from ${source}.`);
}

function refuseOptionsOfSources(format: FileFormat, options: ImportOptions): void {
  const given = [
    ...(options.user === undefined ? [] : ["--user"]),
    ...(options.keyPrefix === undefined ? [] : ["--key-prefix"]),
  ];
  if (given.length > 0) throw new Failure(`${given.join(", ")}: not with --from ${format}.`);
}

/** Each memory of a document is a line of the file that was made of it, after its first one. */
function nameMemory(message: string, lines: string, file: string): string {
  const named = message.replaceAll(`${lines}: `, `${file}: `);
  return named.replace(/\bLine (\d+):/, (_, line: string) => `memory ${Number(line) - 1}:`);
}

async function importLines(file: string, options: ImportOptions): Promise<void> {
  const { manifest, trailer, lines } = await checkFile(file);
  console.error(
    `${file}: ${lines} lines, format version ${manifest.format_version}, exported at ${manifest.started_at} by mneme ${manifest.mneme_version}. The file is whole.`,
  );
  if (options.verify === true) {
    if (options.json === true) printJson({ file, lines, manifest, trailer });
    return;
  }
  const api = createApi(options.url, apiKey());
  // Where one conflict is to leave everything as it is, all are looked for before the first write.
  if (options.onConflict === "fail" && options.dryRun !== true && options.resume === undefined) {
    const trial = await importFile(api, file, { ...options, dryRun: true });
    const conflicts = conflictsIn(trial);
    if (conflicts > 0) {
      throw new Failure(
        `${conflicts} records of the file are stored already in another version. Nothing was written.`,
      );
    }
  }
  const done = await importFile(api, file, options);
  if (options.json === true) printJson(done);
  console.error(
    [
      options.dryRun === true
        ? "Nothing was written. The import would have this result:"
        : "The import is complete.",
      ...linesOfCounts(done),
    ].join("\n"),
  );
}

async function importFile(api: Api, file: string, options: ImportOptions): Promise<View> {
  let view = await begun(api, options);
  if (options.dryRun !== true)
    console.error(`Import ${view.id}. If it is interrupted, pass --resume ${view.id}`);
  const first = view.next_part ?? Number.POSITIVE_INFINITY;
  let part = 0;
  for await (const text of partsOf(file)) {
    part++;
    if (part < first) continue;
    view = await api.json(importView, {
      method: "PUT",
      path: `/v1/imports/${view.id}/parts/${part}`,
      body: { type: "application/octet-stream", text },
      repeatable: true,
    });
    if (process.stderr.isTTY) process.stderr.write(`\rpart ${part}, line ${view.lines}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
  if (view.status !== "complete") throw new Failure(`The import ${view.id} isn't complete: ${view.status}.`);
  return view;
}

function begun(api: Api, options: ImportOptions): Promise<View> {
  if (options.resume !== undefined) {
    const path = `/v1/imports/${encodeURIComponent(options.resume)}`;
    return api.json(importView, { method: "GET", path, repeatable: true });
  }
  const body = {
    on_conflict: options.onConflict,
    dry_run: options.dryRun === true,
    restore_erased: options.restoreErased === true,
    ...(options.into === undefined ? {} : { into: options.into }),
  };
  return api.json(importView, {
    method: "POST",
    path: "/v1/imports",
    body: jsonBody(body),
    repeatable: false,
  });
}

async function* partsOf(file: string): AsyncGenerator<string> {
  let part: string[] = [];
  let bytes = 0;
  let begin = 0;
  for await (const { text, end } of linesOf(file)) {
    part.push(text, "\n");
    bytes = end - begin;
    if (bytes < PART_BYTES) continue;
    yield part.join("");
    part = [];
    begin = end;
  }
  if (part.length > 0) yield part.join("");
}

/** What belongs to a record has its outcome, and isn't counted once more. */
const PARTS = new Set<string>(["version", "message", "state_version"]);

function conflictsIn({ counts }: View): number {
  return Object.entries(counts)
    .filter(([kind]) => !PARTS.has(kind))
    .reduce((sum, [, { conflict = 0 }]) => sum + conflict, 0);
}

function linesOfCounts({ counts }: View): string[] {
  return Object.entries(counts).map(([kind, outcomes]) => {
    const parts = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${count}`);
    return `  ${kind}: ${parts.join(", ")}`;
  });
}
