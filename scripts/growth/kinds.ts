/** What keys hold, by what follows the prefix in their names. Every key that a call can leave behind has a kind. */
export const KINDS: Readonly<Record<string, readonly string[]>> = {
  memories: [
    "rec",
    "old",
    "vec",
    "hash",
    "seq",
    "turn",
    "uses",
    "usage",
    "usage-ending",
    "versions-ending",
    "gone",
    "pii-salt",
    "pii-originals",
    "pii-namespaces",
  ],
  facts: ["timeline", "entities", "entity-names", "aliases", "alias-groups"],
  receipts: ["receipt", "receipts", "receipt-homes"],
  audit: ["audit", "audit-head", "namespaces", "read-namespaces"],
  sessions: [
    "session",
    "session-messages",
    "session-ids",
    "session-due",
    "sessions",
    "sessions-ending",
    "session-bytes",
  ],
  state: ["state", "state-facts", "state-old", "state-head", "state-names", "state-ends", "changes", "done"],
  cache: ["emb"],
  answers: ["answer", "answers-about", "answers-gone", "answers-gone-by"],
};

/** `other` where a key belongs to none of them. */
export function kindOf(key: string, prefix: string): string {
  const [, part = ""] = /^:([^:{]+)/.exec(key.slice(prefix.length)) ?? [];
  return Object.entries(KINDS).find(([, parts]) => parts.includes(part))?.[0] ?? "other";
}
