import type { JsonValue } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import type { MemoryDetail, Source } from "../model/record.js";
import { isAlive } from "../lifecycle/ttl.js";
import type { Excerpt } from "./ports.js";
import type { WorkServices } from "./services.js";

/** An action's sources as they were when it was planned; undefined if one of them isn't so any more. */
export async function sourcesOf(
  { memory, now }: Pick<WorkServices, "memory" | "now">,
  namespace: string,
  sources: readonly Source[],
): Promise<MemoryDetail[] | undefined> {
  const found = await memory.store.peekDetails(
    namespace,
    sources.map(({ id }) => id),
  );
  const standing = found.filter(
    (each, index): each is MemoryDetail =>
      each !== undefined &&
      each.version === sources[index]?.version &&
      each.archived === null &&
      isAlive(each, now()),
  );
  return standing.length === sources.length ? standing : undefined;
}

export function excerptOf({ id, timestamp, content, metadata }: MemoryDetail): Excerpt {
  return { id, at: timestamp, text: content, user: userOf(metadata["user_id"]) };
}

function userOf(value: JsonValue | undefined): string | undefined {
  const name = typeof value === "string" ? value.trim() : "";
  return name === "" || Buffer.byteLength(name) > LIMITS.identifierBytes ? undefined : name;
}
