import { subjectOf } from "../../domain/idempotency.js";
import type { NamespaceContents } from "../../memory/clearing/ports.js";
import type { StateStore } from "../../state/ports.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
import { eraseAnswers } from "../idempotency/erase.js";
import type { Keys } from "../keys.js";

export interface ContentsDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly keys: Keys;
  readonly state: Pick<StateStore, "remove">;
}

/** Keys that one SCAN looks at. */
const SCANNED = 1000;

export function createNamespaceContents({ redis, auditor, keys, state }: ContentsDeps): NamespaceContents {
  /** No list of these is kept: they are found by walking over all keys, a bounded step at a time. A key may come twice. */
  async function* keysAfter(prefix: string): AsyncGenerator<readonly string[]> {
    let cursor = "0";
    do {
      const options = { MATCH: `${literal(prefix)}*`, COUNT: SCANNED };
      const page = await scanKeys(redis, cursor, options, { beside: prefix });
      ({ cursor } = page);
      if (page.keys.length > 0) yield page.keys;
    } while (cursor !== "0");
  }

  return {
    async lastChange(namespace) {
      return Number((await redis.run((client) => client.hGet(keys.stateHead(namespace), "number"))) ?? 0);
    },

    async *stateKeys(namespace) {
      const prefix = keys.state(namespace, "");
      for await (const found of keysAfter(prefix)) yield found.map((key) => key.slice(prefix.length));
    },

    async stateBefore(namespace, names, change) {
      const places = names.flatMap((name) => [
        keys.stateFacts(namespace, name),
        keys.stateHistory(namespace, name),
      ]);
      if (places.length === 0) return { live: [], expired: [] };
      const found = await redis.run((client) => client.stateBefore(places, [String(change)]));
      const those = (wanted: number) => names.filter((_, index) => found[index] === wanted);
      return { live: those(1), expired: those(0) };
    },

    async removeState(trail, namespace, key) {
      const ref = { namespace, key };
      // Expired documents are still there, for questions about the past.
      const outcome = await state.remove(trail, { ref, precondition: "any", whole: true });
      return outcome === "removed";
    },

    async dropTraces(trail, namespace, start) {
      for await (const histories of keysAfter(keys.stateHistory(namespace, ""))) {
        await redis.run((client) =>
          client.dropHistories(histories, [start === undefined ? "inf" : String(start.change)]),
        );
      }
      await auditor.run(namespace, trail, (client, audit) =>
        client.clearNamespace(
          audit,
          [
            keys.usage(namespace),
            keys.stateChanges(namespace),
            keys.entities(namespace),
            keys.entityNames(namespace),
            keys.aliases(namespace),
            keys.aliasGroups(namespace),
            keys.consolidationHead(namespace),
            keys.consolidations(namespace),
            keys.piiSalt(namespace),
            keys.piiOriginals(namespace),
          ],
          [
            keys.consolidationPrefix(namespace),
            keys.consolidationActions(namespace, ""),
            String(start?.time ?? "+inf"),
          ],
        ),
      );
      await eraseAnswers({ redis, keys }, [subjectOf.namespace(namespace)]);
    },
  };
}
