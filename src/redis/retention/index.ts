import type { RetentionStore } from "../../memory/ports/retention.js";
import type { StoreDeps } from "../deps.js";
import { createReceiptTrim } from "../receipts/trim.js";
import { memoriesBefore } from "../lifecycle/memories-before.js";
import { hasItemOf } from "./has-item-of.js";
import { namespaces } from "./namespaces.js";
import { lastNumber, partsAmong } from "./parts-among.js";
import { purgeVersionsBefore } from "./purge-versions-before.js";
import { sessionsBefore } from "./sessions-before.js";
import { trimState } from "./trim-state.js";

export function createRetentionStore(deps: StoreDeps): RetentionStore {
  const { redis, keys, meter } = deps;
  return {
    trimReceipts: createReceiptTrim(redis, keys),
    namespaces: () => namespaces(deps),
    async trimTrail(namespace, keepMs) {
      const trail = [keys.audit(namespace), keys.auditHead(namespace)];
      await redis.run((client) => client.trimTrail(trail, [String(keepMs)]));
    },
    async prune(names) {
      await redis.run((client) =>
        Promise.all(names.map((name) => client.pruneNamespace(meter(name), [], []))),
      );
    },
    memoriesBefore: (...of) => memoriesBefore(deps, ...of),
    partsAmong: (...of) => partsAmong(deps, ...of),
    lastNumber: (...of) => lastNumber(deps, ...of),
    hasItemOf: (...of) => hasItemOf(deps, ...of),
    purgeVersionsBefore: (...of) => purgeVersionsBefore(deps, ...of),
    sessionsBefore: (...of) => sessionsBefore(deps, ...of),
    trimState: (...of) => trimState(deps, ...of),
  };
}
