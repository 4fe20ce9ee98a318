/** What a caller may send. Sizes are bytes of UTF-8. */
export const LIMITS = {
  contentBytes: 32 * 1024,
  /** Characters of a content by Unicode's NFKC, which makes up to 18 of one. */
  normalisedLength: 64 * 1024,
  metadataBytes: 64 * 1024,
  metadataDepth: 16,
  /** Every leaf is indexed so that any of them can be filtered on: hence a bound. */
  metadataLeaves: 1024,
  tags: 64,
  tagBytes: 256,
  identifierBytes: 256,
  namespaceLength: 256,
  namespaceLabels: 16,
  batchItems: 500,
  batchBytes: 4 * 1024 * 1024,
  requestBytes: 1024 * 1024,
  /** Of a part of a file that is imported, and of one line of it. */
  partBytes: 8 * 1024 * 1024,
  lineBytes: 2 * 1024 * 1024,
  interactionBytes: 256 * 1024,
  toolCalls: 128,
  queryBytes: 8 * 1024,
  recallNamespaces: 32,
  publications: 32,
  /** Memories that one may be derived from. */
  sources: 64,
  /** Of a thread's id, and of what names a checkpoint. */
  threadIdBytes: 2048,
  /** On one page. */
  checkpoints: 50,
  recallLimit: 100,
  listLimit: 200,
  /** Of memories that a policy looks at in one request, and of those that one keeps. */
  forgetLimit: 1000,
  keepTop: 100_000,
  statsDays: 30,
  /** Namespaces that one page of a list looks at, whatever it finds. */
  scannedNamespaces: 2_000,
  filterValues: 64,
  grants: 64,
  /** That a key may have made, directly and through keys that it made; keys that administer everything may make any number. */
  madeKeys: 1000,
  requestsPerMinute: 1_000_000,
  /** The largest quota that one can set, of memories as of bytes. */
  quota: 1e15,
  stateBytes: 256 * 1024,
  stateDepth: 64,
  /** Of one namespace, whose cardinality its settings say. */
  predicates: 256,
  /** Names of one entity. */
  aliases: 64,
  hops: 3,
  /** Edges that a traversal shows. */
  edges: 500,
  profileTokens: 32_000,
  historyLimit: 100,
  transactionKeys: 64,
  transactionOperations: 128,
  /** Of the documents of all its operations, each counted each time, and of their values: Redis does nothing else then. */
  transactionBytes: 4 * 1024 * 1024,
  appendMessages: 100,
  /** Of one message as JSON. */
  messageBytes: 128 * 1024,
  messagesLimit: 200,
  windowMessages: 100_000,
  windowTokens: 10_000_000,
  contextTokens: 1_000_000,
  ttlSeconds: 10 * 365 * 24 * 3600,
} as const;
