import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { newMemory } from "../../../src/http/memories/schemas.js";
import { Failure } from "../../shell/failure.js";
import { jsonBody } from "../api.js";
import type { Api } from "../api.js";
import type { ReadyItem } from "./source.js";
import { printable } from "./report.js";
import type { Tally } from "./report.js";

export interface Target {
  readonly api: Api;
  readonly namespace: string;
  readonly dryRun: boolean;
}

const page = z.object({
  memories: z.array(z.object({ metadata: z.record(z.string(), z.unknown()) })),
});
const batch = z.object({
  results: z.array(
    z.object({
      status: z.int(),
      problem: z
        .object({
          detail: z.string().optional(),
          errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
        })
        .optional(),
    }),
  ),
});

type Result = z.output<typeof batch>["results"][number];

/** A query stands in a URL, whose length is bounded. */
const QUERY_BYTES = 4096;
const ATTEMPTS = 30;
const PAUSE_MS = 1_000;

/** A list has either what recalls find, or what they don't: what a consolidation superseded, and copies in quarantine. */
const LISTS = [{}, { superseded: "true" }, { quarantined: "true" }] as const;

/** Whether the namespace holds anything of this source. */
export async function holdsAny({ api, namespace }: Target, source: string): Promise<boolean> {
  return (await listed(api, namespace, { source }, 1)).length > 0;
}

/** Sends memories, or in a dry run only looks which are there, and counts what became of them. */
export async function send(target: Target, items: readonly ReadyItem[], look: boolean, tally: Tally) {
  const known = look ? await knownRefs(target, items) : new Set<unknown>();
  const fresh = items.filter(({ ref }) => !known.has(ref));
  tally.seen += items.length - fresh.length;
  if (target.dryRun) {
    for (const { where, draft } of fresh) {
      const checked = newMemory.safeParse(draft);
      if (checked.success) tally.made++;
      else
        tally.fail(
          where,
          reasonOf(checked.error.issues.map(({ path, message }) => [path.join("."), message])),
        );
    }
    return;
  }
  for (let open = fresh, attempt = 1; open.length > 0; attempt++) {
    const results = await written(target, open);
    const again: ReadyItem[] = [];
    for (const [index, item] of open.entries()) {
      const result = results[index];
      if (result === undefined) throw new Failure("The service didn't answer for every memory.");
      if (!passes(result)) count(tally, item, result);
      else if (attempt < ATTEMPTS) again.push(item);
      else throw new Failure(printable(`${item.where}: ${problemOf(result)}`));
    }
    open = again;
    if (again.length > 0) await sleep(PAUSE_MS);
  }
}

async function written({ api, namespace }: Target, items: readonly ReadyItem[]): Promise<readonly Result[]> {
  const answer = await api.json(batch, {
    method: "POST",
    path: `/v1/namespaces/${namespace}/memories/batch`,
    body: jsonBody({ memories: items.map(({ draft }) => draft) }),
    // The same memory is the same one.
    repeatable: true,
  });
  return answer.results;
}

/** Not a fault of the memory, but of the moment. */
const passes = ({ status }: Result): boolean => status === 429 || (status >= 500 && status !== 507);

function count(tally: Tally, { where }: ReadyItem, result: Result): void {
  if (result.status === 201) tally.made++;
  else if (result.status === 200) tally.seen++;
  // Every further one would be refused too.
  else if (result.status === 507) throw new Failure(printable(`${where}: ${problemOf(result)}`));
  else tally.fail(where, problemOf(result));
}

function problemOf({ status, problem }: Result): string {
  const errors = problem?.errors ?? [];
  if (errors.length > 0) return reasonOf(errors.map(({ field, message }) => [field, message]));
  return problem?.detail ?? `the service answered ${status}`;
}

const reasonOf = (errors: readonly (readonly [field: string, message: string])[]): string =>
  errors
    .slice(0, 3)
    .map(([field, message]) => `${field}: ${message}`)
    .join(" ");

/** References of those that are stored, also if they were revised or superseded since. */
async function knownRefs({ api, namespace }: Target, items: readonly ReadyItem[]): Promise<Set<unknown>> {
  const known = new Set<unknown>();
  for (const refs of groups([...new Set(items.map(({ ref }) => ref))])) {
    const found = await listed(api, namespace, { source_ref: { in: refs } }, 2 * refs.length);
    for (const { metadata } of found) known.add(metadata["source_ref"]);
  }
  return known;
}

async function listed(api: Api, namespace: string, metadata: object, limit: number) {
  const pages = await Promise.all(
    LISTS.map((list) => {
      const query = new URLSearchParams({
        metadata: JSON.stringify(metadata),
        limit: String(limit),
        ...list,
      });
      const path = `/v1/namespaces/${namespace}/memories?${query}`;
      return api.json(page, { method: "GET", path, repeatable: true });
    }),
  );
  return pages.flatMap(({ memories }) => memories);
}

function* groups(refs: readonly string[]): Generator<string[]> {
  let group: string[] = [];
  let bytes = 0;
  for (const ref of refs) {
    const more = encodeURIComponent(ref).length + 10;
    // A list of 64 values is the longest one.
    if (group.length === 64 || (bytes + more > QUERY_BYTES && group.length > 0)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(ref);
    bytes += more;
  }
  if (group.length > 0) yield group;
}
