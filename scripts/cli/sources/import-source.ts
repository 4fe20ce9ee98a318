import { createApi } from "../api.js";
import { apiKey, printJson } from "../options.js";
import { Failure, messageOf } from "../../shell/failure.js";
import { namespace as namespaceName } from "../../../src/http/openapi/primitives.js";
import { SOURCES } from "./index.js";
import type { SourceName } from "./index.js";
import { sourceFiles } from "./input/files.js";
import { linesOfReport, Tally } from "./report.js";
import { holdsAny, send } from "./send.js";
import { startShowing } from "./show-progress.js";
import type { Item, Meter, ReadyItem } from "./source.js";

export interface SourceOptions {
  readonly url: string;
  readonly into?: string;
  readonly dryRun?: boolean;
  readonly trust: number;
  readonly json?: boolean;
}

/** Memories of one request, within the limits of the route. */
const MOST_ITEMS = 100;
const MOST_BYTES = 1024 * 1024;

/**
 * Imports the memories of another system. Each is written as any memory is, by the key's agent and under the namespace's
 * settings, so what an interrupted import has written is seen by the next one.
 */
export async function importSource(name: SourceName, path: string, options: SourceOptions): Promise<void> {
  const { into, trust, dryRun = false } = options;
  if (into === undefined) throw new Failure("Say with --into which namespace takes the memories.");
  if (!namespaceName.safeParse(into).success) throw new Failure(`--into: ${into} isn't a namespace.`);
  const source = SOURCES[name];
  const { files, unread } = await sourceFiles(path, source.isFile);
  const target = { api: createApi(options.url, apiKey()), namespace: into, dryRun };
  const look = await holdsAny(target, name);
  const tally = new Tally();
  for (const { where, reason } of unread) tally.fail(where, reason);
  const meter: Meter = { bytes: 0 };
  const progress = startShowing(
    files.reduce((sum, { bytes }) => sum + bytes, 0),
    meter,
    tally,
  );
  let failure: unknown;
  try {
    for await (const items of batchesOf(source.read({ files, trust }, meter), tally)) {
      await send(target, items, look, tally);
      progress.show();
    }
  } catch (error) {
    failure = error;
  }
  progress.done();
  const report = tally.report({ source: name, into, dry_run: dryRun, complete: failure === undefined });
  if (options.json === true) printJson(report);
  console.error([`${path} (${source.title}) into ${into}:`, ...linesOfReport(report)].join("\n"));
  if (failure !== undefined) {
    if (!(failure instanceof Failure)) throw failure;
    throw new Failure(
      `${messageOf(failure)} The import ended early. Run it again: what was written is seen.`,
    );
  }
}

async function* batchesOf(items: AsyncIterable<Item>, tally: Tally): AsyncGenerator<ReadyItem[]> {
  let batch: ReadyItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    if (item.kind !== "memory") {
      if (item.kind === "skipped") tally.skip(item.reason);
      else tally.fail(item.where, item.reason);
      continue;
    }
    const size = Buffer.byteLength(JSON.stringify(item.draft));
    if (batch.length === MOST_ITEMS || (batch.length > 0 && bytes + size > MOST_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
