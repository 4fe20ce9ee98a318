import { LIMITS } from "../../domain/limits.js";
import type { PiiStore } from "../../pii/ports.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import { redisTime } from "../connection/redis-time.js";
import type { Keys } from "../keys.js";
import { CODE, meaningOf } from "../scripts/codes.js";

/** Entries on one page. */
const PAGE = 500;
/** When a write last used it, before the original: see lua/keep.lua. Earlier ones don't have it. */
const USED = /^(\d+) /;
const usedAt = (kept: string): number => Number(USED.exec(kept)?.[1] ?? 0);

/** Originals of tokens in Redis: a salt and a hash a namespace. */
export function createPiiStore(redis: RedisGateway, auditor: Auditor, keys: Keys): PiiStore {
  const own = (namespace: string): [salt: string, originals: string] => [
    keys.piiSalt(namespace),
    keys.piiOriginals(namespace),
  ];
  return {
    async salt(namespace) {
      return (await redis.run((client) => client.get(keys.piiSalt(namespace)))) ?? undefined;
    },
    async keep(namespace, salt, originals) {
      const [code, current = ""] = await redis.run((client) =>
        client.keepOriginals(own(namespace), [salt, String(LIMITS.piiTokens), ...[...originals].flat()]),
      );
      return meaningOf<"kept" | "full" | { readonly salt: string }>("pii/lua/keep", code, {
        [CODE.DONE]: "kept",
        [CODE.TOO_MANY]: "full",
        [CODE.CONFLICT]: { salt: current },
      });
    },
    async use(namespace, tokens) {
      await redis.run((client) => client.useOriginals([keys.piiOriginals(namespace)], [...tokens]));
    },
    async *namespaces() {
      for (let from = "-"; ;) {
        const page = await redis.run((client) =>
          client.zRange(keys.piiNamespaces(), from, "+", { BY: "LEX", LIMIT: { offset: 0, count: PAGE } }),
        );
        const sizes = await redis.run((client) =>
          Promise.all(page.map((namespace) => client.hLen(keys.piiOriginals(namespace)))),
        );
        yield page.filter((_, index) => sizes[index] !== 0);
        const last = page.at(-1);
        if (last === undefined || page.length < PAGE) return;
        from = `(${last}`;
      }
    },
    async *unusedSince(namespace, before) {
      let cursor = "0";
      do {
        const page = await redis.run((client) =>
          client.hScan(keys.piiOriginals(namespace), cursor, { COUNT: PAGE }),
        );
        ({ cursor } = page);
        yield page.entries.filter(({ value }) => usedAt(value) < before).map(({ field }) => field);
      } while (cursor !== "0");
    },
    drop: (namespace, tokens, before) =>
      redis.run((client) =>
        client.dropOriginals([keys.piiOriginals(namespace)], [String(before), ...tokens]),
      ),
    moment: () => redisTime(redis),
    treatingBelow(root, limit) {
      // "/" is the byte after ".", so this is what begins with `root.`
      const [from, to] = root === "" ? ["-", "+"] : [`[${root}.`, `(${root}/`];
      return redis.run((client) =>
        client.zRange(keys.piiNamespaces(), from, to, { BY: "LEX", LIMIT: { offset: 0, count: limit } }),
      );
    },
    async reveal(trail, namespace, tokens) {
      const [salt, ...sealed] = await auditor.run(namespace, trail, (client, audit) =>
        client.revealOriginals(audit, own(namespace), [...tokens]),
      );
      return { salt, sealed: sealed.map((kept) => kept?.replace(USED, "")) };
    },
  };
}
