import type { ChosenCaches, Leftovers } from "../../erasures/ports.js";
import { ERASED } from "../../erasures/pseudonymise.js";
import type { JsonValue } from "../../domain/json.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { subjectOf } from "../../domain/idempotency.js";
import { LIMITS } from "../../domain/limits.js";
import type { ReceiptStore } from "../../memory/ports/receipts.js";
import type { RedisGateway } from "../connection/client.js";
import { eraseAnswers } from "../idempotency/erase.js";
import type { Auditor } from "../audit/auditor.js";
import { pseudonymiseTrail } from "../audit/pseudonymise.js";
import { DENIALS, SYSTEM, refOfKey } from "../keys.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
import type { Keys } from "../keys.js";
import { decodeFormer } from "../receipts/former.js";
import { noteErasedReceipt } from "../receipts/gone.js";
import { pagesOf, rewriteStream } from "../streams/rewrite.js";
import type { Fate, StreamEntry } from "../streams/rewrite.js";

export interface LeftoversDeps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
  readonly auditor: Auditor;
  readonly receipts: Pick<ReceiptStore, "erase">;
}

/** Keys that one SCAN looks at. */
const SCANNED = 1000;

/** Versions of a document, each with its value, that are read at once. */
const VERSIONS = 16;

/** A consolidation's actions that are read at once. */
const ACTIONS = 100;

export function createLeftovers({ redis, keys, auditor, receipts }: LeftoversDeps): Leftovers {
  const planHolds = async (plan: string, holds: (text: string) => boolean): Promise<boolean> => {
    for (let from = 0; ; from += ACTIONS) {
      const actions = await redis.run((client) => client.lRange(plan, from, from + ACTIONS - 1));
      if (actions.some(holds)) return true;
      if (actions.length < ACTIONS) return false;
    }
  };
  const forget = (namespace: string, name: string, alone: "1" | "") =>
    redis.run((client) =>
      client.forgetEntity(
        { keys: [], args: [String(LIMITS.aliases)] },
        [
          keys.entities(namespace),
          keys.aliases(namespace),
          keys.aliasGroups(namespace),
          keys.entityNames(namespace),
          keys.gone(namespace),
        ],
        [normaliseName(name), alone],
      ),
    );
  /** What a state operation has done names the agent that did it: see state/lua/put.lua. */
  const renameDone = async (
    key: string,
    isErased: NonNullable<ChosenCaches["agent"]>,
  ): Promise<string | undefined> => {
    const text = await redis.run((client) => client.get(key));
    // Other acts note an id or a version, which names no one: see audit_note.
    if (text?.startsWith("[") !== true) return undefined;
    const done = JSON.parse(text) as JsonValue[];
    const { namespace } = refOfKey(key);
    const next = done.map((part, place) =>
      place === AGENT_PLACE && typeof part === "string" && isErased(namespace, part) ? ERASED : part,
    );
    const json = JSON.stringify(next);
    if (json === JSON.stringify(done)) return undefined;
    await redis.run((client) => client.set(key, json, { condition: "XX", expiration: "KEEPTTL" }));
    return namespace;
  };
  return {
    trails: { denials: DENIALS, system: SYSTEM },
    audit: (trail, erasure, change, tick) =>
      pseudonymiseTrail({ redis, keys, auditor }, trail, erasure, change, tick),
    forgetEntity: (namespace, name) => forget(namespace, name, ""),
    forgetName: (namespace, name) => forget(namespace, name, "1"),
    receipts: (chosen, dryRun, tick) => receipts.erase(chosen, dryRun, tick),
    async stateChanges(namespace, erased, agents, tick) {
      const stream = { key: keys.stateChanges(namespace), home: namespace };
      const goes = ({ fields }: StreamEntry): boolean => erased.has(fieldOf(fields, "k"));
      let last = 0;
      for await (const page of pagesOf(redis, stream.key, tick)) {
        for (const entry of page) if (goes(entry)) last = numberOf(entry);
      }
      const note = async (): Promise<void> => {
        if (last > 0)
          await redis.run((client) => client.noteErasedState([keys.stateHead(namespace)], [String(last)]));
      };
      // Before any goes: after a process that broke off, no one would know that some are missing.
      await note();
      const decide = async (entry: StreamEntry): Promise<Fate> => {
        if (!goes(entry)) return withoutWriters(entry, agents);
        if (numberOf(entry) > last) {
          last = numberOf(entry);
          await note();
        }
        return "goes";
      };
      await rewriteStream({ redis, keys }, stream, decide, tick);
    },
    async stateWriters(namespace, key, agents, tick) {
      const stream = { key: keys.stateHistory(namespace, key), home: namespace, page: VERSIONS };
      await rewriteStream({ redis, keys }, stream, (entry) => withoutWriters(entry, agents), tick);
    },
    async consolidations(namespace, holds) {
      const [head, ids] = await redis.run((client) =>
        Promise.all([
          client.hGet(keys.consolidationHead(namespace), "run"),
          client.zRange(keys.consolidations(namespace), 0, -1),
        ]),
      );
      let count = 0;
      for (const id of ids) {
        if (!(await planHolds(keys.consolidationActions(namespace, id), holds))) continue;
        if (id === head) return undefined;
        await redis.run((client) =>
          Promise.all([
            client.unlink([keys.consolidation(namespace, id), keys.consolidationActions(namespace, id)]),
            client.zRem(keys.consolidations(namespace), id),
          ]),
        );
        count += 1;
      }
      return count;
    },
    answers: (namespace) => eraseAnswers({ redis, keys }, [subjectOf.namespace(namespace)]),
    async caches(chosen, tick) {
      const [vectors, former] = [keys.allEmbeddings(), keys.formerReceipts()];
      const transfers = keys.transferJobs();
      const { texts, agent } = chosen;
      const renamed = new Set<string>();
      let cursor = "0";
      do {
        const page = await scanKeys(redis, cursor, { MATCH: `${literal(keys.all())}*`, COUNT: SCANNED });
        ({ cursor } = page);
        if (agent !== undefined) {
          const done = page.keys.filter((key) => key.startsWith(keys.allDone()));
          for (const namespace of await Promise.all(done.map((key) => renameDone(key, agent))))
            if (namespace !== undefined) renamed.add(namespace);
        }
        await tick();
        if (texts === undefined) continue;
        const doomed = page.keys.filter((key) => key.startsWith(vectors));
        for (const key of page.keys) {
          const isTransfer = transfers.some((start) => key.startsWith(start));
          if (!isTransfer && !key.startsWith(former)) continue;
          const text = await redis.run((client) => client.get(key));
          if (text === null) continue;
          if (isTransfer) {
            if (transferNames(text, texts.names)) doomed.push(key);
            continue;
          }
          const receipt = decodeFormer(text);
          if (!texts.receipt(receipt)) continue;
          await noteErasedReceipt({ redis, keys }, receipt);
          doomed.push(key);
        }
        if (doomed.length > 0) await redis.run((client) => client.unlink(doomed));
      } while (cursor !== "0");
      return renamed;
    },
    async writers(namespace, agents) {
      const runs = await redis.run((client) => client.zRange(keys.consolidations(namespace), 0, -1));
      const places = [keys.usage(namespace), ...runs.map((id) => keys.consolidation(namespace, id))];
      return redis.run((client) => client.forgetWriters(places, [ERASED, ...agents]));
    },
    async agents(agents) {
      for (const name of agents) {
        await redis.run((client) =>
          Promise.all([
            client.unlink([keys.agent(name), keys.agentVotes(name)]),
            client.zRem(keys.agents(), name),
          ]),
        );
      }
    },
  };
}

/** The agent in what a script of state replies: see state/lua/put.lua. */
const AGENT_PLACE = 3;

/** Whether an export or import under way keeps the name of a document or session: see src/backup. */
function transferNames(text: string, names: (namespace: string, id: string) => boolean): boolean {
  const job = JSON.parse(text) as TransferJob;
  const pending = [job.state, job.before].flatMap((state) => state?.position.pending ?? []);
  if (pending.some(([namespace, key]) => names(namespace, key))) return true;
  return job.parent !== undefined && job.parent !== null && names(job.parent.namespace, job.parent.id);
}

/** The parts of `ExportJob` and `ImportJob` that name what a namespace holds. */
interface TransferJob {
  readonly state?: ExportPlace;
  readonly before?: ExportPlace | null;
  readonly parent?: { readonly namespace: string; readonly id: string } | null;
}

interface ExportPlace {
  readonly position: { readonly pending: readonly (readonly [namespace: string, key: string])[] };
}

/** The value of a field of an entry. */
function fieldOf(fields: StreamEntry["fields"], name: string): string {
  const place = fields.findIndex((field, index) => index % 2 === 0 && field.toString() === name);
  return place === -1 ? "" : (fields[place + 1]?.toString() ?? "");
}

/** With another word in place of these agents' names: see state/lua, where `b` is who made a version or change. */
function withoutWriters({ fields }: StreamEntry, agents: readonly string[]): Fate {
  if (!agents.includes(fieldOf(fields, "b"))) return "stays";
  return fields.map((field, index) =>
    index % 2 === 1 && fields[index - 1]?.toString() === "b" ? ERASED : field,
  );
}

/** A change's number: its id is <milliseconds>-<number>. */
const numberOf = ({ id }: StreamEntry): number => Number(id.slice(id.indexOf("-") + 1));
