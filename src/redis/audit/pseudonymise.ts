import { attestOf, hashOf } from "../../access/entry.js";
import type { StoredEntry } from "../../access/entry.js";
import { SYSTEM_ACTOR } from "../../domain/context.js";
import { packText } from "../codec/packed-text.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { pagesOf, rewriteStream } from "../streams/rewrite.js";
import { decodeEntry } from "./audit-reader.js";
import type { Auditor } from "./auditor.js";

/** Entries that one entry attests. */
const ATTESTED = 200;

export interface PseudonymiseDeps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
  readonly auditor: Auditor;
}

/**
 * Changes entries of a trail in place. Each keeps the hash that it had, so the chain still leads through it. An entry at
 * the end of the trail, written before, says which entries are changed and what they say now: an entry that was changed
 * otherwise is told apart by that. Returns how many entries were changed.
 */
export async function pseudonymiseTrail(
  { redis, keys, auditor }: PseudonymiseDeps,
  trail: string,
  erasure: string,
  change: (raw: string) => string | undefined,
  tick: () => Promise<void>,
): Promise<number> {
  const changed = new Map<string, string>();
  const stream = { key: keys.audit(trail), home: trail };
  const attests: string[] = [];
  for await (const page of pagesOf(redis, stream.key, tick)) {
    for (const entry of page) {
      const stored = decodeEntry(trail, entry);
      const raw = change(stored.raw);
      if (raw === undefined) continue;
      changed.set(stored.id, raw);
      attests.push(attestOf(stored.id, raw));
    }
  }
  if (changed.size === 0) return 0;
  for (let from = 0; from < attests.length; from += ATTESTED) {
    await tick();
    const ids = attests.slice(from, from + ATTESTED);
    const attest = { ...SYSTEM_TRAIL, requestId: erasure, other: erasure, ids };
    await auditor.run(trail, attest, (client, audit) => client.recordDeletion(audit, [], ["ok"]));
  }
  await rewriteStream(
    { redis, keys },
    stream,
    (entry) => {
      const raw = changed.get(entry.id);
      return raw === undefined ? "stays" : fieldsOf(decodeEntry(trail, entry), raw);
    },
    tick,
  );
  return changed.size;
}

const SYSTEM_TRAIL = { agent: SYSTEM_ACTOR.agent, keyId: null, verb: "erasure.audit" } as const;

/** `p` is the first field: scripts read it by its place. */
function fieldsOf(stored: StoredEntry, raw: string) {
  const previous = Buffer.from(stored.previous, "hex");
  return ["p", previous, "e", packText(raw), "h", Buffer.from(hashOf(stored), "hex")];
}
