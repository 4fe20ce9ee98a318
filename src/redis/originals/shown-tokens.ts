import type { ExportSource } from "../../backup/ports.js";
import { tokensIn } from "../../pii/marks.js";
import type { ShownTokens } from "../../pii/ports.js";
import type { RedisGateway } from "../connection/client.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
import { refOfKey } from "../keys.js";
import type { Keys } from "../keys.js";
import { arrayOf, text } from "../scripts/replies.js";

export interface ShownTokensDeps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
  readonly source: Pick<ExportSource, "stateDocument" | "aliases">;
}

interface Shown {
  readonly namespace: string;
  readonly tokens: readonly string[];
}

/** Keys that one SCAN looks at. */
const SCANNED = 1000;
/** Memories that are read together: with all their versions, one may have a megabyte. */
const MEMORIES = 25;
const MESSAGES = 200;
/** As everything is now, with all that was. */
const WHOLE = { since: 0, asOf: Number.MAX_SAFE_INTEGER, vectors: false } as const;

/**
 * Walks over all keys, and needs no index: an original must not be deleted because one is being filled. Each memory is
 * read with its versions in one step, and each document before its history, so no text is missed by moving from one to
 * the other.
 */
export function createShownTokens({ redis, keys, source }: ShownTokensDeps): ShownTokens {
  const kinds = {
    memory: keys.recordPrefix(""),
    session: keys.sessionPrefix(""),
    state: keys.stateFacts("", ""),
    history: keys.stateHistory("", ""),
  };
  const starts = Object.entries(kinds).map(([kind, prefix]) => [kind, prefix.split("{")[0] + "{"] as const);
  const kindOf = (key: string): string | undefined => starts.find(([, start]) => key.startsWith(start))?.[0];

  async function* memories(namespace: string, ids: readonly string[]): AsyncGenerator<Shown> {
    const reply = await redis.run((client) =>
      client.dumpMemories(
        [keys.uses(namespace), ...ids.map((id) => keys.record(namespace, id))],
        ["0", "0", ...ids],
      ),
    );
    yield { namespace, tokens: [...new Set(tokensWithin(reply))] };
  }

  async function* session(namespace: string, facet: string): AsyncGenerator<Shown> {
    for (let from = 0; ;) {
      const [head, messages] = await redis.run((client) =>
        client.dumpSession(
          [keys.session(namespace, facet), keys.sessionMessages(namespace, facet)],
          [String(from), String(MESSAGES)],
        ),
      );
      yield { namespace, tokens: tokensWithin([head, messages]) };
      const entries = arrayOf(messages);
      if (entries.length < MESSAGES) return;
      // An entry's id is its message's number, and 0.
      from = Number.parseInt(text(arrayOf(entries.at(-1))[0]), 10);
    }
  }

  async function* document(namespace: string, key: string): AsyncGenerator<Shown> {
    let at: string | undefined;
    do {
      const { items, next } = await source.stateDocument({ namespace, key }, WHOLE, at);
      const texts = items.map((line) => {
        if (line.kind === "state") return [line.key, line.document?.json];
        return line.kind === "state_version" ? line.json : null;
      });
      yield { namespace, tokens: tokensWithin(texts) };
      at = next;
    } while (at !== undefined);
  }

  async function* aliases(namespace: string): AsyncGenerator<Shown> {
    let at: string | undefined;
    do {
      const { items, next } = await source.aliases(namespace, at);
      yield {
        namespace,
        tokens: tokensWithin(items.map((line) => (line.kind === "aliases" ? line.names : []))),
      };
      at = next;
    } while (at !== undefined);
  }

  return {
    async *shown(wanted, tick, failed) {
      const namespaces = new Set(wanted);
      async function* unlessDamaged(namespace: string, work: AsyncIterable<Shown>): AsyncGenerator<Shown> {
        if (!namespaces.has(namespace)) return;
        try {
          yield* work;
        } catch (error) {
          namespaces.delete(namespace);
          failed(namespace, error);
        }
      }
      for (const namespace of wanted) yield* unlessDamaged(namespace, aliases(namespace));
      let cursor = "0";
      do {
        await tick();
        const page = await scanKeys(redis, cursor, { MATCH: `${literal(keys.all())}*`, COUNT: SCANNED });
        ({ cursor } = page);
        const records = new Map<string, string[]>();
        for (const key of page.keys) {
          const kind = kindOf(key);
          if (kind === undefined) continue;
          // A key of state may hold anything, also what ends a namespace.
          const { namespace, rest } = partsOf(key);
          if (!namespaces.has(namespace)) continue;
          if (kind === "session") yield* unlessDamaged(namespace, session(namespace, rest));
          else if (kind !== "memory") yield* unlessDamaged(namespace, document(namespace, rest));
          else if (!key.endsWith(keys.remainsSuffix())) {
            records.set(namespace, [...(records.get(namespace) ?? []), refOfKey(key).id]);
          }
        }
        for (const [namespace, ids] of records) {
          for (let from = 0; from < ids.length; from += MEMORIES) {
            await tick();
            yield* unlessDamaged(namespace, memories(namespace, ids.slice(from, from + MEMORIES)));
          }
        }
      } while (cursor !== "0");
    },
  };
}

/** The namespace, and what stands behind it. */
function partsOf(key: string): { readonly namespace: string; readonly rest: string } {
  const open = key.indexOf("{");
  const close = key.indexOf("}:", open);
  return { namespace: key.slice(open + 1, close), rest: key.slice(close + 2) };
}

/** In all texts of a reply, however they are nested. */
function tokensWithin(reply: unknown): string[] {
  if (typeof reply === "string") return tokensIn(reply);
  return Array.isArray(reply) ? reply.flatMap(tokensWithin) : [];
}
