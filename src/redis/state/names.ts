import { createHash } from "node:crypto";
import type { StatePage } from "../../memory/clearing/ports.js";
import type { RedisGateway } from "../connection/client.js";
import { runOf } from "../connection/run-of.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
import type { Keys } from "../keys.js";
import { readProgress } from "../migrations/progress.js";

interface Deps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
}

/** Names of one page. */
const PAGE = 500;
/** Keys that one SCAN looks at. */
const SCANNED = 1000;

/** The form of a place in the walk. The number of a scan has the mark of Redis's run before it, and on a cluster that of its layout. */
const PLACE = /^(?:names|left)(?: .{1,512})?$|^scan(?: [\da-f]{12} (?:[\da-f]{12}\.\d{1,4}\.)?\d{1,19})?$/s;

/**
 * A page of the keys of a namespace's documents, also of deleted ones whose history stays, by the namespace's own lists:
 * what else Redis holds costs nothing. Only what an older release wrote, before the upgrade has listed it, is looked for
 * among all keys. A walk finds each name that is there throughout.
 *
 * @param place undefined, or what isn't of the form {@link PLACE}: the walk begins
 */
export async function namesPage(
  deps: Deps,
  namespace: string,
  place: string | undefined,
): Promise<StatePage> {
  const { redis, keys } = deps;
  const [kind, rest] = splitPlace(place ?? "");
  if (kind === undefined) {
    // Each change of state makes the head.
    const known = await redis.run((client) => client.exists(keys.stateHead(namespace)));
    if (known === 0) return { keys: [], deleted: false, next: undefined };
    const { done } = await readProgress(redis, keys);
    return { keys: [], deleted: false, next: done ? "names" : "scan" };
  }
  // First: what is listed in the meantime comes with the lists.
  if (kind === "scan") return unlistedPage(deps, namespace, rest);
  const deleted = kind === "left";
  const list = deleted ? keys.stateLeft(namespace) : keys.stateNames(namespace);
  const found = await redis.run((client) =>
    client.zRange(list, rest === "" ? "-" : `(${rest}`, "+", {
      BY: "LEX",
      LIMIT: { offset: 0, count: PAGE },
    }),
  );
  const last = found.at(-1);
  if (last !== undefined && found.length === PAGE) return { keys: found, deleted, next: `${kind} ${last}` };
  return { keys: found, deleted, next: deleted ? undefined : "left" };
}

function splitPlace(place: string): [kind: "names" | "left" | "scan" | undefined, rest: string] {
  const space = place.indexOf(" ");
  const [kind, rest] = space === -1 ? [place, ""] : [place.slice(0, space), place.slice(space + 1)];
  const isKind = kind === "names" || kind === "left" || kind === "scan";
  return PLACE.test(place) && isKind ? [kind, rest] : [undefined, ""];
}

/** Those that are on no list yet. */
async function unlistedPage({ redis, keys }: Deps, namespace: string, rest: string): Promise<StatePage> {
  const [mark = "", number = "0"] = rest.split(" ");
  const run = createHash("sha256")
    .update(await runOf(redis))
    .digest("hex")
    .slice(0, 12);
  const kinds = [keys.stateFacts(namespace, ""), keys.stateHistory(namespace, "")];
  const start = keys.allState().slice(0, -1);
  const match = `${literal(start)}*:{${literal(namespace)}}:*`;
  const options = { MATCH: match, COUNT: SCANNED };
  const beside = kinds[0] ?? "";
  const page = await scanKeys(redis, mark === run ? number : "0", options, { beside });
  const found = page.keys.flatMap((key) => {
    const kind = kinds.find((each) => key.startsWith(each));
    return kind === undefined ? [] : [key.slice(kind.length)];
  });
  const next = page.cursor === "0" ? "names" : `scan ${run} ${page.cursor}`;
  if (found.length === 0) return { keys: [], deleted: false, next };
  const names = [...new Set(found)];
  const lists = [keys.stateNames(namespace), keys.stateLeft(namespace)];
  const [listed = [], gone = []] = await redis.run((client) =>
    Promise.all(lists.map((list) => client.zmScore(list, names))),
  );
  const unlisted = names.filter((_, index) => listed[index] == null && gone[index] == null);
  return { keys: unlisted, deleted: false, next };
}
