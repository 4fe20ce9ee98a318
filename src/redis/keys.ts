import { createHash } from "node:crypto";
import { INDEX_SCHEMAS } from "./schemas.js";
import type { ItemRef } from "../memory/model/ref.js";
import { itemHash } from "../memory/model/hash.js";

/** Not a namespace of a caller: a label can't hold `~`. Keys and settings that belong to no namespace live here. */
export const SYSTEM = "~system";
/** The trail of refusals. Apart, because callers without rights decide how many there are. */
export const DENIALS = "~denials";

/** Settings of how long each kind is kept, in the order in which they are read. */
export const KEPT_FIELDS = [
  "retention_receipts_seconds",
  "retention_audit_seconds",
  "retention_episodic_seconds",
  "retention_semantic_seconds",
  "retention_procedural_seconds",
  "retention_versions_seconds",
  "retention_sessions_seconds",
  "retention_state_history_seconds",
] as const;

/**
 * The fields of a namespace's settings; unset ones are missing. Scripts read them by these names. There is also one for
 * each predicate that has a setting, {@link predicateSetting}, and `consolidation`, as JSON.
 */
export const SETTING_FIELDS = [
  "state_ttl_default_seconds",
  "state_ttl_max_seconds",
  "quota_memories",
  "quota_bytes",
  "publish_min_trust",
  "decay_touch",
  "ttl_episodic_seconds",
  "ttl_semantic_seconds",
  "ttl_procedural_seconds",
  "recency_weight",
  "recency_half_life_days",
  "session_ttl_seconds",
  "receipts_share",
  ...KEPT_FIELDS,
  "archive_after_seconds",
  "archive_unread_seconds",
  "archive_max_importance",
  "archive_consolidated_only",
  "session_window_messages",
  "session_window_tokens",
  "pii_email",
  "pii_phone",
  "pii_card",
  "pii_iban",
  "pii_ip",
  "pii_national_id",
  "pii_secret",
  "pii_state",
  "pii_region",
] as const;

/** The setting of a predicate's cardinality; `predicate` as names are compared. */
export const predicateSetting = (predicate: string): string => `predicates_${predicate}`;

const HOUSEKEEPING = new RegExp(
  `^:(?:(?:(?:meta|upgrades|json-probe)|(?:durable|write-probe)(?::\\{\\w+\\})?)$|(?:lock|emb|rate):|audit(?:-head)?:\\{${DENIALS}\\}$)`,
);

/** For keys that a node of a cluster has for itself; `tag`: of a slot of its own, or empty for an only server. */
const ofNode = (tag: string): string => (tag === "" ? "" : `:{${tag}}`);

const subjectHash = (subject: string): string => createHash("sha256").update(subject).digest("base64url");

export type Keys = ReturnType<typeof createKeys>;

/**
 * Every Redis key, index and prefix of the service, built in this one file.
 *
 * All keys of a namespace carry `{namespace}` as hash tag: one slot on Redis Cluster, so one script can
 * change a record with everything that belongs to it. A namespace holds only `[A-Za-z0-9_.-]` and an id only
 * `[0-9A-Z]`, both checked before they come here, so no caller can write a brace or a colon into a key.
 * State keys may hold anything; they come last.
 */
export function createKeys(prefix: string) {
  return {
    record: (namespace: string, id: string) => `${prefix}:rec:{${namespace}}:${id}`,
    /** The tombstone of a deleted published memory, until its copies know of the deletion. */
    remains: (namespace: string, id: string) => `${prefix}:rec:{${namespace}}:${id}:remains`,
    /** A superseded version of a memory. Scripts build these keys of the record's: see lua/version-keys.lua. */
    old: (namespace: string, id: string, version: number) => `${prefix}:old:{${namespace}}:${id}:${version}`,
    /** The start of {@link state} before the namespace's braces. */
    allState: () => `${prefix}:state:`,
    /** The start of {@link stateHistory} before the namespace's braces. */
    allStateHistories: () => `${prefix}:state-old:`,
    allOld: () => `${prefix}:old:`,
    /** The end of {@link remains} after the id. */
    remainsSuffix: () => ":remains",
    /** The start of {@link record} before the id. */
    recordPrefix: (namespace: string) => `${prefix}:rec:{${namespace}}:`,
    vector: (model: string, namespace: string, id: string, passage: number) =>
      `${prefix}:vec:${model}:{${namespace}}:${id}:${passage}`,
    oldVector: (model: string, namespace: string, id: string, passage: number, version: number) =>
      `${prefix}:vec:${model}:{${namespace}}:${id}:${passage}:${version}`,
    contentHash: (namespace: string, hash: string) => `${prefix}:hash:{${namespace}}:${hash}`,
    /** The start of {@link contentHash} before the hash. */
    contentHashPrefix: (namespace: string) => `${prefix}:hash:{${namespace}}:`,
    /** The id of a session's latest turn; `session` is its facet. */
    turn: (namespace: string, session: string) => `${prefix}:turn:{${namespace}}:${session}`,
    /** The start of {@link turn} before the session. */
    turnPrefix: (namespace: string) => `${prefix}:turn:{${namespace}}:`,
    sequence: (namespace: string) => `${prefix}:seq:{${namespace}}`,
    /** The namespace's audit trail, a stream; {@link SYSTEM} and its like have theirs. */
    audit: (namespace: string) => `${prefix}:audit:{${namespace}}`,
    /** Number, hash and time of the trail's last entry, and what was trimmed. */
    auditHead: (namespace: string) => `${prefix}:audit-head:{${namespace}}`,
    /** The start of {@link audit} before the namespace in its braces. */
    allAudits: () => `${prefix}:audit:`,
    allAuditHeads: () => `${prefix}:audit-head:`,
    /** All namespaces in which anything was ever to be changed; a superset. */
    namespaces: () => `${prefix}:namespaces:{${SYSTEM}}`,
    /** Namespaces of which only reads left a trail, as long as they have one. */
    readNamespaces: () => `${prefix}:read-namespaces:{${SYSTEM}}`,
    /** A namespace's settings, a hash: see {@link SETTING_FIELDS}. */
    settings: (namespace: string) => `${prefix}:settings:{${namespace}}`,
    /** The number of memories in a namespace, and their bytes. */
    usage: (namespace: string) => `${prefix}:usage:{${namespace}}`,
    /** The part of {@link usage} that expires, and when. */
    usageEnding: (namespace: string) => `${prefix}:usage-ending:{${namespace}}`,
    /** Old versions that end before their memories, by when; lua/usage.lua makes it of `usageEnding`. */
    versionsEnding: (namespace: string) => `${prefix}:versions-ending:{${namespace}}`,
    /** Number and last time of uses of the namespace's memories, a hash by id: `<count> <milliseconds>`. */
    uses: (namespace: string) => `${prefix}:uses:{${namespace}}`,
    /** The best memories so far of a walk that forgets all others, a sorted set by worth. */
    forgetWalk: (namespace: string, caller: string) => `${prefix}:forget-walk:{${namespace}}:${caller}`,
    /** The facts of one subject and predicate by when they begin, a sorted set. Scripts build it: see lua/timelines.lua. */
    timeline: (namespace: string, place: string) => `${prefix}:timeline:{${namespace}}:${place}`,
    /** Facts that dispute those of a timeline, by when they begin, a sorted set. Scripts build it likewise. */
    disputes: (timeline: string) => `${timeline}:disputes`,
    /** Names of subjects and objects, a hash: as they are compared, to the last fact's number and how they are written. */
    entities: (namespace: string) => `${prefix}:entities:{${namespace}}`,
    /** The same names, a sorted set in their own order. */
    entityNames: (namespace: string) => `${prefix}:entity-names:{${namespace}}`,
    /** Names of which one is an alias of the other, a hash: each name to the group's own. */
    aliases: (namespace: string) => `${prefix}:aliases:{${namespace}}`,
    /** The groups, a hash: its own name to all of its names. */
    aliasGroups: (namespace: string) => `${prefix}:alias-groups:{${namespace}}`,
    /** An API key, a hash without its secret. */
    apiKey: (id: string) => `${prefix}:key:{${SYSTEM}}:${id}`,
    /** The start of {@link apiKey} before the id. */
    apiKeyPrefix: () => `${prefix}:key:{${SYSTEM}}:`,
    /**
     * The keys that an API key has made, directly and through them; this part precedes the id. Scripts build it: see
     * lua/key-makers.lua.
     */
    madeKeysPrefix: () => `${prefix}:key-made:{${SYSTEM}}:`,
    /** The API keys of one agent's name; what stands before the name. */
    agentKeysPrefix: () => `${prefix}:agent-keys:{${SYSTEM}}:`,
    /** The API keys of all names that look the same; what stands before the folded name. */
    agentFoldsPrefix: () => `${prefix}:agent-folds:{${SYSTEM}}:`,
    /** Is there once every API key is on the list of its folded name. */
    agentFoldsBuilt: () => `${prefix}:agent-folds-built:{${SYSTEM}}`,
    /** Patterns that any API key but an operator's ever administered, a set. */
    administrations: () => `${prefix}:administrations:{${SYSTEM}}`,
    /** Is there once every API key is on the lists of names and of administrations. */
    agentKeysBuilt: () => `${prefix}:agent-keys-built:{${SYSTEM}}`,
    /** The ids of all API keys, a sorted set in their own order. */
    apiKeys: () => `${prefix}:keys:{${SYSTEM}}`,
    /** Is there once there was a key: from then on, every request needs one. */
    apiKeyEverMade: () => `${prefix}:key-ever-made:{${SYSTEM}}`,
    /** Is there while the store is used without keys: the first key removes it. See api-keys/lua/door.lua. */
    openWithoutKeys: () => `${prefix}:open-without-keys:{${SYSTEM}}`,
    /** The start of every key. */
    all: () => `${prefix}:`,
    /** Whether a key under {@link all} may exist without a caller's data: schemas, locks, caches, refusals. */
    isHousekeeping: (key: string) => HOUSEKEEPING.test(key.slice(prefix.length)),
    /**
     * How often an agent's memories were confirmed and contradicted, a hash. For an administration, the field is the
     * name, a space and its pattern; without one, it counts for the operator's and those of earlier releases. A name
     * may hold anything, so it is at the end.
     */
    agent: (name: string) => `${prefix}:agent:{${SYSTEM}}:${name}`,
    /** The start of {@link agent} before the name. */
    agentPrefix: () => `${prefix}:agent:{${SYSTEM}}:`,
    /** The votes on an agent's memories, a hash. */
    agentVotes: (name: string) => `${prefix}:agent-votes:{${SYSTEM}}:${name}`,
    /** The names of all agents that were judged, a sorted set in their own order. */
    agents: () => `${prefix}:agents:{${SYSTEM}}`,
    /** Requests of a key in the current minute. */
    rate: (id: string) => `${prefix}:rate:{${id}}`,
    /** A document of state memory. A state key may hold anything, so it stands at the end: the first braces are ours. */
    state: (namespace: string, key: string) => `${prefix}:state:{${namespace}}:${key}`,
    /** The fields of the document besides its value, a hash. */
    stateFacts: (namespace: string, key: string) => `${prefix}:state-facts:{${namespace}}:${key}`,
    /** Its superseded versions, a stream. */
    stateHistory: (namespace: string, key: string) => `${prefix}:state-old:{${namespace}}:${key}`,
    /** A document that is never there: see watch-capabilities.ts. */
    jsonProbe: (tag: string) => `${prefix}:json-probe${ofNode(tag)}`,
    /** Written to see whether Redis takes writes: see write-probe.ts. */
    writeProbe: (tag: string) => `${prefix}:write-probe${ofNode(tag)}`,
    /** A document that a script makes aside, by a number of the script's own. */
    stateDraft: (namespace: string, index: number) => `${prefix}:state-draft:{${namespace}}:${index}`,
    /** Number and time of the last change of the namespace's state, a hash. It never ends: no version may come back. */
    stateHead: (namespace: string) => `${prefix}:state-head:{${namespace}}`,
    /** Keys of the namespace's documents in their order, a sorted set of one score; some may have expired since. */
    stateNames: (namespace: string) => `${prefix}:state-names:{${namespace}}`,
    /**
     * Keys of deleted documents whose history stays, a sorted set of one score; some were written again, or their history
     * has ended since. It ends with the last history. Scripts build it: see lua/state-left.lua.
     */
    stateLeft: (namespace: string) => `${prefix}:state-left:{${namespace}}`,
    /** Bytes of the namespace's state that end by themselves, by when; a hash: see lua/state-size.lua. */
    stateEnds: (namespace: string) => `${prefix}:state-ends:{${namespace}}`,
    /** Every change of the namespace's state, a stream. */
    stateChanges: (namespace: string) => `${prefix}:changes:{${namespace}}`,
    /** A session's head, a hash; `session` is its facet. See lua/session.lua for what each of these holds. */
    session: (namespace: string, session: string) => `${prefix}:session:{${namespace}}:${session}`,
    /** The start of {@link session} before the facet. */
    sessionPrefix: (namespace: string) => `${prefix}:session:{${namespace}}:`,
    sessionMessages: (namespace: string, session: string) =>
      `${prefix}:session-messages:{${namespace}}:${session}`,
    /** The start of {@link sessionMessages} before the facet. */
    sessionMessagesPrefix: (namespace: string) => `${prefix}:session-messages:{${namespace}}:`,
    sessionIds: (namespace: string, session: string) => `${prefix}:session-ids:{${namespace}}:${session}`,
    sessionDue: (namespace: string, session: string) => `${prefix}:session-due:{${namespace}}:${session}`,
    allSessionsDue: () => `${prefix}:session-due:`,
    /** The namespace's sessions by their last append, and by their end. */
    sessions: (namespace: string) => `${prefix}:sessions:{${namespace}}`,
    sessionsEnding: (namespace: string) => `${prefix}:sessions-ending:{${namespace}}`,
    /** The bytes that each session counts for, a hash by its facet. Scripts build it: see lua/usage.lua. */
    sessionBytes: (namespace: string) => `${prefix}:session-bytes:{${namespace}}`,
    sessionsDueIndex: () => `${prefix}:idx:session-due:${INDEX_SCHEMAS.sessions}`,
    /** A namespace's current run and its schedule, a hash. See consolidation/lua/lib-lease.lua for these. */
    consolidationHead: (namespace: string) => `${prefix}:consolidation-head:{${namespace}}`,
    consolidation: (namespace: string, id: string) => `${prefix}:consolidation:{${namespace}}:${id}`,
    /** The start of {@link consolidation} before the id. */
    consolidationPrefix: (namespace: string) => `${prefix}:consolidation:{${namespace}}:`,
    consolidationActions: (namespace: string, id: string) =>
      `${prefix}:consolidation-actions:{${namespace}}:${id}`,
    consolidations: (namespace: string) => `${prefix}:consolidations:{${namespace}}`,
    consolidationDue: (namespace: string) => `${prefix}:consolidation-due:{${namespace}}`,
    allConsolidationsDue: () => `${prefix}:consolidation-due:`,
    consolidationsDueIndex: () => `${prefix}:idx:consolidation-due:${INDEX_SCHEMAS.consolidations}`,
    /** Deletions whose derived memories aren't handled yet, a sorted set; see lua/erasure.lua. */
    erasures: (namespace: string) => `${prefix}:erasures:{${namespace}}`,
    erasureDue: (namespace: string) => `${prefix}:erasure-due:{${namespace}}`,
    allErasuresDue: () => `${prefix}:erasure-due:`,
    erasuresDueIndex: () => `${prefix}:idx:erasure-due:${INDEX_SCHEMAS.erasures}`,
    /** The operations whose kept answers hold this, by when that was noted, a sorted set. A subject may hold anything: its hash names it. */
    answersOf: (subject: string) => `${prefix}:answers-about:{${subjectHash(subject)}}`,
    /** When this was last deleted; in the slot of {@link answersOf}. */
    answersGone: (subject: string) => `${prefix}:answers-gone:{${subjectHash(subject)}}`,
    /** The operation that deleted it then; in the same slot. */
    answersGoneBy: (subject: string) => `${prefix}:answers-gone-by:{${subjectHash(subject)}}`,
    /** The result of an operation that was done already: see {@link Context.operation}. */
    done: (namespace: string, operation: string) => `${prefix}:done:{${namespace}}:${operation}`,
    allDone: () => `${prefix}:done:`,
    /** A channel: the ids of API keys that have changed. */
    keyNews: () => `${prefix}:news:keys`,
    /** A channel: there are changes of this namespace's state. */
    stateNews: (namespace: string) => `${prefix}:news:state:{${namespace}}`,
    /** Receipts, a stream by home: a namespace, or {@link receiptsKept}. */
    receipts: (home: string) => `${prefix}:receipts:{${home}}`,
    /** The home of receipts of several namespaces that are kept equally long. No namespace: a label can't hold `~`. */
    receiptsKept: (seconds: number, hour: number) => `~${seconds}.${hour}`,
    /** All homes by their hashes, a hash. */
    receiptHomes: () => `${prefix}:receipt-homes:{${SYSTEM}}`,
    /** By home: since when it may hold receipts of several namespaces that are also of this one, a hash. */
    receiptsShared: (namespace: string) => `${prefix}:receipts-shared:{${namespace}}`,
    /** By home of several namespaces: since when its receipts are in {@link receiptsShared}, a hash. */
    receiptsNoted: () => `${prefix}:receipts-noted:{${SYSTEM}}`,
    /** A receipt, as 0.1.0 kept it. */
    receipt: (id: string) => `${prefix}:receipt:${id}`,
    /** The start of {@link receipt} before the id. */
    formerReceipts: () => `${prefix}:receipt:`,
    /** The ids of these, a sorted set by when each ends; some may be gone since. */
    formerReceiptIds: () => `${prefix}:receipt-ids:{${SYSTEM}}`,
    /** Deletions in a namespace, so that no import brings them back, a sorted set by time; see lua/gone.lua. */
    gone: (namespace: string) => `${prefix}:gone:{${namespace}}`,
    /** Exports that read the namespace now, and what has changed since they did. Scripts build all three: see lua/changes.lua. */
    exportWatch: (namespace: string) => `${prefix}:export-watch:{${namespace}}`,
    exportChanges: (namespace: string, id: string) => `${prefix}:export-changes:{${namespace}}:${id}`,
    exportBases: (namespace: string, id: string) => `${prefix}:export-bases:{${namespace}}:${id}`,
    /** The random text of which a namespace's tokens are made, and the originals by token, a hash: see src/pii. */
    piiSalt: (namespace: string) => `${prefix}:pii-salt:{${namespace}}`,
    piiOriginals: (namespace: string) => `${prefix}:pii-originals:{${namespace}}`,
    /** Namespaces whose settings ever treated personal data, a sorted set in their own order; a superset. */
    piiNamespaces: () => `${prefix}:pii-namespaces:{${SYSTEM}}`,
    /** A namespace's segments in the archive, a hash by their ids; when each is to be looked at, a sorted set. */
    archiveSegments: (namespace: string) => `${prefix}:archive:{${namespace}}`,
    /** The ids of what each was written with, a hash likewise. */
    archiveIds: (namespace: string) => `${prefix}:archive-ids:{${namespace}}`,
    archiveDue: (namespace: string) => `${prefix}:archive-due:{${namespace}}`,
    /** Namespaces whose settings ever archived, a sorted set in their own order; a superset. */
    archivingNamespaces: () => `${prefix}:archiving:{${SYSTEM}}`,
    /** An export under way, and an import. */
    exportJob: (id: string) => `${prefix}:export:${id}`,
    /** The starts of {@link exportJob} and {@link importJob} before the id. */
    transferJobs: () => [`${prefix}:export:`, `${prefix}:import:`] as const,
    importJob: (id: string) => `${prefix}:import:${id}`,
    /** Those of one API key by when they were used, a sorted set; '' stands for callers without a key. */
    exportJobsOf: (keyId: string) => `${prefix}:exports-of:{${SYSTEM}}:${keyId}`,
    importJobsOf: (keyId: string) => `${prefix}:imports-of:{${SYSTEM}}:${keyId}`,
    /** A request to erase a person or a namespace, as JSON. */
    erasureJob: (id: string) => `${prefix}:erasure-job:{${SYSTEM}}:${id}`,
    /** All of these by when they were made, a sorted set; and those that aren't complete. */
    erasureJobs: () => `${prefix}:erasure-jobs:{${SYSTEM}}`,
    erasureJobsOpen: () => `${prefix}:erasure-jobs-open:{${SYSTEM}}`,
    /** Those of one API key that aren't complete; '' stands for callers without a key. */
    erasureJobsOpenOf: (keyId: string) => `${prefix}:erasure-jobs-open-of:{${SYSTEM}}:${keyId}`,
    /** What such a request has found and not erased yet, and what it has erased: sets, while it is under way. */
    erasureFound: (id: string) => `${prefix}:erasure-found:{${SYSTEM}}:${id}`,
    erasureDone: (id: string) => `${prefix}:erasure-done:{${SYSTEM}}:${id}`,
    /** The key by which certificates of erasures are signed. */
    signingKey: () => `${prefix}:signing-key:{${SYSTEM}}`,
    /** Who writes streams again without some of their entries, a token; `home`: what the streams have in their braces. */
    rewriting: (home: string) => `${prefix}:rewriting:{${home}}`,
    /** Such a stream, until it is renamed. */
    rewritten: (home: string, token: string) => `${prefix}:rewritten:{${home}}:${token}`,
    /** The answer of a request with an idempotency key. */
    answer: (operation: string) => `${prefix}:answer:${operation}`,
    /** Counted up ahead of each wait for the disk. */
    durable: (tag: string) => `${prefix}:durable${ofNode(tag)}`,
    embedding: (hash: string) => `${prefix}:emb:${hash}`,
    /** The start of {@link embedding} before the hash. */
    allEmbeddings: () => `${prefix}:emb:`,
    lock: (name: string) => `${prefix}:lock:${name}`,
    /** The prefix of all keys of `@mneme/checkpointer`. */
    graphPrefix: () => `${prefix}:graph`,
    meta: () => `${prefix}:meta`,
    /** The schemas that stored data has reached, and the progress towards the next ones, a hash. */
    upgrades: () => `${prefix}:upgrades`,
    recordIndex: () => `${prefix}:idx:rec:${INDEX_SCHEMAS.records}`,
    vectorIndex: (model: string) => `${prefix}:idx:vec:${model}:${INDEX_SCHEMAS.vectors}`,
    /** The part of each index's name before the numbers of its schemas; for vectors, with any model. */
    indexFamilies: () => ({
      records: `${prefix}:idx:rec:`,
      vectors: `${prefix}:idx:vec:`,
      sessions: `${prefix}:idx:session-due:`,
      consolidations: `${prefix}:idx:consolidation-due:`,
      erasures: `${prefix}:idx:erasure-due:`,
    }),
    allRecords: () => `${prefix}:rec:`,
    allVectors: (model: string) => `${prefix}:vec:${model}:`,
  };
}

/**
 * The namespace and id inside the key of a record, an old version or a vector, and the version if it is an old one's:
 * `…:old:{<ns>}:<id>:<version>`, `…:vec:<model>:{<ns>}:<id>:<passage>[:<version>]`.
 */
export function refOfKey(key: string): { namespace: string; id: string; version?: number } {
  const open = key.indexOf("{");
  const close = key.indexOf("}:", open);
  const namespace = key.slice(open + 1, close);
  const end = key.indexOf(":", close + 2);
  // The key of most candidates of a recall, of which there are hundreds: a record's.
  if (end === -1) return { namespace, id: key.slice(close + 2) };
  const id = key.slice(close + 2, end);
  const more = key.indexOf(":", end + 1);
  const isOld = key.startsWith(":old:", open - 5);
  if (!isOld && more === -1) return { namespace, id };
  return { namespace, id, version: Number(key.slice((isOld ? end : more) + 1)) };
}

/** The key that holds an item's id. */
export function itemKey(keys: Keys, { namespace, key }: ItemRef): string {
  return keys.contentHash(namespace, itemHash(key));
}
