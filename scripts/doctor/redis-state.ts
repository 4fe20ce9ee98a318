import type { Connection } from "../../src/redis/connection/server.js";
import { ok, problem, warning } from "./finding.js";
import type { Finding } from "./finding.js";

/** Shares of the memory that Redis may use. */
const FULL = 0.95;
const FILLING = 0.8;
const CLOCK_TOLERANCE_MS = 2_000;
const PINGS = 5;

/** Whether the last attempts to write to disk succeeded. */
export async function* checkSaves(client: Connection): AsyncGenerator<Finding> {
  const info = await infoOf(client, "persistence");
  const failed = ["rdb_last_bgsave_status", "aof_last_bgrewrite_status", "aof_last_write_status"].filter(
    (name) => info.get(name) === "err",
  );
  if (failed.length > 0) {
    yield problem(
      "redis",
      `Redis couldn't write to its disk (${failed.join(", ")}): make room there, and see Redis's log for the reason.`,
    );
  } else if (info.get("aof_enabled") === "1") {
    yield ok("redis", "Redis keeps an append-only file.");
  } else if (info.has("aof_enabled")) {
    yield warning(
      "redis",
      "Redis keeps no append-only file: a crash loses what came since its last snapshot. Set appendonly to yes.",
    );
  }
}

/** How full Redis's memory is: of maxmemory, or else of the machine. */
export async function* checkMemory(client: Connection): AsyncGenerator<Finding> {
  const info = await infoOf(client, "memory");
  const used = Number(info.get("used_memory"));
  const limit = Number(info.get("maxmemory"));
  const most = limit > 0 ? limit : Number(info.get("total_system_memory"));
  if (!(used > 0 && most > 0)) return;
  const share = used / most;
  const what = limit > 0 ? "its maxmemory" : "the machine's memory";
  const detail = `Redis uses ${mebibytes(used)} MiB, ${Math.round(share * 100)} % of ${what}`;
  const way = "raise it, add memory, or set quotas and retention of namespaces.";
  if (share >= FULL)
    yield problem(
      "redis",
      `${detail}: when it is full, requests get 507, but deletions work. Do one of: ${way}`,
    );
  else if (share >= FILLING) yield warning("redis", `${detail}. Soon, ${way}`);
  else if (limit === 0) {
    yield warning(
      "redis",
      `${detail}, and has no maxmemory: the system may kill it when memory runs out. Set maxmemory below the machine's memory.`,
    );
  } else yield ok("redis", `${detail}.`);
}

/** Redis's clock decides what expires; callers compare it with theirs. */
export async function* checkClock(client: Connection): AsyncGenerator<Finding> {
  const asked = Date.now();
  const [seconds, microseconds] = numbersOf(await client.sendCommand(["TIME"]));
  const difference = (seconds ?? 0) * 1000 + (microseconds ?? 0) / 1000 - (asked + Date.now()) / 2;
  if (Math.abs(difference) < CLOCK_TOLERANCE_MS) {
    yield ok("redis", "Redis's clock and this machine's agree.");
    return;
  }
  const direction = difference > 0 ? "ahead of" : "behind";
  yield warning(
    "redis",
    `Redis's clock is ${(Math.abs(difference) / 1000).toFixed(1)} s ${direction} this machine's: mneme goes by Redis's. Synchronise both with NTP.`,
  );
}

/** Redis's round trip, next to the time that a command may take. */
export async function* checkSpeed(client: Connection, timeoutMs: number): AsyncGenerator<Finding> {
  const times: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const started = performance.now();
    await client.sendCommand(["PING"]);
    times.push(performance.now() - started);
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(PINGS / 2)] ?? 0;
  const detail = `A round trip to Redis takes ${median.toFixed(1)} ms`;
  if (median * 10 < timeoutMs) yield ok("redis", `${detail}.`);
  else {
    yield warning(
      "redis",
      `${detail}, of the ${timeoutMs} ms of MNEME_REDIS_TIMEOUT_MS: bring Redis nearer, or raise that setting.`,
    );
  }
}

/** Nothing, where an ACL keeps it from us: `findHazards` says so. */
async function infoOf(client: Connection, section: string): Promise<ReadonlyMap<string, string>> {
  const text = await client.info(section).catch(() => "");
  return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = "", value = ""]) => [name, value]));
}

function numbersOf(reply: unknown): number[] {
  return Array.isArray(reply) ? reply.map(Number) : [];
}

const mebibytes = (bytes: number): number => Math.round(bytes / 1024 ** 2);
