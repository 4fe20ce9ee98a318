import type { StoreDeps } from "../deps.js";

/** The list may hold ended sessions too; a write, or the next round, takes them off. */
const PAGE = 500;

export async function sessionsBefore(
  { redis, keys }: StoreDeps,
  namespace: string,
  before: number,
  limit: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (let offset = 0; ids.length < limit; offset += PAGE) {
    // Scores are microseconds.
    const facets = await redis.run((client) =>
      client.zRange(keys.sessions(namespace), "-inf", String(before * 1000), {
        BY: "SCORE",
        LIMIT: { offset, count: PAGE },
      }),
    );
    const names = await redis.run((client) =>
      Promise.all(facets.map((facet) => client.hGet(keys.session(namespace, facet), "s"))),
    );
    for (const name of names) if (name !== null && ids.length < limit) ids.push(name);
    if (facets.length < PAGE) break;
  }
  return ids;
}
