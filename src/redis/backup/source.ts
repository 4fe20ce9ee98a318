import type { ExportSource, DumpOptions, Stretch } from "../../backup/ports.js";
import type { ContentLine, ExportedDocument, StateVersionLine, Vote, VotesLine } from "../../backup/lines.js";
import { facetQuery } from "../../memory/conditions/filter.js";
import type { StateRef } from "../../state/document.js";
import { redisTime } from "../connection/redis-time.js";
import type { StoreDeps } from "../deps.js";
import { list } from "../search/list.js";
import { BUFFERS } from "../search/nearest.js";
import { operationOf } from "../state/history.js";
import type { FormerDeps } from "../receipts/former-page.js";
import { namesPage } from "../state/names.js";
import { aliasesLine, memoryLines } from "./lines.js";
import { beginChanges, changesAfter, continueChanges } from "./changes.js";
import { erasedLine, isOfState } from "./erased.js";
import { receiptStretch } from "./receipts.js";
import { sessionStretch } from "./sessions.js";

/** Memories of one step: with all their parts, one may have a megabyte. */
const MEMORIES = 25;
/** Groups of aliases that one HSCAN gives. */
const SCANNED = 1000;
const NOTES = 500;
/** Namespaces that are asked together whether they hold state. */
const NAMESPACES = 500;
const HISTORY_BYTES = 1024 * 1024;

export interface SourceDeps extends StoreDeps, Pick<FormerDeps, "formerListed"> {
  /** How long history of state is kept where a namespace's settings don't say. */
  readonly stateHistoryMs: number;
}

export function createExportSource(deps: SourceDeps): ExportSource {
  const { redis, keys } = deps;

  return {
    async moment() {
      const moment = await redisTime(redis);
      // Whatever is done in the same millisecond would be half before it and half after it.
      while ((await redisTime(redis)) <= moment);
      return moment;
    },

    async aliases(namespace, at = "0") {
      const page = await redis.run((client) =>
        client.hScan(keys.aliasGroups(namespace), at, { COUNT: SCANNED }),
      );
      const items = page.entries.map(({ value }) => aliasesLine(namespace, value));
      return { items, next: page.cursor === "0" ? undefined : page.cursor };
    },

    async memories(namespace, options, at) {
      const page = await list(deps, {
        namespace,
        filter: facetQuery({}),
        order: "asc",
        quarantined: "any",
        superseded: "any",
        limit: MEMORIES,
        after: at === undefined ? undefined : Number(at),
      });
      const ids = page.refs.map(({ id }) => id);
      const items = ids.length === 0 ? [] : await dumpMemories(deps, namespace, ids, options);
      return { items, next: page.next === undefined ? undefined : String(page.next) };
    },

    sessions: (namespace, options, at) => sessionStretch(deps, namespace, options, at),

    beginChanges: (namespace, id) => beginChanges(deps, namespace, id),
    continueChanges: (namespace, id, before) => continueChanges(deps, namespace, id, before),
    changes: (namespace, id, options, at) => changesAfter(deps, namespace, id, options, at),

    async erased(namespace, { since, asOf }, moment, at) {
      const [score = "0", note = ""] = at === undefined ? [] : splitAt(at);
      const notes = await redis.run((client) =>
        client.dumpGone([keys.gone(namespace)], [String(since), note, score, String(NOTES)]),
      );
      // A later deletion comes with the next export. Those of that very millisecond came with the changes.
      const until = notes.filter(([name, when]) => (isOfState(name) ? when <= asOf : when < moment));
      const items = until.flatMap(([name, when]) => erasedLine(namespace, name, when));
      const [last] = notes.slice(-1);
      const isLast = last === undefined || notes.length < NOTES;
      return { items, next: isLast ? undefined : `${last[1]} ${last[0]}` };
    },

    stateKeys: (namespace, options, at) =>
      namespace === undefined ? stateKeysOfAll(deps, options, at) : stateKeysOf(deps, namespace, options, at),

    receipts: (namespace, options, at) => receiptStretch(deps, namespace, options, at),

    votes: (at) => votesStretch(deps, at),

    stateDocument: (ref, options, at) => documentStretch(deps, ref, options, at),
  };
}

/** A time, and the note of it. */
function splitAt(at: string): [score: string, note: string] {
  const end = at.indexOf(" ");
  return [at.slice(0, end), at.slice(end + 1)];
}

export async function dumpMemories(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  namespace: string,
  ids: readonly string[],
  { since, vectors }: Pick<DumpOptions, "since" | "vectors">,
): Promise<ContentLine[]> {
  const replies = await redis.run((client) =>
    client
      .withTypeMapping(BUFFERS)
      .dumpMemories(
        [keys.uses(namespace), ...ids.map((id) => keys.record(namespace, id))],
        [vectors ? "1" : "0", String(since), ...ids],
      ),
  );
  return replies.flatMap((reply) => memoryLines(namespace, reply));
}

async function stateKeysOf(
  deps: SourceDeps,
  namespace: string,
  { asOf }: DumpOptions,
  at: string | undefined,
): Promise<Stretch<StateRef>> {
  const { keys, deleted, next } = await namesPage(deps, namespace, at);
  const items = keys.map((key): StateRef => ({ namespace, key }));
  return { items: deleted ? await unseen(deps, items, asOf) : items, next };
}

/** One namespace after another: `in`, its name, and a place within; `after`, and the name of the last one. */
async function stateKeysOfAll(
  deps: SourceDeps,
  options: DumpOptions,
  at: string | undefined,
): Promise<Stretch<StateRef>> {
  const [, word, namespace = "", place] = /^(in|after) (\S+)(?: (.*))?$/s.exec(at ?? "") ?? [];
  if (word === "in") {
    const { items, next } = await stateKeysOf(deps, namespace, options, place);
    return { items, next: next === undefined ? `after ${namespace}` : `in ${namespace} ${next}` };
  }
  const { redis, keys } = deps;
  const page = await redis.run((client) =>
    client.zRange(keys.namespaces(), word === undefined ? "-" : `(${namespace}`, "+", {
      BY: "LEX",
      LIMIT: { offset: 0, count: NAMESPACES },
    }),
  );
  const known = await redis.run((client) =>
    Promise.all(page.map((each) => client.exists(keys.stateHead(each)))),
  );
  const found = page.find((_, index) => known[index] === 1);
  if (found !== undefined) return { items: [], next: `in ${found}` };
  return { items: [], next: page.length < NAMESPACES ? undefined : `after ${page.at(-1)}` };
}

/** Those of which only the history is left, and those that were maybe not there for some time since. */
async function unseen(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  refs: readonly StateRef[],
  asOf: number,
): Promise<StateRef[]> {
  const times = await redis.run((client) =>
    Promise.all(refs.map(({ namespace, key }) => client.hGet(keys.stateFacts(namespace, key), "t"))),
  );
  return refs.filter((_, index) => Number(times[index] ?? Infinity) > asOf);
}

async function documentStretch(
  { redis, keys, stateHistoryMs }: SourceDeps,
  { namespace, key }: StateRef,
  { since, asOf }: DumpOptions,
  at: string | undefined,
): Promise<Stretch> {
  const reply = await redis.run((client) =>
    client.dumpState(
      [
        keys.state(namespace, key),
        keys.stateFacts(namespace, key),
        keys.stateHistory(namespace, key),
        keys.settings(namespace),
      ],
      [at ?? "", String(HISTORY_BYTES), String(asOf), String(stateHistoryMs)],
    ),
  );
  const document = documentOf(reply.facts, reply.text);
  const versions = reply.entries.map((entry) => stateVersion(namespace, key, entry));
  const latest = Math.max(document?.updated_at ?? 0, versions.at(-1)?.updated_at ?? 0);
  const importedAt = Number(reply.facts["ia"] ?? 0);
  // Gone since it was listed, or as it was.
  if (latest === 0 || (Math.max(latest, importedAt) < since && !reply.more))
    return { items: [], next: undefined };
  return {
    items: [...(at === undefined ? [headOf(namespace, key, document, latest)] : []), ...versions],
    next: reply.more ? reply.entries.at(-1)?.[0] : undefined,
  };
}

function headOf(
  namespace: string,
  key: string,
  document: ExportedDocument | null,
  latest: number,
): ContentLine {
  const line = { kind: "state", namespace, key, document } as const;
  return document === null ? { ...line, deleted_at: latest } : line;
}

/** Some votes on the memories of one agent. See trust/lua/count-votes.lua for how they are kept. */
async function votesStretch({ redis, keys }: StoreDeps, at: string | undefined): Promise<Stretch<VotesLine>> {
  const [cursor = "0", ...names] = (at ?? "").split(" ");
  const before = names.join(" ");
  // While a hash is walked, its agent's name is given once more.
  const from = at === undefined ? "-" : cursor === "0" ? `(${before}` : `[${before}`;
  const [agent] = await redis.run((client) =>
    client.zRange(keys.agents(), from, "+", { BY: "LEX", LIMIT: { offset: 0, count: 1 } }),
  );
  if (agent === undefined) return { items: [], next: undefined };
  const place = agent === before ? cursor : "0";
  const page = await redis.run((client) => client.hScan(keys.agentVotes(agent), place, { COUNT: NOTES }));
  const votes = page.entries.flatMap(({ field, value }) => voteOf(field, value));
  const items = votes.length === 0 ? [] : [{ kind: "votes", agent, votes } as const];
  return { items, next: `${page.cursor} ${agent}` };
}

function voteOf(field: string, value: string): Vote[] {
  const [, pattern, id = ""] = /^(?:(\S+) )?([0-9A-Z]{26}:.*)$/s.exec(field) ?? [];
  const [at, verdict] = value.split(" ");
  if (id === "") return [];
  if (verdict !== "confirmed" && verdict !== "contradicted") return [];
  return [{ id, at: Number(at), verdict, administration: pattern ?? null }];
}

/** Reads what documents.lua writes of a document. */
function documentOf(facts: Readonly<Record<string, string>>, json: string): ExportedDocument | null {
  if (facts["v"] === undefined || json === "") return null;
  return {
    op: operationOf(facts["o"] ?? ""),
    version: Number(facts["v"]),
    updated_at: Number(facts["t"]),
    updated_by: facts["b"] ?? "",
    expires_at: numberOrNull(facts["e"]),
    ttl_ms: numberOrNull(facts["l"]),
    sliding: facts["s"] === "1",
    json,
  };
}

function stateVersion(
  namespace: string,
  key: string,
  [id, field]: readonly [string, Readonly<Record<string, string>>],
): StateVersionLine {
  const dash = id.indexOf("-");
  return {
    kind: "state_version",
    namespace,
    key,
    op: operationOf(field["o"] ?? ""),
    version: Number(id.slice(dash + 1)),
    updated_at: Number(id.slice(0, dash)),
    updated_by: field["b"] ?? "",
    expires_at: numberOrNull(field["e"]),
    sliding: field["s"] === "1",
    json: field["j"] ?? null,
  };
}

const numberOrNull = (value: string | undefined): number | null =>
  value === undefined || value === "" ? null : Number(value);
