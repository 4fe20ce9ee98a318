import { LIMITS } from "../../domain/limits.js";
import type { PiiStore } from "../../pii/ports.js";
import type { Auditor } from "../audit/auditor.js";
import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { CODE, meaningOf } from "../scripts/codes.js";

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
      return { salt, sealed };
    },
  };
}
