import type { MemoryStore } from "../memory/ports/index.js";
import { attachVectors } from "./embeddings/attach-vectors.js";
import {
  comparisonOf,
  corroborate,
  pendingCorroborations,
  postponeCorroboration,
} from "./trust/corroborations.js";
import { countByType } from "./lifecycle/count-by-type.js";
import { countHolding } from "./search/count-holding.js";
import type { StoreDeps } from "./deps.js";
import { detachContext } from "./memory/detach-context.js";
import { defaultsOf } from "./lifecycle/defaults.js";
import { noteFeedback, pendingFeedback, publishMinTrust, release, settleFeedback } from "./trust/feedback.js";
import { freeOrphans } from "./lifecycle/free-orphans.js";
import { get, getItem, load, peek, peekDetails, peekItem, peekVersions, versions } from "./memory/get.js";
import { endingsOf, groupsOf } from "./lifecycle/groups-of.js";
import { insert } from "./memory/insert.js";
import { lastTurns } from "./memory/last-turns.js";
import { list } from "./search/list.js";
import { hastenEmbeddings } from "./embeddings/hasten-embeddings.js";
import { pendingEmbeddings } from "./embeddings/pending-embeddings.js";
import {
  notePublication,
  noteUnpublished,
  pendingPublications,
  postponePublications,
  publicationsOf,
  settlePublication,
} from "./publications/index.js";
import { countIn, namespacesIn } from "./search/namespaces.js";
import { rivalsOf } from "./facts/rivals.js";
import { nearest, oldVectors, vectorsOf } from "./search/nearest.js";
import { remove, removeItem } from "./memory/remove.js";
import { revise } from "./memory/revise.js";
import { search } from "./search/search.js";
import { timesOf } from "./search/times-of.js";
import { touch } from "./lifecycle/touch.js";
import { vitals } from "./lifecycle/vitals.js";

/** The domain's store over RedisJSON and RediSearch. */
export function createMemoryStore(deps: StoreDeps): MemoryStore {
  return {
    reachable: async () => void (await deps.redis.run((client) => client.ping())),
    insert: (trail, items) => insert(deps, trail, items),
    lastTurns: (namespace, sessionIds) => lastTurns(deps, namespace, sessionIds),
    get: (trail, ref, asOf) => get(deps, trail, ref, asOf),
    versions: (trail, ref, before, limit) => versions(deps, trail, ref, before, limit),
    peek: (ref) => peek(deps, ref),
    getItem: (trail, ref) => getItem(deps, trail, ref),
    peekItem: (ref) => peekItem(deps, ref),
    load: (trail, namespaces, refs, asOf) => load(deps, trail, namespaces, refs, asOf),
    timesOf: (refs) => timesOf(deps, refs),
    revise: (trail, revision) => revise(deps, trail, revision),
    remove: (trail, ref, only) => remove(deps, trail, ref, only),
    removeItem: (trail, ref, only) => removeItem(deps, trail, ref, only),
    notePublication: (trail, ref, publication, carryBy) =>
      notePublication(deps, trail, ref, publication, carryBy),
    noteUnpublished: (trail, ref, from) => noteUnpublished(deps, trail, ref, from),
    settlePublication: (pending, namespace, version) => settlePublication(deps, pending, namespace, version),
    postponePublications: (pending, carryBy) => postponePublications(deps, pending, carryBy),
    publicationsOf: (ref) => publicationsOf(deps, ref),
    pendingPublications: (now, limit) => pendingPublications(deps, now, limit),
    noteFeedback: (trail, ref, said, graceMs) => noteFeedback(deps, trail, ref, said, graceMs),
    settleFeedback: (pending) => settleFeedback(deps, pending),
    pendingFeedback: (now, limit) => pendingFeedback(deps, now, limit),
    release: (trail, ref) => release(deps, trail, ref),
    defaultsOf: (namespace) => defaultsOf(deps, namespace),
    publishMinTrust: (namespace) => publishMinTrust(deps, namespace),
    peekVersions: (namespace, wanted) => peekVersions(deps, namespace, wanted),
    peekDetails: (namespace, ids) => peekDetails(deps, namespace, ids),
    rivalsOf: (namespace, fact, from) => rivalsOf(deps, namespace, fact, from),
    vectorsOf: (namespace, ids) => vectorsOf(deps, namespace, ids),
    oldVectors: (ref, version) => oldVectors(deps, ref, version),
    nearest: (namespace, type, vector, limit) => nearest(deps, namespace, type, vector, limit),
    pendingCorroborations: (now, limit) => pendingCorroborations(deps, now, limit),
    comparisonOf: (ref, limit) => comparisonOf(deps, ref, limit),
    corroborate: (memory, others) => corroborate(deps, memory, others),
    postponeCorroboration: (ref, at) => postponeCorroboration(deps, ref, at),
    freeOrphans: (trail, namespace, ids) => freeOrphans(deps, trail, namespace, ids),
    detachContext: (ref, now) => detachContext(deps, ref, now),
    vitals: (namespace, ids) => vitals(deps, namespace, ids),
    touch: (uses) => touch(deps, uses),
    list: (query) => list(deps, query),
    namespacesIn: (scope, after, limit) => namespacesIn(deps, scope, after, limit),
    countIn: (queries) => countIn(deps, queries),
    search: (query) => search(deps, query),
    countHolding: (terms) => countHolding(deps, terms),
    attachVectors: (progress) => attachVectors(deps, progress),
    hastenEmbeddings: (now) => hastenEmbeddings(deps, now),
    pendingEmbeddings: (now, limit) => pendingEmbeddings(deps, now, limit),
    groupsOf: (namespace, budgetMs, superseded) => groupsOf(deps, namespace, budgetMs, superseded),
    endingsOf: (namespace, now, moments, limit) => endingsOf(deps, namespace, now, moments, limit),
    countByType: () => countByType(deps),
  };
}
