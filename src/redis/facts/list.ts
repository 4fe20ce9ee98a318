import { objectFacet, subjectFacet } from "../../memory/model/facets.js";
import type { ListedName } from "../../memory/ports/facts.js";
import type { RedisGateway, RoutedClient } from "../connection/client.js";
import { askIndex } from "../connection/ask-index.js";
import type { Keys } from "../keys.js";
import type { StoreDeps } from "../deps.js";
import { totalOf } from "../search/rows.js";
import { commonArguments } from "../search/search.js";
import type { Params, ScopeOptions } from "../search/query.js";
import { PRESENT, scopeClause } from "../search/query.js";
import { decodeGroup } from "./resolve.js";

/** A page may hold fewer than `limit` before the end: what no fact holds any more is forgotten as it is met. */
export async function list(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  namespace: string,
  prefix: string,
  after: string | undefined,
  limit: number,
): Promise<{ names: ListedName[]; next: string | undefined }> {
  // No name holds byte FF, which UTF-8 doesn't have: it ends the range of all that begins so.
  const end = Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])]);
  const from = after === undefined ? `[${prefix}` : `(${after}`;
  const names = await redis.run((client) =>
    client.zRange(keys.entityNames(namespace), from, end, {
      BY: "LEX",
      LIMIT: { offset: 0, count: limit },
    }),
  );
  if (names.length === 0) return { names: [], next: undefined };
  const known = await redis.run((client) =>
    Promise.all(names.map((name) => look(client, redis, keys, namespace, name))),
  );
  const unseen = known.filter(({ facts, group }) => facts === 0 && group === undefined);
  const hidden = await hiddenFacts(
    redis,
    keys,
    namespace,
    unseen.map(({ name }) => name),
  );
  const stale = unseen.filter(({ name }) => !hidden.has(name));
  if (stale.length > 0) {
    const pruned = [keys.entities(namespace), keys.aliases(namespace), keys.entityNames(namespace)];
    await redis.run((client) =>
      Promise.all(stale.map(({ name, entry }) => client.pruneEntity(pruned, [name, entry ?? ""]))),
    );
  }
  return {
    names: known.filter((name) => !unseen.includes(name)).map(listed),
    next: names.length === limit ? names.at(-1) : undefined,
  };
}

/** Which of these names have facts that are hidden now but may come back: in quarantine, or superseded. */
async function hiddenFacts(
  redis: RedisGateway,
  keys: Keys,
  namespace: string,
  names: readonly string[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const counts = await Promise.all(names.map((name) => countFacts(redis, keys, namespace, name, HIDDEN_TOO)));
  return new Set(names.filter((_, index) => counts[index] !== 0));
}

const HIDDEN_TOO = { quarantined: "any", superseded: "any" } as const;

/** Facts that hold this name. */
async function countFacts(
  redis: RedisGateway,
  keys: Keys,
  namespace: string,
  name: string,
  options: ScopeOptions = {},
): Promise<number> {
  const params: Params = {};
  const filter = { groups: [[subjectFacet(name), objectFacet(name)]] };
  const scopes = [{ root: namespace, below: false }];
  const scope = scopeClause(scopes, filter, params, PRESENT, options);
  const replies = await askIndex(
    redis,
    scopes,
    ["FT.SEARCH", keys.recordIndex(), scope, "NOCONTENT", ...commonArguments(0, params)],
    "run",
  );
  return totalOf(replies);
}

interface Known {
  readonly name: string;
  /** The name's entry in the list of entities. */
  readonly entry: string | undefined;
  readonly group: string | undefined;
  readonly facts: number;
}

/** All commands are sent at once, for all names of a page. */
async function look(
  client: RoutedClient,
  redis: RedisGateway,
  keys: Keys,
  namespace: string,
  name: string,
): Promise<Known> {
  const [entry, [, group], facts] = await Promise.all([
    client.hGet(keys.entities(namespace), name),
    client.resolveEntities(
      [keys.entities(namespace), keys.aliases(namespace), keys.aliasGroups(namespace)],
      [name],
    ),
    countFacts(redis, keys, namespace, name),
  ]);
  return {
    name,
    entry: entry ?? undefined,
    group: group?.startsWith("[") === true ? group : undefined,
    facts,
  };
}

function listed({ name, entry, group, facts }: Known): ListedName {
  if (group === undefined) {
    const written = entry?.slice(entry.indexOf(":") + 1) ?? name;
    return { name, written, aliasOf: undefined, facts };
  }
  const entity = decodeGroup(group);
  const written = entity.names.find((each) => each.name === name)?.written ?? name;
  return { name, written, aliasOf: entity.name === name ? undefined : entity.written, facts };
}
