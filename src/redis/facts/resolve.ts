import type { Entity, Resolved } from "../../memory/ports/facts.js";
import type { StoreDeps } from "../deps.js";

export async function resolve(
  { redis, keys }: Pick<StoreDeps, "redis" | "keys">,
  namespace: string,
  names: readonly string[],
): Promise<Resolved> {
  const [aliases, ...found] = await redis.run((client) =>
    client.resolveEntities(
      [keys.entities(namespace), keys.aliases(namespace), keys.aliasGroups(namespace)],
      names,
    ),
  );
  return {
    aliases: aliases !== "0",
    entities: names.map((name, index) => {
      const known = found[index];
      if (known === undefined) return undefined;
      if (!known.startsWith(":")) return decodeGroup(known);
      const alone = { name, written: known.slice(1) };
      return { ...alone, names: [alone] };
    }),
  };
}

/** Reads what put-aliases.lua wrote, so its shape is known. */
export function decodeGroup(json: string): Entity {
  const pairs = JSON.parse(json) as [name: string, written: string][];
  const names = pairs.map(([name, written]) => ({ name, written }));
  const [own = { name: "", written: "" }] = names;
  return { ...own, names };
}
