import { FAULTS } from "./faults.js";

/** What a fault meets in the service, in the words of the documentation, and the tests that hold it. */
interface Coverage {
  readonly feature: string;
  /** Tests by their files, below test/. */
  readonly tests: Readonly<Record<string, readonly string[]>>;
}

const CLOCK: Coverage = {
  feature: "[one clock](operations.md#clocks), that of Redis, for all that ends or is asked as of a time",
  tests: {
    "service/redis-clock.test.ts": [
      "as-of reads of state answer the latest write, whichever way the clock goes",
      "as-of reads of a memory find its latest version after the clock was put back",
    ],
    "service/clocks.test.ts": ["keeps a new memory for its time to live, and ends it by Redis's clock"],
  },
};

const GIVEN_UP: Coverage = {
  feature: "pings, a socket timeout, and new connections for those that give no answer",
  tests: {
    "service/redis-connection.test.ts": [
      "connections that lead nowhere are given up and replaced, while requests go on",
      "a greeting that is never answered is given up, and the next connection serves",
    ],
  },
};

const NAMED: Coverage = {
  feature: "[refusals of Redis](operations.md#when-something-is-down) are named after their cause",
  tests: { "service/redis-faults.test.ts": ["$code: $by"] },
};

const COVERAGE: Readonly<Record<string, Coverage>> = {
  "half-open": GIVEN_UP,
  "network-frozen": GIVEN_UP,
  "network-cut": {
    feature: "reconnection without a limit of tries",
    tests: {
      "service/redis-connection.test.ts": [
        "a cut connection is made again once the network is back, and the log has two lines",
        "news of other processes arrive again after connections were lost",
      ],
    },
  },
  "redis-frozen": {
    feature: "deadlines of commands: 503 at once, and nothing that was refused is done later",
    tests: {
      "service/redis-away.test.ts": [
        "stopped: every request is answered 503 at once, and all works when it goes on",
      ],
    },
  },
  "redis-killed": {
    feature:
      "[durability](operations.md#durability) of what was acknowledged; 503 while Redis loads its data",
    tests: {
      "service/redis-away.test.ts": [
        "killed: every request is answered 503 at once, and nothing refused is done later",
        "what was acknowledged survives kill -9 of Redis under load, and a retry stores nothing twice",
      ],
      "service/start-redis.test.ts": [
        "a service that runs while Redis loads answers 503 and then goes on, with its indexes",
      ],
    },
  },
  failover: {
    feature: "reconnection once a primary refuses writes",
    tests: {
      "service/redis-connection.test.ts": [
        "after a failover that leaves connections open, the service finds the new primary",
      ],
    },
  },
  "indexes-dropped": {
    feature: "indexes that are missing are made again, and filled",
    tests: { "service/redis-away.test.ts": ["drops the indexes, they are made again and filled"] },
  },
  "scripts-flushed": {
    feature: "scripts are sent again where Redis has lost them",
    tests: {
      "scripts/test-faults.test.ts": [
        "the service recovers from the faults of the short form, and no acknowledged write is lost",
      ],
    },
  },
  "memory-full": {
    feature: "507 `redis_out_of_memory`: nothing of it was done, and deletions still work",
    tests: { "service/redis-full.test.ts": ["still deletes %s", "has done nothing of what it answered 507"] },
  },
  "disk-full": {
    feature: "507 `redis_disk_full`: nothing of it was done",
    tests: { "service/redis-faults.test.ts": ["redis_disk_full: a snapshot that can't be written"] },
  },
  "acl-denied": NAMED,
  "replicas-missing": NAMED,
  "service-killed": {
    feature: "writes are one step in Redis, and [retries with an `Idempotency-Key`](consistency.md) act once",
    tests: {
      "service/idempotency.test.ts": ["a retry of a request whose process was killed acts within 15 seconds"],
    },
  },
  "service-frozen": {
    feature: "work of a frozen process is left to others by leases, and its claims are fenced",
    tests: {
      "service/idempotency.test.ts": [
        "a request that takes longer than a claim is still processed by one process alone",
      ],
    },
  },
  "service-replaced": {
    feature: "a drain time before the port closes: `MNEME_DRAIN_SECONDS`",
    tests: {
      "service/stop.test.ts": [
        "while it drains, the process is unready, serves all, and resets no connection",
      ],
    },
  },
  overload: {
    feature: "a bounded queue with deadlines; 503 `overloaded` with `Retry-After` for the surplus",
    tests: {
      "service/overload.test.ts": [
        "surplus recalls are refused with a Retry-After, and other requests don't wait for them",
      ],
    },
  },
  eviction: {
    feature: "a Redis that evicts is refused at the start, and makes a running service unready",
    tests: {
      "service/redis-hazards.test.ts": [
        "is refused at the start with the way out, unless that is allowed by name",
        "makes a running service unready until its policy is set back; the log says each once",
      ],
    },
  },
  "first-key-lost": {
    feature: "[doors](access.md) that stay closed where keys or data say that there was a key",
    tests: {
      "access/open-door.test.ts": [
        "stays closed to requests without one, whatever of its notes about keys is lost",
      ],
    },
  },
  "provider-hangs": {
    feature: "a write waits for the provider once, and is found by words until its vectors are made",
    tests: {
      "service/embedding-provider.test.ts": [
        "that hangs costs a write one time-out at most, and the next write none",
      ],
    },
  },
  "provider-refuses": {
    feature: "a broken embedder is named in the log, `/readyz` and the metrics",
    tests: {
      "service/embedding-provider.test.ts": [
        "is named once in the log, in /readyz and in the metrics, and so is its end",
      ],
    },
  },
  "service-clock-ahead": CLOCK,
  "service-clock-back": CLOCK,
  "redis-clock-ahead": CLOCK,
  "redis-clock-back": CLOCK,
};

/** The table of docs/reliability.md that says for each fault what meets it and which tests hold that. */
export function coverageTable(): string {
  const rows = FAULTS.map(({ id, name }) => {
    const known = COVERAGE[id];
    if (known === undefined) throw new Error(`no test is named for the fault ${id}`);
    const tests = Object.entries(known.tests).map(
      ([file, names]) => `[${file}](../test/${file}) ${names.map((each) => `"${each}"`).join(", ")}`,
    );
    return `| ${name} | ${known.feature} | ${tests.join("; ")} |`;
  });
  return ["| fault | what meets it | held by |", "| --- | --- | --- |", ...rows].join("\n");
}
