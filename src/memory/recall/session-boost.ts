/** The part of a score that comes from other hits of the same session. */
export interface SessionPart {
  /** The score of the session's best other hit. */
  readonly best: number;
  readonly adds: number;
}

/** Hits, best first, that are looked at. */
export const SESSIONS_AMONG = 20;

/**
 * Adds to the score of each of the 20 best `weight × (1 - s) × best`, best first: the score of the best other one of
 * its session, less the larger the session's share s of the 20 is. Where evidence is, there is more; a session that
 * holds them all says nothing.
 *
 * `sessionOf`: undefined for a memory without a session.
 */
export function boostBySession<Hit extends { readonly score: number }>(
  ranked: readonly Hit[],
  sessionOf: (hit: Hit, index: number) => string | undefined,
  weight: number,
): readonly (Hit & { readonly session?: SessionPart })[] {
  const first = ranked.slice(0, SESSIONS_AMONG);
  const sessions = first.map(sessionOf);
  const scores = new Map<string, number[]>();
  for (const [index, session] of sessions.entries()) {
    const score = first[index]?.score ?? 0;
    if (session === undefined) continue;
    const own = scores.get(session);
    if (own === undefined) scores.set(session, [score]);
    else own.push(score);
  }
  const boosted = first.map((hit, index) => {
    const own = scores.get(sessions[index] ?? "") ?? [];
    // Best first, so that the best other one is the first, or the second for the first.
    const best = own[0] === hit.score ? own[1] : own[0];
    if (sessions[index] === undefined || best === undefined || best <= 0) return hit;
    return lifted(hit, { best, adds: weight * (1 - own.length / first.length) * best });
  });
  return [...boosted, ...ranked.slice(SESSIONS_AMONG)].toSorted((one, other) => other.score - one.score);
}

const lifted = <Hit extends { readonly score: number }>(hit: Hit, session: SessionPart) => ({
  ...hit,
  score: hit.score + session.adds,
  session,
});
