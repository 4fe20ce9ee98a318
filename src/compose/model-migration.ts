import { ulid } from "ulid";
import type { MigrationServices } from "../memory/migration/services.js";
import { startMigrationWorker } from "../memory/migration/worker.js";
import type { Base } from "./base.js";
import { reporter } from "./base.js";
import type { Indexes } from "./indexes.js";

/** What the acts on embedding migrations work with, and what does the work, which is at work from here on. */
export function startModelMigration(base: Base, indexes: Indexes) {
  const { stores, embedders, now } = base;
  const { attachVectors, search } = stores.memories;
  const services: MigrationServices = {
    store: { ...stores.modelMigration, attachVectors, search },
    models: embedders.models,
    audit: stores.audit,
    locks: stores.locks,
    configured: embedders.configured,
    embedderOf: embedders.of,
    ensureIndexes: indexes.ensure,
    newId: ulid,
  };
  const worker = startMigrationWorker({ services, now, onError: reporter(base, "migration") });
  return { services, worker };
}
