import type { RedisClient } from "../../../src/redis/connection/client.js";
import type { SeenCommand } from "./monitor-line.js";

/** Commands by round trip: those of one group don't wait for each other's replies. */
export type RoundTrips = readonly (readonly (readonly Buffer[])[])[];

/**
 * Groups captured commands into round trips: a new one begins where the family of commands changes (FT.* finds,
 * then JSON.* reads what was found). Never more round trips than the service needs.
 */
export function roundTrips(commands: readonly SeenCommand[]): RoundTrips {
  const groups: { family: string; commands: (readonly Buffer[])[] }[] = [];
  for (const { args } of commands) {
    const family = (args[0]?.toString() ?? "").toUpperCase().split(".")[0] ?? "";
    const last = groups.at(-1);
    if (last?.family === family) last.commands.push(args);
    else groups.push({ family, commands: [args] });
  }
  return groups.map((group) => group.commands);
}

/** Sends commands as bytes and leaves the replies as they come: node-redis at its cheapest. */
export async function replay(client: RedisClient, trips: RoundTrips): Promise<void> {
  for (const commands of trips) {
    // Sent in one tick, so node-redis writes them as one pipeline.
    await Promise.all(commands.map((args) => client.sendCommand([...args])));
  }
}
