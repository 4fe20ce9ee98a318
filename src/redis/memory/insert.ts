import type { StoreDeps } from "../deps.js";
import type { Trail } from "../../access/trail.js";
import type { InsertOutcome, NewMemory } from "../../memory/ports/records.js";
import { upgradeRecords } from "../migrations/upgrade-record.js";
import { createTurns } from "../../domain/turns.js";
import { translate } from "../connection/client.js";
import { decodeMemory } from "../codec/decode.js";
import { quotaExceeded, tooManyContradictions } from "../../domain/errors.js";
import { encodeDocument } from "../codec/encode.js";
import { encodeIndexVector, requireModel } from "../codec/vector.js";
import { isTurn } from "../../memory/model/turn.js";
import { sessionFacet } from "../../memory/model/facets.js";
import { argumentsOf } from "../scripts/arguments.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import { encodeFact } from "../codec/fact.js";
import { MAX_CORROBORATORS } from "../../memory/model/record.js";

/** Items of a batch that are sent together: the others on this connection wait for no more than these. */
const TOGETHER = 25;
/** These may be large, and other batches may be on their way: longer than a single command has. */
const TOGETHER_TIMEOUT_MS = 5_000;

/** How long a session's last turn is kept as context for the next one. */
const TURN_MS = 7 * 24 * 3600 * 1000;

/** One script an item, so an item that fails doesn't fail the others. */
export async function insert(
  deps: StoreDeps,
  trail: Trail,
  items: readonly NewMemory[],
): Promise<readonly (InsertOutcome | Error)[]> {
  const outcomes: (InsertOutcome | Error)[] = [];
  for (let from = 0; from < items.length; from += TOGETHER) {
    try {
      outcomes.push(...(await insertTogether(deps, trail, items.slice(from, from + TOGETHER))));
    } catch (error) {
      // Items that are stored already must be reported.
      if (from === 0) throw error;
      return [...outcomes, ...items.slice(from).map(() => asError(error))];
    }
  }
  return outcomes;
}

/** An outcome, or the id of an older record that may be the same memory. */
type Inserted = InsertOutcome | Error | { readonly older: string };

/** If the older record keeps changing, it is left to the background after this many tries. */
const UPGRADES = 3;

/** Upgrades older records that may be the same memory first: only then they can be compared. */
async function insertTogether(
  deps: StoreDeps,
  trail: Trail,
  items: readonly NewMemory[],
): Promise<(InsertOutcome | Error)[]> {
  const outcomes = await insertAll(deps, trail, items);
  return Promise.all(
    outcomes.map((outcome, index) => {
      const item = items[index];
      return "older" in outcome && item !== undefined
        ? insertBesideOlder(deps, trail, item, outcome.older)
        : notOlder(outcome);
    }),
  );
}

function notOlder(outcome: Inserted): InsertOutcome | Error {
  return "older" in outcome ? new Error("more replies than items") : outcome;
}

async function insertBesideOlder(
  deps: StoreDeps,
  trail: Trail,
  item: NewMemory,
  older: string,
): Promise<InsertOutcome | Error> {
  for (let attempt = 1; attempt <= UPGRADES; attempt++) {
    await upgradeRecords(deps, [deps.keys.record(item.memory.namespace, older)]);
    const wanted = attempt < UPGRADES ? item : { ...item, formerHash: undefined };
    const [outcome = new Error("no outcome")] = await insertAll(deps, trail, [wanted]);
    if (!("older" in outcome)) return outcome;
  }
  return new Error("a record of an older schema stayed");
}

async function insertAll(
  { auditor, meter, keys }: StoreDeps,
  trail: Trail,
  items: readonly NewMemory[],
): Promise<Inserted[]> {
  const turn = createTurns();
  const calls: ReturnType<typeof insertArguments>[] = [];
  for (const item of items) {
    calls.push(insertArguments({ keys }, item));
    // Terms of 32 KiB take some milliseconds.
    await turn();
  }
  const replies = await auditor.runAll(
    (client, auditIn) =>
      Promise.allSettled(
        calls.map(({ namespace, operation, size, keys: keyArgs, args }) =>
          client.insertMemory(
            auditIn(namespace, namedBy(trail, operation)),
            meter(namespace, size),
            keyArgs,
            args,
          ),
        ),
      ),
    items.length === 1 ? undefined : TOGETHER_TIMEOUT_MS,
  );
  return replies.map((reply, index) => {
    if (reply.status === "rejected") return asError(translate(reply.reason));
    const item = items[index];
    return item === undefined ? new Error("more replies than items") : outcomeOf(reply.value, item);
  });
}

const namedBy = (trail: Trail, operation: string | undefined): Trail =>
  operation === undefined || operation === trail.operation ? trail : { ...trail, operation };

function outcomeOf(
  [code, text = "", memory = ""]: readonly [number, ...string[]],
  item: NewMemory,
): Inserted {
  if (code === CODE.DONE) {
    return {
      kind: "created",
      memory: memory === "" ? item.memory : decodeMemory(memory),
      compare: text === "1",
    };
  }
  if (code === CODE.SEEN) return { kind: "seen", memory: decodeMemory(text) };
  if (code === CODE.QUOTA) return quotaExceeded(text);
  if (code === CODE.CONTRADICTIONS) return tooManyContradictions();
  if (code === CODE.OLDER) return { older: text };
  return wrongCode("memory/lua/insert", code);
}

function insertArguments({ keys }: Pick<StoreDeps, "keys">, item: NewMemory) {
  const { memory, contentHash, vectors, operation } = item;
  const { namespace, id } = memory;
  const document = encodeDocument(item);
  return {
    namespace,
    operation,
    size: { ...document.size, blind: item.blind === true },
    keys: [
      keys.record(namespace, id),
      keys.contentHash(namespace, contentHash),
      keys.sequence(namespace),
      ...vectors.map((_, passage) =>
        keys.vector(requireModel(memory.embedding.model), namespace, id, passage),
      ),
      ...(isTurn(memory) ? [keys.turn(namespace, sessionFacet(memory.session_id))] : []),
    ],
    args: argumentsOf(
      "memory/lua/insert",
      {
        id,
        records: keys.recordPrefix(namespace),
        documentHead: document.head,
        documentTail: document.tail,
        ends: memory.expires_at === null ? "" : String(memory.expires_at),
        at: String(memory.recorded_at),
        lender: item.preceding?.id ?? "",
        withContext: item.ownVector ? "0" : "1",
        turnMs: String(TURN_MS),
        itemKey: memory.key ?? "",
        factJson: encodeFact(item),
        agent: memory.source_agent,
        compares: item.compareAt === undefined ? "0" : "1",
        mostAgents: String(MAX_CORROBORATORS),
        sources: memory.derived_from.map((source) => `${source.id}:${source.version}`).join(" "),
        formerHash: item.formerHash ?? "",
      },
      vectors.map(encodeIndexVector),
    ),
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("a script failed", { cause: reason });
}
