import { subjectOf } from "../../domain/idempotency.js";
import type { NamespaceContents } from "../../memory/clearing/ports.js";
import type { StateStore } from "../../state/ports.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import { eraseAnswers } from "../idempotency/erase.js";
import type { Keys } from "../keys.js";

export interface ContentsDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly keys: Keys;
  readonly state: Pick<StateStore, "remove">;
  readonly statePage: NamespaceContents["statePage"];
  /** Deletes all aliases of a namespace. */
  readonly dropAliases: (namespace: string) => Promise<void>;
}

export function createNamespaceContents({
  redis,
  auditor,
  keys,
  state,
  statePage,
  dropAliases,
}: ContentsDeps): NamespaceContents {
  async function dropHistories(namespace: string, names: readonly string[], change?: number): Promise<void> {
    if (names.length === 0) return;
    const histories = names.map((name) => keys.stateHistory(namespace, name));
    await redis.run((client) => client.dropHistories(histories, [String(change ?? "inf")]));
  }

  return {
    async lastChange(namespace) {
      return Number((await redis.run((client) => client.hGet(keys.stateHead(namespace), "number"))) ?? 0);
    },

    statePage,

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

    dropHistories,

    async dropTraces(trail, namespace, start) {
      await dropAliases(namespace);
      await auditor.run(namespace, trail, (client, audit) =>
        client.clearNamespace(
          audit,
          [
            keys.usage(namespace),
            keys.stateChanges(namespace),
            keys.entities(namespace),
            keys.entityNames(namespace),
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
