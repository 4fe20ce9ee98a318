import type { StoreDeps } from "../deps.js";
import { KEPT_FIELDS } from "../keys.js";
import { keptOf } from "../lifecycle/kept-for.js";

const PAGE = 500;

/** Also those of which only reads left a trail. */
export async function* namespaces({ redis, keys }: StoreDeps) {
  for (const list of [keys.namespaces(), keys.readNamespaces()]) {
    for (let from = "-"; ;) {
      const page = await redis.run((client) =>
        client.zRange(list, from, "+", { BY: "LEX", LIMIT: { offset: 0, count: PAGE } }),
      );
      yield await redis.run((client) =>
        Promise.all(
          page.map(async (namespace) => ({
            namespace,
            kept: keptOf(await client.hmGet(keys.settings(namespace), [...KEPT_FIELDS])),
          })),
        ),
      );
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      from = `(${last}`;
    }
  }
}
