import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../shell/failure.js";
import type { FaultRedis } from "./redis.js";
import type { World } from "./world.js";

export interface Fault {
  /** For the command line. */
  readonly id: string;
  /** For the table. */
  readonly name: string;
  /** Belongs to the short form. */
  readonly short?: true;
  /** Lets it happen. Resolves to what callers other than the steady load saw. */
  readonly begin: (world: World, namespace: string) => Promise<readonly string[] | void>;
  /** How long it lasts, in milliseconds. */
  readonly lastsMs: number;
  /** Ends it. The service must have recovered soon after that, or after `begin` of a fault that has no end. */
  readonly end?: (world: World) => Promise<void>;
  /** Seconds within which all requests must succeed again. */
  readonly within: number;
  /** What the service needs for it: a provider that embeds, or API keys. */
  readonly needs?: "provider" | "keys";
  /** Whether a machine can make it. */
  readonly possible?: (world: World) => boolean;
}

const WITHIN_S = 5;
/** A process that starts loads its model first. */
const STARTS_WITHIN_S = 15;
const HOUR_S = 3600;

const hasClocks = ({ clocks }: World): boolean => clocks !== undefined;
const config = (name: string, value: string) => async (world: World) =>
  void (await world.redis.command("CONFIG", "SET", name, value));

export const FAULTS: readonly Fault[] = [
  {
    id: "half-open",
    name: "connections to Redis lead nowhere, and no side is told",
    short: true,
    begin: async ({ proxy }) => proxy.lose(),
    lastsMs: 0,
    within: WITHIN_S + 1,
  },
  {
    id: "network-frozen",
    name: "the network to Redis delivers nothing for 8 s",
    begin: async ({ proxy }) => proxy.freeze(),
    lastsMs: 8_000,
    end: async ({ proxy }) => proxy.thaw(),
    within: WITHIN_S,
  },
  {
    id: "network-cut",
    name: "connections to Redis are reset, and refused for 3 s",
    begin: async ({ proxy }) => proxy.cut(),
    lastsMs: 3_000,
    end: ({ proxy }) => proxy.mend(),
    within: WITHIN_S,
  },
  {
    id: "redis-frozen",
    name: "Redis is stopped for 6 s (SIGSTOP)",
    begin: async ({ redis }) => void process.kill(redis.pid, "SIGSTOP"),
    lastsMs: 6_000,
    end: async ({ redis }) => void process.kill(redis.pid, "SIGCONT"),
    within: WITHIN_S,
  },
  {
    id: "redis-killed",
    name: "Redis is killed (SIGKILL), and started again",
    short: true,
    begin: ({ redis }) => redis.kill9(),
    lastsMs: 1_000,
    end: ({ redis }) => redis.restart(),
    within: WITHIN_S,
  },
  {
    id: "failover",
    name: "failover to a replica; connections to the old primary stay open",
    begin: failOver,
    lastsMs: 0,
    within: WITHIN_S,
  },
  {
    id: "indexes-dropped",
    name: "someone drops all search indexes",
    short: true,
    async begin({ redis }) {
      for (const index of (await redis.command("FT._LIST")) as string[])
        await redis.command("FT.DROPINDEX", index);
    },
    lastsMs: 0,
    within: WITHIN_S,
  },
  {
    id: "scripts-flushed",
    name: "someone flushes Redis's scripts",
    short: true,
    begin: async ({ redis }) => void (await redis.command("SCRIPT", "FLUSH")),
    lastsMs: 0,
    within: WITHIN_S,
  },
  {
    id: "memory-full",
    name: "Redis's memory is full for 2 s",
    begin: config("maxmemory", "1"),
    lastsMs: 2_000,
    end: config("maxmemory", "0"),
    within: WITHIN_S,
  },
  {
    id: "disk-full",
    name: "Redis can't write a snapshot to its disk for 2 s",
    async begin(world) {
      await config("save", "3600 1")(world);
      // A folder in the place of the file, which may be there of a replica's making: it can't be replaced.
      const file = join(world.redis.dir, "snapshot.rdb");
      rmSync(file, { force: true });
      mkdirSync(file);
      await world.redis.command("BGSAVE");
      while (!String(await world.redis.command("INFO", "persistence")).includes("last_bgsave_status:err"))
        await sleep(20);
    },
    lastsMs: 2_000,
    async end(world) {
      rmdirSync(join(world.redis.dir, "snapshot.rdb"));
      await config("save", "")(world);
    },
    within: WITHIN_S,
  },
  {
    id: "acl-denied",
    name: "Redis's ACL denies writes for 2 s",
    begin: async ({ redis }) => void (await redis.command("ACL", "SETUSER", "default", "-xadd", "-set")),
    lastsMs: 2_000,
    end: async ({ redis }) => void (await redis.command("ACL", "SETUSER", "default", "+xadd", "+set")),
    within: WITHIN_S,
  },
  {
    id: "replicas-missing",
    name: "Redis has fewer replicas than min-replicas-to-write for 2 s",
    begin: config("min-replicas-to-write", "9"),
    lastsMs: 2_000,
    end: config("min-replicas-to-write", "0"),
    within: WITHIN_S,
  },
  {
    id: "service-killed",
    name: "the service is killed (SIGKILL), and started again",
    short: true,
    begin: async (world) => world.killService(),
    lastsMs: 500,
    end: (world) => world.restartService(),
    within: STARTS_WITHIN_S,
  },
  {
    id: "service-frozen",
    name: "the service is stopped for 6 s (SIGSTOP)",
    begin: async ({ pid }) => void process.kill(pid(), "SIGSTOP"),
    lastsMs: 6_000,
    end: async ({ pid }) => void process.kill(pid(), "SIGCONT"),
    within: WITHIN_S,
  },
  {
    id: "service-replaced",
    name: "the service is replaced (SIGTERM, MNEME_DRAIN_SECONDS=2)",
    begin: (world) => world.replaceService(),
    lastsMs: 0,
    within: WITHIN_S,
  },
  {
    id: "overload",
    name: "128 clients recall without a pause for 5 s",
    begin: recallMuch,
    lastsMs: 0,
    within: WITHIN_S,
  },
  {
    id: "eviction",
    name: "Redis's maxmemory-policy becomes allkeys-lru",
    begin: evict,
    lastsMs: 0,
    end: config("maxmemory-policy", "noeviction"),
    within: WITHIN_S,
  },
  {
    id: "first-key-lost",
    name: "the note that there ever was an API key is lost, and the service is started again",
    needs: "keys",
    begin: loseFirstKey,
    lastsMs: 0,
    within: STARTS_WITHIN_S,
  },
  ...(
    [
      ["hangs", "the embedding provider answers nothing for 15 s"],
      ["refuses", "the embedding provider refuses the key (401) for 15 s"],
    ] as const
  ).map(([mood, name]): Fault => ({
    id: `provider-${mood}`,
    name,
    needs: "provider",
    async begin({ provider }) {
      if (provider !== undefined) provider.mood = mood;
    },
    lastsMs: 15_000,
    async end({ provider }) {
      if (provider !== undefined) provider.mood = "well";
    },
    within: WITHIN_S,
  })),
  ...(
    [
      ["service", HOUR_S, "the service's clock jumps an hour ahead"],
      ["service", -HOUR_S, "the service's clock jumps an hour back"],
      ["redis", HOUR_S, "Redis's clock jumps an hour ahead"],
      ["redis", -HOUR_S, "Redis's clock jumps an hour back"],
    ] as const
  ).map(([whose, seconds, name]): Fault => ({
    id: `${whose}-clock-${seconds > 0 ? "ahead" : "back"}`,
    name: `${name} for 3 s`,
    possible: hasClocks,
    async begin(world) {
      world.clocks?.[whose].shift(seconds);
      while (Math.abs((await CLOCKS[whose](world)) - Date.now() / 1000 - seconds) > 60) await sleep(100);
    },
    lastsMs: 3_000,
    end: async ({ clocks }) => clocks?.[whose].shift(0),
    within: WITHIN_S,
  })),
];

/** What time it is for a process, in seconds since the epoch. */
const CLOCKS: Readonly<Record<"redis" | "service", (world: World) => Promise<number>>> = {
  redis: async ({ redis }) => Number(((await redis.command("TIME")) as string[])[0]),
  service: async ({ url }) => Date.parse((await fetch(`${url()}/healthz`)).headers.get("date") ?? "") / 1000,
};

/** Redis would silently delete what was acknowledged: nothing is lost yet, but the service must say it. */
async function evict(world: World): Promise<readonly string[]> {
  await config("maxmemory-policy", "allkeys-lru")(world);
  for (;;) {
    const ready = await fetch(`${world.url()}/readyz`);
    if ((await ready.text()).includes("redis_evicts"))
      return [`\`/readyz\` ${ready.status} \`redis_evicts\``];
    await sleep(100);
  }
}

/** Whoever comes without a key must find the doors closed, and the keys that there are must open them. */
async function loseFirstKey(world: World): Promise<readonly string[]> {
  await world.redis.command("DEL", world.keys.apiKeyEverMade());
  world.killService();
  await world.restartService();
  const answers = await Promise.all(
    ["/v1/namespaces", "/v1/keys"].map(async (path) => (await fetch(world.url() + path)).status),
  );
  if (answers.some((status) => status !== 401))
    throw new Failure(`Requests without a key were answered ${answers.join(" and ")}.`);
  return ["requests without a key refused with 401"];
}

/** As an operator does it: the primary hands over to a replica that has all, and becomes its replica. */
async function failOver(world: World): Promise<void> {
  const old = world.redis;
  const next = await world.anotherRedis();
  await next.command("REPLICAOF", "127.0.0.1", String(old.port));
  await synchronised(next);
  world.proxy.lead(next.port);
  await old.command("FAILOVER", "TO", "127.0.0.1", String(next.port));
  while (!String(await next.command("INFO", "replication")).includes("role:master")) await sleep(10);
  world.redis = next;
}

async function synchronised(replica: FaultRedis): Promise<void> {
  while (!String(await replica.command("INFO", "replication")).includes("master_link_status:up"))
    await sleep(50);
}

const CLIENTS = 128;
const BURST_MS = 5_000;

async function recallMuch({ url }: World, namespace: string): Promise<readonly string[]> {
  const seen = new Map<string, number>();
  const end = performance.now() + BURST_MS;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let index = 0; performance.now() < end; index++) {
        const response = await fetch(`${url()}/v1/recall`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ query: `parcel ${client} ${index} warehouse`, namespaces: [namespace] }),
        });
        const code = /"code":"(\w+)"/.exec(await response.text())?.[1];
        const what = response.ok ? "recalls answered" : `recalls refused with ${response.status} ${code}`;
        seen.set(what, (seen.get(what) ?? 0) + 1);
        if (!response.ok) await sleep(1000 * Number(response.headers.get("retry-after") ?? 1));
      }
    }),
  );
  return [...seen].map(([what, count]) => `${count} ${what}`);
}
