import { hash } from "node:crypto";
import type { ExportedMemory, MemoryLine, VersionLine } from "../../backup/lines.js";
import { OUTCOMES } from "../../backup/ports.js";
import type { ImportTarget, Outcome, PutOptions } from "../../backup/ports.js";
import { quotaExceeded } from "../../domain/errors.js";
import { normaliseName } from "../../domain/normalise-name.js";
import { SUPERSEDED_FACET, belowFacet, oldBelowFacet, oldNamespace } from "../../memory/model/facets.js";
import type { Memory } from "../../memory/model/record.js";
import { isSameReceipt } from "../../memory/ports/receipts.js";
import type { ReceiptStore } from "../../memory/ports/receipts.js";
import { decodeFormer } from "../receipts/former.js";
import { wasReceiptErased } from "../receipts/gone.js";
import type { JsonValue } from "../../domain/json.js";
import { jsonText } from "../../state/json-text.js";
import { cutDocument, documentOf } from "../codec/encode.js";
import type { MemoryDocument } from "../codec/document.js";
import { decodeIndexVector } from "../codec/vector.js";
import type { StoreDeps } from "../deps.js";
import { noteOf } from "./erased.js";
import { hashedLeft, removeHashed } from "./hashed.js";
import { itemKey, SYSTEM } from "../keys.js";
import { argumentsOf } from "../scripts/arguments.js";
import { resolve } from "../facts/resolve.js";
import { putAliases } from "../facts/aliases.js";
import { encodeMessage } from "../sessions/codec.js";
import { scopeOf } from "../sessions/deps.js";
import type { SessionDeps } from "../sessions/deps.js";
import { scopeIn } from "../state/deps.js";
import type { StateDeps } from "../state/deps.js";

export interface TargetDeps extends StoreDeps {
  readonly sessions: SessionDeps;
  readonly state: StateDeps;
  readonly receipts: Pick<ReceiptStore, "get">;
}

export function createImportTarget(deps: TargetDeps): ImportTarget {
  const { auditor, redis, keys, meter, receipts } = deps;
  return {
    withoutErasedWords: (line) => withoutErasedWords(deps, line),

    async putMemory(trail, line, options) {
      const { namespace } = line;
      const { id, version, updated_at, expires_at, superseded_at, key } = line.memory;
      const { document, vectors, model } = documentFor(line, options);
      const { head, tail } = cutDocument(document);
      const identity =
        key === null ? keys.contentHash(namespace, document.index.hash) : itemKey(keys, { namespace, key });
      const { bytes, vector_bytes } = document.index;
      const reply = await auditor.run(namespace, trail, (client, audit) =>
        client.putExportedMemory(
          audit,
          meter(namespace, { json: bytes, vectors: vector_bytes }),
          [
            keys.record(namespace, id),
            identity,
            keys.sequence(namespace),
            keys.gone(namespace),
            ...vectors.map((_, passage) => keys.vector(model, namespace, id, passage)),
          ],
          argumentsOf(
            "backup/lua/put-memory",
            {
              ...ruleOf(options),
              id,
              records: keys.recordPrefix(namespace),
              documentHead: head,
              documentTail: tail,
              expiry: String(expires_at ?? ""),
              version: String(version),
              updatedAt: String(updated_at),
              replaced: superseded_at === null ? "" : "1",
              factJson: factOf(line),
              uses: line.uses === undefined ? "" : `${line.uses.count} ${line.uses.lastAt ?? 0}`,
              itemKey: key ?? "",
              agent: line.memory.source_agent,
            },
            vectors,
          ),
        ),
      );
      return reply.startsWith("taken ") ? { taken: reply.slice("taken ".length) } : outcomeOf(reply);
    },

    async putVersion(line, options) {
      const { namespace, memory } = line;
      const { document, vectors, model } = versionFor(line, options);
      const { bytes, vector_bytes } = document.index;
      const kept = line.stored.kept_until;
      const reply = await redis.run((client) =>
        client.putExportedVersion(
          meter(namespace, { json: bytes, vectors: vector_bytes }),
          [
            keys.record(namespace, memory.id),
            keys.old(namespace, memory.id, memory.version),
            keys.gone(namespace),
            ...vectors.map((_, passage) =>
              keys.oldVector(model, namespace, memory.id, passage, memory.version),
            ),
          ],
          [
            options.importId,
            JSON.stringify(document),
            String(memory.version),
            String(kept ?? ""),
            options.restoreErased ? "1" : "",
            ...vectors,
          ],
        ),
      );
      return takenIn(reply);
    },

    async putSession(trail, { namespace, session, after }, options) {
      const { summary } = session;
      const fields = {
        s: session.session_id,
        t: String(session.tokens),
        c: String(session.created_at),
        ...(session.owner === null ? {} : { o: session.owner }),
        ...(summary === null ? {} : { u: summary.text, um: summary.method, ul: summary.model ?? "" }),
      };
      const reply = await auditor.run(namespace, trail, (client, audit) =>
        client.putExportedSession(
          audit,
          scopeOf(deps.sessions, { namespace, sessionId: session.session_id }),
          [keys.gone(namespace)],
          argumentsOf(
            "backup/lua/put-session",
            {
              ...ruleOf(options),
              incarnation: session.incarnation,
              last: String(session.message_count),
              appendedAt: String(session.last_message_at),
              expiry: String(session.expires_at ?? ""),
              after: String(after ?? ""),
              promoted: String(session.summarised_to),
            },
            Object.entries(fields).flat(),
          ),
        ),
      );
      return outcomeOf(reply);
    },

    async putMessage({ namespace, session_id, message }, { importId }) {
      const { number, appended_at, source_agent, ...draft } = message;
      const [id = "", role = "", tokens = "", json = "", calls = ""] = encodeMessage(draft);
      const fields = [
        "r",
        role,
        "t",
        tokens,
        "a",
        String(appended_at),
        "b",
        source_agent,
        "m",
        json,
        "k",
        calls,
      ];
      const reply = await redis.run((client) =>
        client.putExportedMessage(
          scopeOf(deps.sessions, { namespace, sessionId: session_id }),
          [],
          [importId, String(number), id, json, ...fields],
        ),
      );
      return takenIn(reply);
    },

    async putState(trail, { namespace, key, document, deleted_at }, options) {
      const value = document === null ? undefined : jsonText("json", parseValue(document.json));
      const reply = await auditor.run(namespace, trail, (client, audit) =>
        client.putExportedState(
          audit,
          scopeIn(deps.state, namespace, trail),
          [
            keys.state(namespace, key),
            keys.stateFacts(namespace, key),
            keys.stateHistory(namespace, key),
            keys.gone(namespace),
          ],
          argumentsOf(
            "backup/lua/put-state",
            {
              ...ruleOf(options),
              stateKey: key,
              goneMember: noteOf("state", hash("sha1", key)),
              erasedMember: noteOf("state_history", hash("sha1", key)),
              value: value?.stored ?? "",
              version: String(document?.version ?? ""),
              at: String(document?.updated_at ?? deleted_at ?? ""),
              by: document?.updated_by ?? "",
              operation: document?.op ?? "",
              endsAt: String(document?.expires_at ?? ""),
              lives: String(document?.ttl_ms ?? ""),
              slides: document?.sliding === true ? "1" : "",
              keepsText: value?.delicate === true ? "1" : "",
            },
            value?.fixes ?? [],
          ),
        ),
      );
      return outcomeOf(reply);
    },

    async putStateVersion({ namespace, key, ...version }, { importId, restoreErased }) {
      const { op, updated_by, expires_at, sliding, json } = version;
      const fields = [
        "o",
        op,
        "b",
        updated_by,
        ...(json === null ? [] : ["e", String(expires_at ?? ""), "s", sliding ? "1" : "", "j", json]),
      ];
      const reply = await redis.run((client) =>
        client.putExportedStateVersion(
          meter(namespace),
          [keys.stateFacts(namespace, key), keys.stateHistory(namespace, key), keys.gone(namespace)],
          [
            importId,
            String(deps.state.historyMs),
            `${version.updated_at}-${version.version}`,
            restoreErased ? "" : noteOf("state_history", hash("sha1", key)),
            key,
            ...fields,
          ],
        ),
      );
      return takenIn(reply);
    },

    async putErased(trail, { namespace, what, id, at }) {
      const news = await auditor.run(namespace, trail, (client, audit) =>
        client.noteErased(audit, [keys.gone(namespace)], [noteOf(what, id), String(at), id]),
      );
      if (news === -1) throw quotaExceeded("notes of deletions");
      return news === 1;
    },

    hashedLeft: (lines) => hashedLeft(deps, lines),
    removeHashed: (trail, line, name, dryRun) => removeHashed(deps, trail, line, name, dryRun),

    async putVotes({ agent, votes }, { dryRun }) {
      const fields = votes.flatMap(({ administration, id, at, verdict }) => [
        administration ?? "",
        id,
        String(at),
        verdict,
      ]);
      const news = await redis.run((client) =>
        client.putVotes(
          [keys.agent(agent), keys.agentVotes(agent), keys.agents()],
          [agent, dryRun ? "1" : "", ...fields],
        ),
      );
      return news > 0;
    },

    async putReceipt({ receipt }, endsAt, { now, dryRun, restoreErased, rule }) {
      const decoded = decodeFormer(JSON.stringify(receipt));
      if ((await receipts.get(receipt.id, (known) => isSameReceipt(known, decoded))) !== undefined)
        return "unchanged";
      if (!restoreErased && (await wasReceiptErased(deps, decoded))) return "erased";
      if (endsAt <= now) return "expired";
      // Of another recall, which an import gave that id.
      const taken = rule === "fail" ? "conflict" : "skipped";
      if ((await redis.run((client) => client.exists(keys.receipt(receipt.id)))) === 1) return taken;
      if (dryRun) return "created";
      // Before it: what is on the list need not be there, but what is there is on it.
      await redis.run((client) => client.zAdd(keys.formerReceiptIds(), { value: receipt.id, score: endsAt }));
      const put = await redis.run((client) =>
        client.set(keys.receipt(receipt.id), JSON.stringify(receipt), {
          condition: "NX",
          expiration: { type: "PXAT", value: endsAt },
        }),
      );
      return put === null ? taken : "created";
    },

    async wasRevoked(keyId) {
      return (await redis.run((client) => client.zScore(keys.gone(SYSTEM), `k ${keyId}`))) !== null;
    },

    async isOwn({ namespace, what, id }, importId) {
      const found =
        what === "memory" || what === "memory_history"
          ? await redis.run((client) =>
              client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.imported"]),
            )
          : what === "session"
            ? await redis.run((client) => client.hGet(keys.session(namespace, id), "im"))
            : null;
      // Of a memory an array of one text.
      return found !== null && String(found).replace(/^\["/, "").startsWith(`${importId}:`);
    },

    async leftOver({ namespace, what, id, at }) {
      if (what === "memory") {
        const found = await redis.run((client) =>
          client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.memory.recorded_at"]),
        );
        // An array of one number.
        return found !== null && Number(String(found).slice(1, -1)) <= at ? id : undefined;
      }
      if (what === "memory_history") {
        const found = await redis.run((client) =>
          client.sendCommand(["JSON.GET", keys.record(namespace, id), "$.index.version_bytes"]),
        );
        // An array of one number, or of none.
        return found !== null && Number(String(found).slice(1, -1)) > 0 ? id : undefined;
      }
      if (what !== "session") return undefined;
      const [name, last] = await redis.run((client) => client.hmGet(keys.session(namespace, id), ["s", "l"]));
      return name != null && Number(last) <= at ? name : undefined;
    },

    async putAliases(trail, { namespace, names }, { dryRun, rule, restoreErased }) {
      const known = names.map((written) => ({ name: normaliseName(written), written: written.trim() }));
      const [own, ...others] = known;
      if (own === undefined) return "skipped";
      const found = await resolve(deps, namespace, [own.name]);
      const before = found.entities[0]?.names ?? [];
      const same = new Set(before.map(({ name }) => name));
      if (same.size > 1) {
        if (known.every(({ name }) => same.has(name)) && same.size === known.length) return "unchanged";
        if (rule !== "overwrite") return rule === "fail" ? "conflict" : "skipped";
      }
      if (!restoreErased && (await wereErased(deps, namespace, known))) return "erased";
      if (dryRun) return same.size > 1 ? "replaced" : "created";
      const outcome = await putAliases(deps, trail, namespace, own, others);
      if (outcome.kind === "done") return same.size > 1 ? "replaced" : "created";
      return rule === "fail" ? "conflict" : "skipped";
    },
  };
}

/** Where the memory before it in the session was deleted here, its words go, and the vectors that hold them. */
async function withoutErasedWords(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  line: MemoryLine,
): Promise<MemoryLine> {
  const { preceding, ...stored } = line.stored;
  if (preceding === undefined) return line;
  const note = noteOf("memory", preceding.id);
  const since = await redis.run((client) => client.zScore(keys.gone(line.namespace), note));
  if (since === null) return line;
  const { vectors, ...rest } = line;
  const own = stored.own_vector === true && vectors !== undefined ? { vectors } : {};
  return { ...rest, ...own, stored };
}

/** What the scripts reply that write what belongs to a record. */
const takenIn = (reply: number): boolean | "quota" => (reply === -1 ? "quota" : reply === 1);

/** What each script of an import goes by. */
function ruleOf({ rule, importId, dryRun, restoreErased }: PutOptions) {
  return { rule, import: importId, dry: dryRun ? "1" : "", restores: restoreErased ? "1" : "" };
}

/** Whether one of these was the name of an entity that was erased: see facts/lua/forget-entity.lua. */
async function wereErased(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  namespace: string,
  names: readonly { readonly name: string }[],
): Promise<boolean> {
  const scores = await redis.run((client) =>
    Promise.all(
      names.map(({ name }) => client.zScore(keys.gone(namespace), noteOf("alias", hash("sha1", name)))),
    ),
  );
  return scores.some((score) => score !== null);
}

/** Parsed and checked before, as the line was read. */
function parseValue(json: string): JsonValue {
  return JSON.parse(json) as JsonValue;
}

function outcomeOf(text: string): Outcome {
  const outcome = OUTCOMES.find((each) => each === text);
  if (outcome === undefined) throw new Error("an outcome that no script of imports gives");
  return outcome;
}

interface Encoded {
  readonly document: MemoryDocument;
  readonly vectors: readonly Buffer[];
  readonly model: string;
}

function documentFor(line: MemoryLine, options: PutOptions): Encoded {
  const { memory, stored, interaction } = line;
  const vectors = usable(line, options);
  const done = vectors.length > 0 || (memory.content === "" && memory.embedding.status === "complete");
  const whole = done && memory.embedding.status === "complete";
  const second = options.also && memory.content !== "";
  const base = documentOf({
    memory: withEmbedding(line, done),
    interaction,
    preceding: stored.preceding,
    contentHash: stored.hash,
    made: stored.made,
    ownVector: stored.own_vector === true && vectors.length > 0,
    vectors: vectors.map(decodeIndexVector),
    embedAt: whole && !second ? undefined : options.now,
  });
  const { ns, facets, index } = placed(
    base,
    memory.superseded_at === null ? "current" : stored.hidden === true ? "hidden" : "superseded",
  );
  const place = stored.place;
  const document: MemoryDocument = {
    ...base,
    ...(line.published === undefined ? {} : { published: line.published }),
    ...(line.derived === undefined || line.derived.length === 0 ? {} : { derived: line.derived }),
    ...(line.voices === undefined ? {} : { voices: line.voices }),
    imported: `${options.importId}:${memory.version}`,
    index: {
      ...index,
      ns,
      facets,
      ...(memory.superseded_at === null ? {} : { until: memory.superseded_at }),
      ...(stored.told === true ? { told: true } : {}),
      ...(stored.ended === undefined ? {} : { ended: stored.ended }),
      ...(place === undefined
        ? {}
        : {
            timeline: place.timeline,
            object: place.object,
            ...(place.stated_to === undefined ? {} : { stated_to: place.stated_to }),
          }),
    },
  };
  return { document, vectors, model: options.vectorsOf ?? "" };
}

function versionFor(line: VersionLine, options: PutOptions): Encoded {
  const { memory, stored } = line;
  // No worker gives an old version vectors of another model: with those of one alone, a switch would lose sight of it.
  const vectors = options.also ? [] : usable(line, options);
  const base = documentOf({
    memory: withEmbedding(line, vectors.length > 0),
    interaction: undefined,
    preceding: undefined,
    contentHash: stored.hash,
    made: stored.made,
    ownVector: false,
    vectors: vectors.map(decodeIndexVector),
    embedAt: undefined,
  });
  const { ns, facets, index } = placed(base, "old");
  const { turn: _, ...kept } = index;
  const document: MemoryDocument = {
    ...base,
    index: {
      ...kept,
      ns,
      facets,
      ...(memory.superseded_at === null ? {} : { until: memory.superseded_at }),
      ...(stored.kept_until === undefined ? {} : { kept_until: stored.kept_until }),
    },
  };
  return { document, vectors, model: options.vectorsOf ?? "" };
}

/** As lua/versions.lua and lua/supersede.lua name the place of what isn't current. */
function placed({ memory, index }: MemoryDocument, as: "current" | "superseded" | "hidden" | "old") {
  const { namespace } = memory;
  const hidden = as === "hidden" || as === "old";
  const labels = namespace.split(".");
  const above = labels.slice(1).map((_, at) => labels.slice(0, at + 1).join("."));
  const names = new Map(above.map((each) => [belowFacet(each), oldBelowFacet(each)]));
  const moved = hidden ? index.facets.map((facet) => names.get(facet) ?? facet) : index.facets;
  return {
    ns: hidden ? oldNamespace(namespace) : namespace,
    facets: as === "superseded" || as === "hidden" ? [SUPERSEDED_FACET, ...moved] : moved,
    index,
  };
}

function withEmbedding(
  { namespace, memory }: { readonly namespace: string; readonly memory: ExportedMemory },
  kept: boolean,
): Memory {
  return {
    ...memory,
    namespace,
    archived: null,
    embedding: kept ? memory.embedding : { status: "pending", model: null },
  };
}

/** The file's vectors, where they are of the model in use. */
function usable(
  { memory, vectors = [] }: Pick<MemoryLine, "memory" | "vectors">,
  { vectorsOf }: PutOptions,
): readonly Buffer[] {
  if (vectorsOf === undefined || memory.embedding.model !== vectorsOf) return [];
  return vectors.map((each) => Buffer.from(each, "base64"));
}

function factOf({ memory, stored }: MemoryLine): string {
  const { fact, valid_from, valid_to } = memory;
  if (fact === null) return "";
  const names = [fact.subject, fact.object].map((name) => [normaliseName(name), name.trim()]);
  const { place } = stored;
  if (place === undefined || valid_from === null) return JSON.stringify({ names });
  return JSON.stringify({
    names,
    timeline: place.timeline,
    disputed: place.disputed === true,
    from: valid_from,
    ...(valid_to === null ? {} : { to: valid_to }),
  });
}
