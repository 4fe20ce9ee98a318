import { createHash } from "node:crypto";
import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { invalid } from "../domain/errors.js";
import { createBest } from "./best.js";
import { facetQuery } from "./filter.js";
import type { Bar, ForgetPolicy } from "./forget-policy.js";
import { isForgotten, worthOf } from "./forget-policy.js";
import { removeQuietly } from "./remove-quietly.js";
import type { Services } from "./services.js";

export interface ForgetInput {
  readonly policy: ForgetPolicy;
  /** Only tell what would be forgotten. */
  readonly dry_run: boolean;
  /** How many memories are looked at. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ForgetOutcome {
  readonly ids: readonly string[];
  /** How many were looked at, those of other types left out. */
  readonly examined: number;
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Where a walk goes on, and what was decided when it began. */
interface Walk {
  readonly after: number | undefined;
  readonly now: number;
  readonly bar: Bar | "all" | undefined;
}

/**
 * Forgets what a policy says, a part of the namespace at a time: following the cursor, each memory that was there when
 * the walk began is looked at once. `keep_top` is decided when it begins, over the whole namespace. What was changed
 * since it was looked at, such as pinned, stays.
 *
 * Each memory goes as by a deletion, with its vectors and versions; its copies are told, and it is on record by itself.
 */
export async function forget(
  services: Services,
  context: Context,
  namespace: string,
  input: ForgetInput,
): Promise<ForgetOutcome> {
  const { audit } = services;
  await authorize(audit, context, namespace, { verb: "write", act: "forget" });
  // The answer names what is there.
  await authorize(audit, context, namespace, { verb: "read", act: "forget" });
  const { policy, dry_run, limit } = input;
  const query = fingerprint(namespace, policy);
  await audit.record(namespace, trailOf(context, "forget"), dry_run ? "dry_run" : "ok");
  const walk =
    input.cursor === undefined
      ? await begin(services, namespace, policy, context.now())
      : decodeCursor(input.cursor, query);

  const page = await examine(services, namespace, policy, walk.after, limit);
  // What is recorded while the walk goes on is no part of it.
  const doomed = page.vitals.filter(
    (each) => each.recordedAt <= walk.now && isForgotten(each, policy, walk.bar, walk.now),
  );
  const ids: string[] = [];
  for (const { id, version } of doomed) {
    const forgotten =
      dry_run ||
      (await removeQuietly(services, context, { namespace, id }, { version }, "forget")) === "removed";
    if (forgotten) ids.push(id);
  }
  if (!dry_run) services.forgotten(ids.length);
  const next = page.next === undefined ? undefined : encodeCursor({ ...walk, after: page.next }, query);
  return { ids, examined: page.vitals.length, cursor: next };
}

const WALK_PAGE = 1000;

async function begin(
  services: Services,
  namespace: string,
  policy: ForgetPolicy,
  now: number,
): Promise<Walk> {
  const { keep_top } = policy;
  if (keep_top === undefined) return { after: undefined, now, bar: undefined };
  if (keep_top === 0) return { after: undefined, now, bar: "all" };
  const best = createBest(keep_top);
  let after: number | undefined;
  do {
    const page = await examine(services, namespace, policy, after, WALK_PAGE);
    for (const each of page.vitals) best.add({ worth: worthOf(each, now), id: each.id });
    after = page.next;
  } while (after !== undefined);
  return { after: undefined, now, bar: best.worst() };
}

async function examine(
  { store }: Services,
  namespace: string,
  { memory_types }: ForgetPolicy,
  after: number | undefined,
  limit: number,
) {
  const filter = facetQuery({ memory_types });
  const page = await store.list({
    namespace,
    filter,
    order: "asc",
    quarantined: "any",
    superseded: "any",
    limit,
    after,
  });
  const vitals = await store.vitals(
    namespace,
    page.refs.map(({ id }) => id),
  );
  return { vitals: vitals.filter((each) => each !== undefined), next: page.next };
}

/** A cursor belongs to one walk: with another policy it would forget what it shouldn't. */
function fingerprint(namespace: string, policy: ForgetPolicy): string {
  const parts = [
    namespace,
    policy.max_age_seconds,
    policy.inactive_for_seconds,
    policy.min_importance,
    policy.keep_top,
    policy.memory_types,
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 12);
}

function encodeCursor({ after, now, bar }: Walk, query: string): string {
  const edge = bar === undefined || bar === "all" ? (bar ?? "none") : `${bar.worth} ${bar.id}`;
  return Buffer.from([after, now, query, edge].join(" ")).toString("base64url");
}

function decodeCursor(cursor: string, query: string): Walk {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const match = /^(\d{1,15}) (\d{1,15}) ([\w-]{12}) (?:(all|none)|([\d.e-]{1,25}) ([0-9A-Z]{26}))$/.exec(
    text,
  );
  if (match?.[3] === undefined) throw invalid("cursor", "This is no cursor of a policy's walk.");
  if (match[3] !== query) throw invalid("cursor", "This cursor belongs to another namespace or policy.");
  const [, after, now, , whole, worth, id = ""] = match;
  const bar = whole === "all" ? whole : whole === "none" ? undefined : { worth: Number(worth), id };
  return { after: Number(after), now: Number(now), bar };
}
