import { SYSTEM_ACTOR } from "../../domain/context.js";
import type { JsonObject } from "../../domain/json.js";
import { madeBefore } from "../../memory/model/made.js";
import type { MadeBy } from "../../memory/model/made.js";
import { parseStored } from "../codec/document.js";
import type { MemoryDocument } from "../codec/document.js";
import type { RoutedClient } from "../connection/client.js";

/** How mneme made the text under this key; undefined: it didn't, or the key is missing. */
export async function madeOf(client: RoutedClient, key: string): Promise<MadeBy | undefined> {
  const paths = ["$.index.made", "$.index.hash", ...NAMES.map((name) => `$.memory.${name}`)];
  const reply: unknown = await client.sendCommand(["JSON.GET", key, ...paths]);
  if (typeof reply !== "string") return undefined;
  const found = parseStored<Found>(reply);
  const made = found["$.index.made"][0];
  if (made !== undefined) return made;
  const memory = {
    id: found["$.memory.id"][0],
    memory_type: found["$.memory.memory_type"][0],
    session_id: found["$.memory.session_id"][0] ?? null,
    metadata: parseStored<JsonObject>(found["$.memory.metadata"][0]),
    version: found["$.memory.version"][0],
    source_agent: found["$.memory.source_agent"][0],
  };
  return madeBefore(memory, found["$.index.hash"][0], SYSTEM_ACTOR.agent);
}

const NAMES = ["id", "memory_type", "session_id", "metadata", "version", "source_agent"] as const;

type Found = {
  readonly [Name in (typeof NAMES)[number] as `$.memory.${Name}`]: readonly [MemoryDocument["memory"][Name]];
} & {
  readonly "$.index.made": readonly [MadeBy?];
  readonly "$.index.hash": readonly [string];
};
