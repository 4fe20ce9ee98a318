/** Limits on requests. Sizes are bytes of UTF-8. */
export const LIMITS = {
  contentBytes: 32 * 1024,
  /** Characters of a content by Unicode's NFKC, which makes up to 18 of one. */
  normalisedLength: 64 * 1024,
  metadataBytes: 64 * 1024,
  metadataDepth: 16,
  /** Every leaf is indexed so that any of them can be filtered on: hence a bound. */
  metadataLeaves: 1024,
  /**
   * Seconds in which a write that has made tokens of personal data stores the text that shows them. A look for originals
   * that nothing shows leaves those that were used since.
   */
  tokenRestSeconds: 60,
  tags: 64,
  tagBytes: 256,
  identifierBytes: 256,
  namespaceLength: 256,
  namespaceLabels: 16,
  batchItems: 500,
  batchBytes: 4 * 1024 * 1024,
  requestBytes: 1024 * 1024,
  /** A part of an imported file, and one line of it. */
  partBytes: 8 * 1024 * 1024,
  lineBytes: 2 * 1024 * 1024,
  interactionBytes: 256 * 1024,
  toolCalls: 128,
  queryBytes: 8 * 1024,
  recallNamespaces: 32,
  publications: 32,
  /** Memories that one may be derived from. */
  sources: 64,
  /** A thread's id, and the names of a checkpoint. */
  threadIdBytes: 2048,
  /** Checkpoints on one page. */
  checkpoints: 50,
  /** Hops along facts from the entities of a query. */
  linkHops: 3,
  /** Turns before a hit, and after it, that ride along. */
  contextTurns: 3,
  /** Hits that a reranker orders. */
  rerankDepth: 100,
  recallLimit: 100,
  /** Milliseconds that a recall may be given. */
  budgetMs: { least: 5, most: 60_000 },
  /** The smallest budget of tokens of a recall: room for some words. */
  budgetTokens: 16,
  listLimit: 200,
  /** Memories that one request brings back from the archive. */
  restoredMemories: 500,
  /** Memories that a policy examines in one request, and memories that a policy keeps. */
  forgetLimit: 1000,
  keepTop: 100_000,
  statsDays: 30,
  /** Namespaces that one page of a list examines, including those that it doesn't return. */
  scannedNamespaces: 2_000,
  filterValues: 64,
  grants: 64,
  /**
   * Keys that a key may have made, directly and through keys that it made. Keys that administer everything have no such
   * limit.
   */
  madeKeys: 1000,
  requestsPerMinute: 1_000_000,
  /** The largest quota that one can set, of memories as of bytes. */
  quota: 1e15,
  stateBytes: 256 * 1024,
  stateDepth: 64,
  /** Predicates whose cardinality one namespace may set. */
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
  /** The documents of all operations of a transaction, each counted each time, and their values: they block Redis. */
  transactionBytes: 4 * 1024 * 1024,
  appendMessages: 100,
  /** One message as JSON. */
  messageBytes: 128 * 1024,
  messagesLimit: 200,
  windowMessages: 100_000,
  windowTokens: 10_000_000,
  contextTokens: 1_000_000,
  /** Erasures of one key that aren't complete. */
  openErasures: 16,
  /** Exports of one key, and as many imports. */
  transfers: 16,
  /** Tokens of personal data that a namespace may have, and that one request may reveal. */
  piiTokens: 1_000_000,
  revealedTokens: 100,
  ttlSeconds: 10 * 365 * 24 * 3600,
} as const;
