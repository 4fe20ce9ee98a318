import type { RedisClient } from "../../../src/redis/connection/client.js";

/** Bytes that Redis has allocated, but for its connections' buffers: those of a bulk load are large for a moment. */
export async function usedMemory(client: RedisClient): Promise<number> {
  const info = await client.info("memory");
  const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1]);
  return field("used_memory") - field("mem_clients_normal");
}

/** Mean size of these keys with their values, in bytes, by MEMORY USAGE; 0 without any. */
export async function meanKeySize(client: RedisClient, keys: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    keys.map((key) => client.sendCommand(["MEMORY", "USAGE", key, "SAMPLES", "0"])),
  );
  const known = sizes.map(Number).filter((size) => size > 0);
  return known.length === 0 ? 0 : known.reduce((sum, size) => sum + size, 0) / known.length;
}

/** What FT.INFO says of an index's memory, in bytes. */
export async function indexMemory(client: RedisClient, index: string): Promise<number> {
  const info = await client.ft.info(index);
  const megabytes = Object.entries(info)
    .filter(([name]) => name === "total_index_memory_sz_mb" || name === "vector_index_sz_mb")
    .map(([, value]) => Number(value));
  return Math.max(0, ...megabytes.filter(Number.isFinite)) * 1024 ** 2;
}
