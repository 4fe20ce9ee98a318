import { existsSync } from "node:fs";
import { open, rename, rm, truncate } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Command, Option } from "commander";
import type { z } from "@hono/zod-openapi";
import { CHAIN_START, checked } from "../../../src/backup/chain.js";
import type { Line } from "../../../src/backup/lines.js";
import { exportView } from "../../../src/http/backups/schemas.js";
import { parseLine } from "../../../src/http/backups/line-schemas.js";
import { Failure } from "../../shell/failure.js";
import { createApi, jsonBody, Refused } from "../api.js";
import type { Api } from "../api.js";
import { linesOf } from "../file-lines.js";
import { apiKey, collect, jsonOption, printJson, urlOption } from "../options.js";
import { writePam } from "../pam/write.js";
import type { Connection } from "../options.js";
import { PRIVATE } from "../replace-file.js";

interface ExportOptions extends Connection {
  readonly out: string;
  readonly namespace?: readonly string[];
  readonly since?: string;
  readonly vectors?: boolean;
  readonly keys?: boolean;
  readonly reputations?: boolean;
  readonly receipts?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly format: (typeof FORMATS)[number];
  readonly owner: string;
}

const FORMATS = ["mneme", "pam"] as const;

type View = z.output<typeof exportView>;

export function exportCommand(): Command {
  return new Command("export")
    .description("Writes what namespaces hold to a file, which `mneme import` reads.")
    .requiredOption("--out <file>", "file to write")
    .addOption(urlOption())
    .option(
      "--namespace <pattern>",
      "namespace or pattern such as acme.shared.**; repeatable (default: all)",
      collect,
    )
    .option("--since <time>", "only changes since this RFC 3339 time: started_at of the export before")
    .option("--vectors", "with embedding vectors, so that an import needn't embed again")
    .option("--keys", "with the API keys and hashes of their secrets, so that they work after an import")
    .option("--receipts", "with the receipts of recalls that the key administers")
    .option("--no-reputations", "without the votes on agents' memories")
    .option("--force", "replace an existing file")
    .addOption(jsonOption())
    .addOption(
      new Option("--format <format>", "mneme, or pam: Portable AI Memory 1.0, for other systems")
        .choices(FORMATS)
        .default("mneme"),
    )
    .option("--owner <id>", "with --format pam: whose memories they are", "mneme")
    .action(async (options: ExportOptions) => run(options));
}

/** An interrupted export goes on where it stopped: the parts that arrived are in `<file>.part`. */
async function run(options: ExportOptions): Promise<void> {
  const { out } = options;
  if (existsSync(out) && options.force !== true) {
    throw new Failure(`${out} exists already. Choose another file, or pass --force.`);
  }
  checkFormat(options);
  const api = createApi(options.url, apiKey());
  const partial = `${out}.part`;
  const { view, part } = (await resumed(api, partial, options)) ?? (await begun(api, options));
  const file = await open(partial, part === 1 ? "w" : "a", PRIVATE);
  try {
    await readParts(api, file, view, part);
    await file.sync();
  } finally {
    await file.close();
  }
  const done = await api.json(exportView, statusRequest(view.id));
  if (options.json === true) printJson(done);
  if (options.format === "pam") {
    await finishPam(partial, options);
  } else {
    await rename(partial, out);
    console.error(`${out}: ${done.lines} lines, ${done.bytes} bytes. ${countsOf(done)}`);
  }
  console.error(`The next incremental export continues with --since ${done.started_at}`);
}

function checkFormat({ format, vectors, keys, receipts }: ExportOptions): void {
  if (format === "pam" && (vectors ?? keys ?? receipts) === true) {
    throw new Failure("PAM has no place for --vectors, --keys and --receipts.");
  }
}

async function finishPam(lines: string, { out, owner }: ExportOptions): Promise<void> {
  const { memories, left } = await writePam(lines, out, owner);
  await rm(lines);
  console.error(`${out}: ${memories} memories, as Portable AI Memory 1.0.`);
  if (left.size === 0) return;
  const kinds = [...left].map(([kind, count]) => `${kind}: ${count}`).join(", ");
  console.error(
    `PAM has no place for these lines, so they are missing: ${kinds}. For a backup, use --format mneme.`,
  );
}

async function begun(api: Api, options: ExportOptions) {
  const view = await api.json(exportView, {
    method: "POST",
    path: "/v1/exports",
    body: jsonBody(requestOf(options)),
    repeatable: false,
  });
  return { view, part: 1 };
}

function requestOf({ namespace, since, vectors, keys, receipts, reputations }: ExportOptions) {
  return {
    ...(namespace === undefined ? {} : { namespaces: namespace }),
    ...(since === undefined ? {} : { since }),
    vectors: vectors === true,
    keys: keys === true,
    receipts: receipts === true,
    ...(reputations === false ? { reputations } : {}),
  };
}

async function readParts(api: Api, file: FileHandle, { id }: View, first: number): Promise<void> {
  for (let part = first, last = false; !last; part++) {
    const text = await api.text({ method: "GET", path: `/v1/exports/${id}/parts/${part}`, repeatable: true });
    await file.writeFile(text);
    last = text.lastIndexOf('{"kind":"trailer"') > text.lastIndexOf("\n", text.length - 2);
    if (process.stderr.isTTY) process.stderr.write(`\rpart ${part}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
}

const statusRequest = (id: string) =>
  ({ method: "GET", path: `/v1/exports/${id}`, repeatable: true }) as const;

/** Where an earlier run of the same command stopped; undefined: there is none, or it is too long ago. */
async function resumed(api: Api, partial: string, options: ExportOptions) {
  if (!existsSync(partial)) return undefined;
  const found = await wholeParts(partial);
  if (found === undefined) return undefined;
  try {
    const view = await api.json(exportView, statusRequest(found.id));
    if (!isSame(view, options) || (view.next_part ?? found.parts + 1) < found.parts + 1) return undefined;
    await truncate(partial, found.end);
    console.error(`The export ${found.id} continues after part ${found.parts}.`);
    return { view, part: found.parts + 1 };
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}

function isSame(
  { namespaces, since, vectors, keys, receipts, reputations }: View,
  options: ExportOptions,
): boolean {
  const wanted = options.namespace ?? ["**"];
  const from = options.since === undefined ? null : Date.parse(options.since);
  return (
    wanted.join("\n") === namespaces.join("\n") &&
    from === (since === null ? null : Date.parse(since)) &&
    vectors === (options.vectors === true) &&
    keys === (options.keys === true) &&
    receipts === (options.receipts === true) &&
    (options.reputations !== false || !reputations)
  );
}

async function wholeParts(partial: string) {
  let chain = CHAIN_START;
  let id: string | undefined;
  let parts = 0;
  let end = 0;
  for await (const line of linesOf(partial)) {
    const link = checked(chain, line.text);
    if (link === undefined) break;
    ({ chain } = link);
    const read: Line | undefined =
      line.number === 1 || link.json.startsWith('{"kind":"part"') ? parseLine(link.json) : undefined;
    if (read?.kind === "manifest") ({ id } = read);
    if (read?.kind === "part") {
      parts = read.part;
      ({ end } = line);
    }
  }
  return id === undefined || parts === 0 ? undefined : { id, parts, end };
}

function countsOf({ counts }: View): string {
  return Object.entries(counts)
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(", ");
}
