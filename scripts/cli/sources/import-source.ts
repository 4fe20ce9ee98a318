import { createApi } from "../api.js";
import type { Api } from "../api.js";
import type { JsonObject } from "../../../src/domain/json.js";
import { metadataProblem } from "../../../src/memory/model/metadata.js";
import { apiKey, printJson } from "../options.js";
import { Failure, messageOf } from "../../shell/failure.js";
import { namespace as namespaceName } from "../../../src/http/openapi/primitives.js";
import { SOURCES } from "./index.js";
import type { SourceName } from "./index.js";
import { openSource } from "./open-source.js";
import { shortName } from "./drafts.js";
import { linesOfReport, Tally } from "./report.js";
import type { Report } from "./report.js";
import { holdsAny, send } from "./send.js";
import { startShowing } from "./show-progress.js";
import type { Item, ReadyItem } from "./source.js";

export interface SourceOptions {
  readonly url: string;
  readonly into?: string;
  readonly dryRun?: boolean;
  readonly trust: number;
  readonly user?: string;
  readonly keyPrefix?: string;
  readonly json?: boolean;
}

/** Memories of one request, within the limits of the route. */
const MOST_ITEMS = 100;
const MOST_BYTES = 1024 * 1024;

/** Imports the memories of another system, and prints what became of them. */
export async function importSource(name: SourceName, path: string, options: SourceOptions): Promise<void> {
  const { report, place, failure } = await takeIn(name, path, options, createApi(options.url, apiKey()));
  if (options.json === true) printJson(report);
  const lines = linesOfReport(report);
  console.error([`${place} (${SOURCES[name].title}) into ${report.into}:`, ...lines].join("\n"));
  if (failure !== undefined) {
    if (!(failure instanceof Failure)) throw failure;
    throw new Failure(
      `${messageOf(failure)} The import ended early. Run it again: what was written is seen.`,
    );
  }
}

export interface TakenIn {
  readonly report: Report;
  /** Of the source, for people. */
  readonly place: string;
  /** Why it ended early. */
  readonly failure: unknown;
}

/**
 * Each memory is written as any memory is, by the key's agent and under the namespace's settings, so what an interrupted
 * import has written is seen by the next one.
 */
export async function takeIn(
  name: SourceName,
  path: string,
  options: Omit<SourceOptions, "url" | "json">,
  api: Api,
): Promise<TakenIn> {
  const { into, dryRun = false } = options;
  if (into === undefined) throw new Failure("Say with --into which namespace takes the memories.");
  if (!namespaceName.safeParse(into).success) throw new Failure(`--into: ${into} isn't a namespace.`);
  const opened = await openSource(name, path, options);
  const target = { api, namespace: into, dryRun };
  const tally = new Tally();
  for (const { where, reason } of opened.unread) tally.fail(where, reason);
  const progress = startShowing(opened.bytes, opened.meter, tally);
  let failure: unknown;
  try {
    const look = await holdsAny(target, name);
    for await (const items of batchesOf(ofUser(opened.items, options.user), tally)) {
      await send(target, items, look, tally);
      progress.show();
    }
  } catch (error) {
    failure = error;
  } finally {
    opened.close();
  }
  progress.done();
  const report = tally.report({ source: name, into, dry_run: dryRun, complete: failure === undefined });
  return { report, place: opened.place, failure };
}

/** Those of one user, in a source whose records say whose they are. */
async function* ofUser(items: AsyncIterable<Item>, user: string | undefined): AsyncGenerator<Item> {
  for await (const item of items) {
    if (item.kind !== "memory" || user === undefined) yield item;
    else if (ownersOf(item).includes(shortName(user))) yield item;
    else yield { kind: "skipped", where: item.where, reason: "of another user" };
  }
}

/** Its user and its group, which is whose a record of Graphiti is. */
const ownersOf = ({ draft: { metadata } }: ReadyItem): unknown[] =>
  [metadata?.["user_id"], metadata?.["group_id"]].filter((owner) => owner !== undefined);

async function* batchesOf(items: AsyncIterable<Item>, tally: Tally): AsyncGenerator<ReadyItem[]> {
  let batch: ReadyItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    if (item.kind !== "memory") {
      if (item.kind === "skipped") tally.skip(item.reason);
      else tally.fail(item.where, item.reason);
      continue;
    }
    // First, because it bounds the depth for what recurses.
    const problem = metadataProblem((item.draft.metadata ?? {}) as JsonObject);
    if (problem !== undefined) {
      tally.fail(item.where, `metadata: ${problem}`);
      continue;
    }
    const [owner] = ownersOf(item);
    if (typeof owner === "string") tally.owned(owner);
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
