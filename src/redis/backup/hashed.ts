import { hash } from "node:crypto";
import type { Trail } from "../../access/trail.js";
import type { ErasedLine } from "../../backup/lines.js";
import { subjectOf } from "../../domain/idempotency.js";
import type { StoreDeps } from "../deps.js";
import { forgetAlias } from "../facts/aliases.js";
import { eraseAnswers } from "../idempotency/erase.js";
import { namesPage } from "../state/names.js";

type Deps = Pick<StoreDeps, "redis" | "keys" | "auditor">;

/** Names that one step looks at. */
const SCANNED = 1000;

/**
 * For each line the state keys, or the names, that are stored here and that it means: a walk over those of each namespace,
 * once for all lines.
 */
export async function hashedLeft(
  deps: Deps,
  lines: readonly ErasedLine[],
): Promise<readonly ReadonlySet<string>[]> {
  const found = lines.map(() => new Set<string>());
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const place = placeOf(line.namespace, line.what === "alias", line.id);
    const known = places.get(place);
    if (known === undefined) places.set(place, [index]);
    else known.push(index);
  }
  const note = (namespace: string, isName: boolean, name: string): void => {
    for (const index of places.get(placeOf(namespace, isName, hash("sha1", name))) ?? [])
      found[index]?.add(name);
  };
  const namespacesOf = (names: boolean): Set<string> =>
    new Set(lines.flatMap(({ what, namespace }) => ((what === "alias") === names ? [namespace] : [])));
  for (const namespace of namespacesOf(false))
    await walkState(deps, namespace, (key) => note(namespace, false, key));
  for (const namespace of namespacesOf(true))
    await walkNames(deps, namespace, (name) => note(namespace, true, name));
  return found;
}

const placeOf = (namespace: string, isName: boolean, sha1: string): string =>
  `${isName ? "name" : "state"} ${namespace} ${sha1}`;

/** Documents, and those of which only the history is left. */
async function walkState(deps: Deps, namespace: string, each: (key: string) => void): Promise<void> {
  let place: string | undefined;
  do {
    const { keys, next } = await namesPage(deps, namespace, place);
    for (const key of keys) each(key);
    place = next;
  } while (place !== undefined);
}

async function walkNames(
  { redis, keys }: Deps,
  namespace: string,
  each: (name: string) => void,
): Promise<void> {
  for (const key of [keys.aliases(namespace), keys.entities(namespace)]) {
    let cursor = "0";
    do {
      const page = await redis.run((client) => client.hScanNoValues(key, cursor, { COUNT: SCANNED }));
      for (const name of page.fields) each(name);
      ({ cursor } = page);
    } while (cursor !== "0");
  }
}

/** Deletes what {@link hashedLeft} has found, unless it was written after the line's time. False: there was nothing to delete. */
export async function removeHashed(
  deps: Deps,
  trail: Trail,
  { namespace, what, id, at }: ErasedLine,
  name: string,
  dryRun: boolean,
): Promise<boolean> {
  const { auditor, keys } = deps;
  if (what === "alias") return !dryRun && forgetAlias(deps, trail, namespace, name, id);
  const step = (goesOn: boolean): Promise<number> =>
    auditor.run(namespace, trail, (client, audit) =>
      client.removeExportedState(
        audit,
        [
          keys.state(namespace, name),
          keys.stateFacts(namespace, name),
          keys.stateHistory(namespace, name),
          keys.stateNames(namespace),
        ],
        [name, String(at), what === "state_history" ? "1" : "", dryRun ? "1" : "", goesOn ? "1" : ""],
      ),
    );
  let removed = await step(false);
  const found = removed > 0;
  while (removed === 2) removed = await step(true);
  if (found && !dryRun) await eraseAnswers(deps, [subjectOf.state(namespace, name)]);
  return found;
}
