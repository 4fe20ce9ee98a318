import type { Trail } from "../../access/trail.js";
import { LIMITS } from "../../domain/limits.js";
import type { AliasOutcome, Name } from "../../memory/ports/facts.js";
import type { StoreDeps } from "../deps.js";
import type { ScriptScope } from "../scripts/bind.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { decodeGroup } from "./resolve.js";

type Deps = Pick<StoreDeps, "auditor" | "keys">;

/** The first arguments of a script that changes aliases: see lua/lib-aliases.lua. */
const MOST: ScriptScope = { keys: [], args: [String(LIMITS.aliases)] };

/** Names that one script takes. */
const DROPPED = 500;

export async function putAliases(
  { auditor, keys }: Deps,
  trail: Trail,
  namespace: string,
  entity: Name,
  aliases: readonly Name[],
): Promise<AliasOutcome> {
  const names = [entity, ...aliases].flatMap(({ name, written }) => [name, written]);
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.putAliases(audit, MOST, aliasKeys(keys, namespace), names),
  );
  return outcomeOf("facts/lua/put-aliases", reply);
}

export async function mergeEntities(
  { auditor, keys }: Deps,
  trail: Trail,
  namespace: string,
  from: Name,
  into: Name,
): Promise<AliasOutcome> {
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.mergeEntities(audit, MOST, aliasKeys(keys, namespace), [from.name, into.name]),
  );
  return outcomeOf("facts/lua/merge-entities", reply);
}

/** Takes a name out of its group, for an import. `entry`: what stands for it in the audit trail. False: it is no alias. */
export async function forgetAlias(
  { auditor, keys }: Deps,
  trail: Trail,
  namespace: string,
  name: string,
  entry: string,
): Promise<boolean> {
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.forgetAlias(audit, MOST, aliasKeys(keys, namespace), [name, entry]),
  );
  return reply === 1;
}

/** Deletes all aliases of a namespace that are there when it begins. Entities of facts stay. */
export async function dropAliases(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  namespace: string,
): Promise<void> {
  const places = [...aliasKeys(keys, namespace), keys.gone(namespace)];
  let cursor = "0";
  do {
    const page = await redis.run((client) =>
      client.hScanNoValues(keys.aliases(namespace), cursor, { COUNT: DROPPED }),
    );
    ({ cursor } = page);
    if (page.fields.length > 0) await redis.run((client) => client.dropAliases(MOST, places, page.fields));
  } while (cursor !== "0");
}

function aliasKeys(keys: StoreDeps["keys"], namespace: string): string[] {
  return [
    keys.entities(namespace),
    keys.aliases(namespace),
    keys.aliasGroups(namespace),
    keys.entityNames(namespace),
  ];
}

function outcomeOf(script: string, [code, text = ""]: readonly [number, ...string[]]): AliasOutcome {
  if (code === CODE.DONE) return { kind: "done", entity: decodeGroup(text) };
  return meaningOf<AliasOutcome>(script, code, {
    [CODE.MISSING]: { kind: "missing" },
    [CODE.TAKEN]: { kind: "taken", name: text },
    [CODE.TOO_MANY]: { kind: "too_many" },
  });
}
