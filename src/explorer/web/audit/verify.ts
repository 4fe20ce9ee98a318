import { answerOf, linesOf } from "../base/raw.js";

export interface Verdict {
  readonly entries: number;
  readonly trails: number;
  /** The first entry that doesn't fit the one before it, by trail. */
  readonly broken: readonly string[];
  /** Entries that an erasure has pseudonymised: their hash is that of what stood there before. */
  readonly erased: number;
}

interface Line {
  readonly id: string;
  readonly trail: string;
  readonly previous: string;
  readonly raw: string;
  readonly hash: string;
  readonly pseudonymised?: boolean;
}

/**
 * Recomputes the hash of each entry, and compares it with what the next one says: as `npm run audit:verify` does, but
 * of what the API exports, so it can't tell whether entries are missing at the end.
 */
export async function verify(
  namespace: string,
  times: { readonly from?: string; readonly to?: string },
  signal: AbortSignal,
): Promise<Verdict> {
  const query = new URLSearchParams({ namespace, ...times });
  const answer = await answerOf(`/v1/audit/export?${query}`, signal);
  const latest = new Map<string, string>();
  const broken = new Map<string, string>();
  let entries = 0;
  let erased = 0;
  // A trail may be larger than a text in a browser: each line is checked as it comes.
  for await (const line of linesOf(answer)) {
    if (line === "") continue;
    const entry = JSON.parse(line) as Line;
    entries++;
    const pseudonymised = entry.pseudonymised === true;
    if (pseudonymised) erased++;
    const computed = await sha1(`${entry.previous}\n${entry.id}\n${entry.raw}`);
    const before = latest.get(entry.trail);
    const follows = before === undefined || before === entry.previous;
    if ((!pseudonymised && computed !== entry.hash) || !follows) {
      if (!broken.has(entry.trail)) broken.set(entry.trail, `${entry.trail}: ${entry.id}`);
    }
    latest.set(entry.trail, entry.hash);
  }
  return { entries, trails: latest.size, broken: [...broken.values()], erased };
}

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
