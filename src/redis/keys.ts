import { createHash } from "node:crypto";
import { INDEX_SCHEMAS } from "./schemas.js";
import type { ItemRef } from "../memory/model/ref.js";
import { itemHash } from "../memory/model/hash.js";

/**
 * Every Redis key, index and prefix of the service, built in this one file.
 *
 * All keys of a namespace carry `{namespace}` as hash tag: one slot on Redis Cluster, so one script can
 * change a record with everything that belongs to it. A namespace holds only `[A-Za-z0-9_.-]` and an id only
 * `[0-9A-Z]`, both checked before they come here, so no caller can write a brace or a colon into a key.
 * State keys may hold anything; they come last.
 */
export interface Keys {
  record(namespace: string, id: string): string;
  /** What is left of a published memory that was deleted, until its copies have heard of it. */
  remains(namespace: string, id: string): string;
  /** A superseded version of a memory. Scripts build these keys of the record's: see lua/version-keys.lua. */
  old(namespace: string, id: string, version: number): string;
  allOld(): string;
  /** What {@link remains} puts after the id. */
  remainsSuffix(): string;
  /** What {@link record} puts before the id. */
  recordPrefix(namespace: string): string;
  vector(model: string, namespace: string, id: string, passage: number): string;
  oldVector(model: string, namespace: string, id: string, passage: number, version: number): string;
  contentHash(namespace: string, hash: string): string;
  /** What {@link contentHash} puts before the hash. */
  contentHashPrefix(namespace: string): string;
  sequence(namespace: string): string;
  /** The id of a session's latest turn; `session` is its facet. */
  turn(namespace: string, session: string): string;
  /** What {@link turn} puts before the session. */
  turnPrefix(namespace: string): string;
  /** The namespace's audit trail, a stream; {@link SYSTEM} and its like have theirs. */
  audit(namespace: string): string;
  /** Number, hash and time of the trail's last entry, and what was trimmed. */
  auditHead(namespace: string): string;
  /** What {@link audit} puts before the namespace in its braces. */
  allAudits(): string;
  allAuditHeads(): string;
  /** All namespaces in which anything was ever to be changed; a superset. */
  namespaces(): string;
  /** Namespaces of which only reads left a trail, as long as they have one. */
  readNamespaces(): string;
  /** A namespace's settings, a hash: see {@link SETTING_FIELDS}. */
  settings(namespace: string): string;
  /** An API key, a hash without its secret. */
  apiKey(id: string): string;
  /** What {@link apiKey} puts before the id. */
  apiKeyPrefix(): string;
  /** What an API key has made, and what that has made in turn; what stands before the id. Scripts build it: see api-keys/lua/lib-makers.lua. */
  madeKeysPrefix(): string;
  /** The API keys of one agent's name; what stands before the name. */
  agentKeysPrefix(): string;
  /** The API keys of all names that look the same; what stands before the folded name. */
  agentFoldsPrefix(): string;
  /** Is there once every API key is on the list of its folded name. */
  agentFoldsBuilt(): string;
  /** Patterns that any API key but an operator's ever administered, a set. */
  administrations(): string;
  /** Is there once every API key is on the lists of names and of administrations. */
  agentKeysBuilt(): string;
  /** The ids of all API keys, a sorted set in their own order. */
  apiKeys(): string;
  /** Is there once there was a key: from then on, every request needs one. */
  apiKeyEverMade(): string;
  /** Is there while the store is used without keys: the first key removes it. See api-keys/lua/door.lua. */
  openWithoutKeys(): string;
  /** What every key begins with. */
  all(): string;
  /** Whether a key that {@link all} begins is there although nobody has stored anything: schemas, locks, caches, refusals. */
  isHousekeeping(key: string): boolean;
  /**
   * How often an agent's memories were confirmed and contradicted, a hash: for an administration, the field's name, a space
   * and its pattern; without one, for those of the operator and of all releases before. A name may hold anything, so it stands at the end.
   */
  agent(name: string): string;
  /** What {@link agent} puts before the name. */
  agentPrefix(): string;
  /** Who said so of which of its memories, a hash. */
  agentVotes(name: string): string;
  /** The names of all agents that were judged, a sorted set in their own order. */
  agents(): string;
  /** Requests of a key in the current minute. */
  rate(id: string): string;
  /** How many memories a namespace holds, and of how many bytes. */
  usage(namespace: string): string;
  /** What of {@link usage} ends by itself, and when. */
  usageEnding(namespace: string): string;
  /** Old versions that end before their memories, by when; lua/usage.lua makes it of `usageEnding`. */
  versionsEnding(namespace: string): string;
  /** How often memories of the namespace were used, and when last, a hash by id: `<count> <milliseconds>`. */
  uses(namespace: string): string;
  /** The facts of one subject and predicate by when they begin, a sorted set. Scripts build it: see lua/timelines.lua. */
  timeline(namespace: string, place: string): string;
  /** Facts that dispute those of a timeline, by when they begin, a sorted set. Scripts build it likewise. */
  disputes(timeline: string): string;
  /** Names of subjects and objects, a hash: as they are compared, to the last fact's number and how they are written. */
  entities(namespace: string): string;
  /** The same names, a sorted set in their own order. */
  entityNames(namespace: string): string;
  /** Names of which one is an alias of the other, a hash: each name to the group's own. */
  aliases(namespace: string): string;
  /** The groups, a hash: its own name to all of its names. */
  aliasGroups(namespace: string): string;
  /** A document of state memory. A state key may hold anything, so it stands at the end: the first braces are ours. */
  state(namespace: string, key: string): string;
  /** What is known of the document besides its value, a hash. */
  stateFacts(namespace: string, key: string): string;
  /** Its superseded versions, a stream. */
  stateHistory(namespace: string, key: string): string;
  /** A document that is never there: see json-floats.ts. */
  jsonProbe(): string;
  /** Written to see whether Redis takes writes: see write-probe.ts. */
  writeProbe(): string;
  /** A document that a script makes aside, by a number of the script's own. */
  stateDraft(namespace: string, index: number): string;
  /** Number and time of the last change of the namespace's state, a hash. It never ends: no version may come back. */
  stateHead(namespace: string): string;
  /** Every change of the namespace's state, a stream. */
  stateChanges(namespace: string): string;
  /** A session's head, a hash; `session` is its facet. See sessions/lua/lib-session.lua for what each of these holds. */
  session(namespace: string, session: string): string;
  /** What {@link session} puts before the facet. */
  sessionPrefix(namespace: string): string;
  sessionMessages(namespace: string, session: string): string;
  sessionIds(namespace: string, session: string): string;
  sessionDue(namespace: string, session: string): string;
  allSessionsDue(): string;
  /** The namespace's sessions by their last append, and by their end. */
  sessions(namespace: string): string;
  sessionsEnding(namespace: string): string;
  /** How many bytes each session counts for, a hash by its facet. Scripts build it: see lua/usage.lua. */
  sessionBytes(namespace: string): string;
  sessionsDueIndex(): string;
  /** What is at work in a namespace, and what its schedule says, a hash. See consolidation/lua/lib-lease.lua for these. */
  consolidationHead(namespace: string): string;
  consolidation(namespace: string, id: string): string;
  /** What {@link consolidation} puts before the id. */
  consolidationPrefix(namespace: string): string;
  consolidationActions(namespace: string, id: string): string;
  consolidations(namespace: string): string;
  consolidationDue(namespace: string): string;
  allConsolidationsDue(): string;
  consolidationsDueIndex(): string;
  /** What an operation has done already: see {@link Context.operation}. */
  done(namespace: string, operation: string): string;
  /** What was deleted and still has to be gone through for what was derived of it, a sorted set; see lua/erasure.lua. */
  erasures(namespace: string): string;
  erasureDue(namespace: string): string;
  allErasuresDue(): string;
  erasuresDueIndex(): string;
  /** The operations whose kept answers hold this, by when that was noted, a sorted set. A subject may hold anything: its hash names it. */
  answersOf(subject: string): string;
  /** When this was last deleted; in the slot of {@link answersOf}. */
  answersGone(subject: string): string;
  /** A channel: the ids of API keys that have changed. */
  keyNews(): string;
  /** A channel: there are changes of this namespace's state. */
  stateNews(namespace: string): string;
  /** What a recall gave. */
  receipt(id: string): string;
  /** The answer of a request with an idempotency key. */
  answer(operation: string): string;
  /** Counted up ahead of each wait for the disk. */
  durable(): string;
  embedding(hash: string): string;
  lock(name: string): string;
  /** What `@mneme/checkpointer` puts before all of its keys. */
  graphPrefix(): string;
  meta(): string;
  /** Which schemas stored data has reached, and how far the way to the next ones has come, a hash. */
  upgrades(): string;
  recordIndex(): string;
  vectorIndex(model: string): string;
  /** What precedes the numbers of each index's schemas in their names; of vectors, for any model. */
  indexFamilies(): Readonly<Record<keyof typeof INDEX_SCHEMAS, string>>;
  allRecords(): string;
  allVectors(model: string): string;
}

/** Not a namespace of anybody's: a label can't hold `~`. Keys and settings that belong to no namespace live here. */
export const SYSTEM = "~system";
/** The trail of refusals. Apart, because whoever is refused decides how many there are. */
export const DENIALS = "~denials";

/**
 * The fields of a namespace's settings; one that isn't set is left out. Scripts read them by these names. Besides, there
 * is one for each predicate that has a setting, {@link predicateSetting}, and `consolidation`, as JSON.
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
  "session_window_messages",
  "session_window_tokens",
] as const;

/** The setting of a predicate's cardinality; `predicate` as names are compared. */
export const predicateSetting = (predicate: string): string => `predicates_${predicate}`;

const HOUSEKEEPING = new RegExp(
  `^:(?:(?:meta|upgrades|durable|json-probe|write-probe)$|(?:lock|emb|rate):|audit(?:-head)?:\\{${DENIALS}\\}$)`,
);

const subjectHash = (subject: string): string => createHash("sha256").update(subject).digest("base64url");

export function createKeys(prefix: string): Keys {
  return {
    record: (namespace, id) => `${prefix}:rec:{${namespace}}:${id}`,
    remains: (namespace, id) => `${prefix}:rec:{${namespace}}:${id}:remains`,
    old: (namespace, id, version) => `${prefix}:old:{${namespace}}:${id}:${version}`,
    allOld: () => `${prefix}:old:`,
    remainsSuffix: () => ":remains",
    recordPrefix: (namespace) => `${prefix}:rec:{${namespace}}:`,
    vector: (model, namespace, id, passage) => `${prefix}:vec:${model}:{${namespace}}:${id}:${passage}`,
    oldVector: (model, namespace, id, passage, version) =>
      `${prefix}:vec:${model}:{${namespace}}:${id}:${passage}:${version}`,
    contentHash: (namespace, hash) => `${prefix}:hash:{${namespace}}:${hash}`,
    contentHashPrefix: (namespace) => `${prefix}:hash:{${namespace}}:`,
    turn: (namespace, session) => `${prefix}:turn:{${namespace}}:${session}`,
    turnPrefix: (namespace) => `${prefix}:turn:{${namespace}}:`,
    sequence: (namespace) => `${prefix}:seq:{${namespace}}`,
    audit: (namespace) => `${prefix}:audit:{${namespace}}`,
    auditHead: (namespace) => `${prefix}:audit-head:{${namespace}}`,
    allAudits: () => `${prefix}:audit:`,
    allAuditHeads: () => `${prefix}:audit-head:`,
    namespaces: () => `${prefix}:namespaces:{${SYSTEM}}`,
    readNamespaces: () => `${prefix}:read-namespaces:{${SYSTEM}}`,
    settings: (namespace) => `${prefix}:settings:{${namespace}}`,
    usage: (namespace) => `${prefix}:usage:{${namespace}}`,
    usageEnding: (namespace) => `${prefix}:usage-ending:{${namespace}}`,
    versionsEnding: (namespace) => `${prefix}:versions-ending:{${namespace}}`,
    uses: (namespace) => `${prefix}:uses:{${namespace}}`,
    timeline: (namespace, place) => `${prefix}:timeline:{${namespace}}:${place}`,
    disputes: (timeline) => `${timeline}:disputes`,
    entities: (namespace) => `${prefix}:entities:{${namespace}}`,
    entityNames: (namespace) => `${prefix}:entity-names:{${namespace}}`,
    aliases: (namespace) => `${prefix}:aliases:{${namespace}}`,
    aliasGroups: (namespace) => `${prefix}:alias-groups:{${namespace}}`,
    apiKey: (id) => `${prefix}:key:{${SYSTEM}}:${id}`,
    apiKeyPrefix: () => `${prefix}:key:{${SYSTEM}}:`,
    madeKeysPrefix: () => `${prefix}:key-made:{${SYSTEM}}:`,
    agentKeysPrefix: () => `${prefix}:agent-keys:{${SYSTEM}}:`,
    agentFoldsPrefix: () => `${prefix}:agent-folds:{${SYSTEM}}:`,
    agentFoldsBuilt: () => `${prefix}:agent-folds-built:{${SYSTEM}}`,
    administrations: () => `${prefix}:administrations:{${SYSTEM}}`,
    agentKeysBuilt: () => `${prefix}:agent-keys-built:{${SYSTEM}}`,
    apiKeys: () => `${prefix}:keys:{${SYSTEM}}`,
    apiKeyEverMade: () => `${prefix}:key-ever-made:{${SYSTEM}}`,
    openWithoutKeys: () => `${prefix}:open-without-keys:{${SYSTEM}}`,
    all: () => `${prefix}:`,
    isHousekeeping: (key) => HOUSEKEEPING.test(key.slice(prefix.length)),
    agent: (name) => `${prefix}:agent:{${SYSTEM}}:${name}`,
    agentPrefix: () => `${prefix}:agent:{${SYSTEM}}:`,
    agentVotes: (name) => `${prefix}:agent-votes:{${SYSTEM}}:${name}`,
    agents: () => `${prefix}:agents:{${SYSTEM}}`,
    rate: (id) => `${prefix}:rate:{${id}}`,
    state: (namespace, key) => `${prefix}:state:{${namespace}}:${key}`,
    stateFacts: (namespace, key) => `${prefix}:state-facts:{${namespace}}:${key}`,
    stateHistory: (namespace, key) => `${prefix}:state-old:{${namespace}}:${key}`,
    jsonProbe: () => `${prefix}:json-probe`,
    writeProbe: () => `${prefix}:write-probe`,
    stateDraft: (namespace, index) => `${prefix}:state-draft:{${namespace}}:${index}`,
    stateHead: (namespace) => `${prefix}:state-head:{${namespace}}`,
    stateChanges: (namespace) => `${prefix}:changes:{${namespace}}`,
    session: (namespace, session) => `${prefix}:session:{${namespace}}:${session}`,
    sessionPrefix: (namespace) => `${prefix}:session:{${namespace}}:`,
    sessionMessages: (namespace, session) => `${prefix}:session-messages:{${namespace}}:${session}`,
    sessionIds: (namespace, session) => `${prefix}:session-ids:{${namespace}}:${session}`,
    sessionDue: (namespace, session) => `${prefix}:session-due:{${namespace}}:${session}`,
    allSessionsDue: () => `${prefix}:session-due:`,
    sessions: (namespace) => `${prefix}:sessions:{${namespace}}`,
    sessionsEnding: (namespace) => `${prefix}:sessions-ending:{${namespace}}`,
    sessionBytes: (namespace) => `${prefix}:session-bytes:{${namespace}}`,
    sessionsDueIndex: () => `${prefix}:idx:session-due:${INDEX_SCHEMAS.sessions}`,
    consolidationHead: (namespace) => `${prefix}:consolidation-head:{${namespace}}`,
    consolidation: (namespace, id) => `${prefix}:consolidation:{${namespace}}:${id}`,
    consolidationPrefix: (namespace) => `${prefix}:consolidation:{${namespace}}:`,
    consolidationActions: (namespace, id) => `${prefix}:consolidation-actions:{${namespace}}:${id}`,
    consolidations: (namespace) => `${prefix}:consolidations:{${namespace}}`,
    consolidationDue: (namespace) => `${prefix}:consolidation-due:{${namespace}}`,
    allConsolidationsDue: () => `${prefix}:consolidation-due:`,
    consolidationsDueIndex: () => `${prefix}:idx:consolidation-due:${INDEX_SCHEMAS.consolidations}`,
    erasures: (namespace) => `${prefix}:erasures:{${namespace}}`,
    erasureDue: (namespace) => `${prefix}:erasure-due:{${namespace}}`,
    allErasuresDue: () => `${prefix}:erasure-due:`,
    erasuresDueIndex: () => `${prefix}:idx:erasure-due:${INDEX_SCHEMAS.erasures}`,
    answersOf: (subject) => `${prefix}:answers-about:{${subjectHash(subject)}}`,
    answersGone: (subject) => `${prefix}:answers-gone:{${subjectHash(subject)}}`,
    done: (namespace, operation) => `${prefix}:done:{${namespace}}:${operation}`,
    keyNews: () => `${prefix}:news:keys`,
    stateNews: (namespace) => `${prefix}:news:state:{${namespace}}`,
    receipt: (id) => `${prefix}:receipt:${id}`,
    answer: (operation) => `${prefix}:answer:${operation}`,
    durable: () => `${prefix}:durable`,
    embedding: (hash) => `${prefix}:emb:${hash}`,
    lock: (name) => `${prefix}:lock:${name}`,
    graphPrefix: () => `${prefix}:graph`,
    meta: () => `${prefix}:meta`,
    upgrades: () => `${prefix}:upgrades`,
    recordIndex: () => `${prefix}:idx:rec:${INDEX_SCHEMAS.records}`,
    vectorIndex: (model) => `${prefix}:idx:vec:${model}:${INDEX_SCHEMAS.vectors}`,
    indexFamilies: () => ({
      records: `${prefix}:idx:rec:`,
      vectors: `${prefix}:idx:vec:`,
      sessions: `${prefix}:idx:session-due:`,
      consolidations: `${prefix}:idx:consolidation-due:`,
      erasures: `${prefix}:idx:erasure-due:`,
    }),
    allRecords: () => `${prefix}:rec:`,
    allVectors: (model) => `${prefix}:vec:${model}:`,
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
  const [id = "", second, third] = key.slice(close + 2).split(":");
  const version = key.slice(0, open).endsWith(":old:") ? second : third;
  return version === undefined ? { namespace, id } : { namespace, id, version: Number(version) };
}

/** What names an item's id. */
export function itemKey(keys: Keys, { namespace, key }: ItemRef): string {
  return keys.contentHash(namespace, itemHash(key));
}
