import { connectHttp } from "../measure/http-client.js";
import { startCapture } from "../redis/capture.js";
import type { SeenCommand } from "../redis/monitor-line.js";
import { roundTrips } from "../redis/replay.js";
import type { RoundTrips } from "../redis/replay.js";
import { startAnotherService } from "./setup.js";
import type { Bench } from "./setup.js";

/**
 * Commands that ask about an index, or for a cached vector, to plan a search: an operation's means, not its need. And
 * FT.CREATE, which the service's background work sends to see that its indexes are there: replayed, it is an error.
 */
const PLANNING = new Set(["FT.CREATE", "FT.INFO", "FT.PROFILE", "GET", "MGET"]);

/**
 * What these requests need of Redis: the commands that find and read. They are asked of a second service on the same
 * data, so that the one that is measured meets each of them for the first time, with nothing of it in its caches.
 */
export async function captureRequests(bench: Bench, requests: readonly Buffer[]): Promise<RoundTrips[]> {
  const scout = await startAnotherService(bench, "local");
  const http = await connectHttp(scout.url);
  const capture = await startCapture(bench.server.url, bench.redis);
  const commands: RoundTrips[] = [];
  for (const request of requests) {
    const { sent } = await capture.during(() => http.send(request));
    commands.push(roundTrips(sent.filter((command) => !PLANNING.has(nameOf(command)))));
  }
  capture.stop();
  http.close();
  await scout.stop();
  return commands;
}

function nameOf({ args }: SeenCommand): string {
  return args[0]?.toString().toUpperCase() ?? "";
}

/** Around again at the end. */
export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}
