import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { verifyTrail } from "../../scripts/audit-verify/verify-trail.js";
import { connectOnce } from "../../scripts/redis/server/connect.js";
import { createKeys } from "../../src/redis/keys.js";
import type { RawEntry, Trails } from "../support/audit/read.js";
import {
  auditPageOf,
  auditWalk,
  chainOf,
  DENIALS,
  hashOf,
  headOf,
  openTrails,
  plainContent,
  relink,
  runVerify,
  SYSTEM,
} from "../support/audit/read.js";
import { openAuditing, trail } from "../support/audit/expect.js";
import { memoriesOf, newNamespace, remember } from "../support/acts/memories.js";
import { runs } from "../support/run/long.js";
import type { Service } from "../support/service/service.js";
import { putSettings } from "../support/service/namespaces.js";
import { startService, until } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let service: Service;
let trails: Trails;
beforeAll(async () => {
  service = await startService({ AUDIT_RETENTION_DAYS: "1" });
  trails = await openTrails(service.prefix);
});
afterAll(async () => {
  trails.close();
  await service.stop();
});

/** A trail of a second an entry, up to a minute ago, under a prefix of its own. */
async function newChain(count = 12): Promise<{ ns: string; chain: RawEntry[] }> {
  const start = Date.now() - 60_000 - count * 1_000;
  const ns = newNamespace();
  const chain = chainOf(Array.from({ length: count }, (_, index) => start + index * 1_000));
  await plant(ns, chain);
  return { ns, chain };
}

async function plant(ns: string, chain: readonly RawEntry[], head = headOf(chain)): Promise<void> {
  await trails.replace(ns, chain);
  await trails.setHead(ns, head);
}

/** One act in a namespace. */
async function act(ns: string): Promise<void> {
  const answer = await service.send("GET", `${memoriesOf(ns)}/01JD8Q4V7K3W5N0R2T6Y9B1C4D`);
  expect(answer.status).toBe(404);
}

const at = (entries: readonly RawEntry[], index: number): RawEntry => {
  const entry = entries[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
};

const changed = (entry: RawEntry): RawEntry => ({ ...entry, e: entry.e.replace("writer", "nobody") });

interface Tampering {
  readonly name: string;
  readonly tamper: (ns: string, chain: readonly RawEntry[]) => Promise<void>;
  /** Ids of entries; one of them is named. */
  readonly names: (chain: readonly RawEntry[]) => readonly string[];
  readonly says: RegExp;
}

const idsAt =
  (...places: readonly number[]) =>
  (chain: readonly RawEntry[]): string[] =>
    places.map((place) => at(chain, place).id);

const drop = (place: number) => async (ns: string, chain: readonly RawEntry[]) => {
  await trails.client.xDel(trails.stream(ns), at(chain, place).id);
};

const TAMPERINGS: readonly Tampering[] = [
  {
    name: "an entry in the middle changed",
    tamper: (ns, chain) => trails.replace(ns, chain.with(5, changed(at(chain, 5)))),
    names: idsAt(5),
    says: /changed/,
  },
  {
    name: "the first changed",
    tamper: (ns, chain) => trails.replace(ns, chain.with(0, changed(at(chain, 0)))),
    names: idsAt(0),
    says: /changed/,
  },
  {
    name: "the last changed",
    tamper: (ns, chain) => trails.replace(ns, chain.with(11, changed(at(chain, 11)))),
    names: idsAt(11),
    says: /changed/,
  },
  {
    name: "an entry's time changed",
    tamper: (ns, chain) => {
      const [time, number] = at(chain, 5).id.split("-");
      return trails.replace(ns, chain.with(5, { ...at(chain, 5), id: `${Number(time) + 1}-${number}` }));
    },
    names: (chain) => [at(chain, 5).id.replace(/(\d+)-/, (_, time) => `${Number(time) + 1}-`)],
    says: /changed/,
  },
  {
    name: "an entry in the middle deleted",
    tamper: drop(5),
    names: idsAt(6),
    says: /missing before it: number 6/,
  },
  { name: "the first deleted", tamper: drop(0), names: idsAt(1), says: /missing before it: number 1/ },
  { name: "the last deleted", tamper: drop(11), names: idsAt(10), says: /missing after it: number 12/ },
  {
    name: "all deleted but the head",
    tamper: async (ns) => void (await trails.client.del(trails.stream(ns))),
    names: () => ["all there were"],
    says: /missing at the end: numbers 1 to 12/,
  },
  {
    name: "the beginning cut off, as retention does",
    tamper: async (ns, chain) =>
      void (await trails.client.sendCommand(["XTRIM", trails.stream(ns), "MINID", at(chain, 4).id])),
    names: idsAt(4),
    says: /missing before it: numbers 1 to 4/,
  },
  {
    name: "two entries swapped",
    tamper: (ns, chain) => {
      const [a, b] = [at(chain, 4), at(chain, 5)];
      return trails.replace(ns, chain.with(4, { ...b, id: a.id }).with(5, { ...a, id: b.id }));
    },
    names: idsAt(3, 4, 5),
    says: /reordered/,
  },
  {
    name: "an entry inserted, the rest numbered anew",
    tamper: (ns, chain) => {
      const [time] = at(chain, 6).id.split("-");
      const added = { id: `${Number(time) - 500}-7`, p: hashOf(at(chain, 5)), e: at(chain, 1).e };
      const rest = chain.slice(6).map(({ id, p, e }) => {
        const [when, number] = id.split("-");
        return { id: `${when}-${Number(number) + 1}`, p, e };
      });
      return trails.replace(ns, [...chain.slice(0, 6), added, ...rest]);
    },
    names: (chain) => [`${Number(at(chain, 6).id.split("-")[0]) - 500}-7`],
    says: /changed/,
  },
  {
    name: "an entry inserted with a number that is taken",
    tamper: (ns, chain) => {
      const [time] = at(chain, 6).id.split("-");
      const added = { id: `${Number(time) - 500}-6`, p: hashOf(at(chain, 5)), e: at(chain, 1).e };
      return trails.replace(ns, [...chain.slice(0, 6), added, ...chain.slice(6)]);
    },
    names: (chain) => [`${Number(at(chain, 6).id.split("-")[0]) - 500}-6`],
    says: /added/,
  },
  {
    name: "an entry added at the end",
    tamper: async (ns, chain) => {
      const entry = { p: hashOf(at(chain, 11)), e: at(chain, 1).e };
      await trails.client.xAdd(trails.stream(ns), `${Date.now()}-13`, entry);
    },
    names: () => ["-13: added"],
    says: /number 12 is last/,
  },
  {
    name: "the chain rewritten from an entry on, but not the head",
    tamper: (ns, chain) => trails.replace(ns, relink(chain.with(5, changed(at(chain, 5))))),
    names: idsAt(11),
    says: /the head has another hash/,
  },
  {
    name: "the head's hash edited",
    tamper: (ns) => trails.setHead(ns, { hash: "0".repeat(40) }),
    names: idsAt(11),
    says: /the head has another hash/,
  },
  {
    name: "the head's number edited",
    tamper: (ns) => trails.setHead(ns, { number: "15" }),
    names: idsAt(11),
    says: /missing after it: numbers 13 to 15/,
  },
  {
    name: "the head's time edited",
    tamper: (ns) => trails.setHead(ns, { time: "1" }),
    names: idsAt(11),
    says: /the head says/,
  },
  {
    name: "the head's beginning edited",
    tamper: (ns) => trails.setHead(ns, { first: "3", before: "" }),
    names: idsAt(0),
    says: /added: the trail begins with number 3/,
  },
  {
    name: "the head deleted",
    tamper: async (ns) => void (await trails.client.del(trails.head(ns))),
    names: idsAt(11),
    says: /head is missing/,
  },
  {
    name: "the trail replaced by something else",
    tamper: async (ns) => void (await trails.client.set(trails.stream(ns), "x")),
    names: () => [""],
    says: /can't be read/,
  },
];

describe("npm run audit:verify", () => {
  /** Each tampering in a namespace of its own, and one that is left alone; all verified in one run. */
  const made = new Map<string, { ns: string; chain: RawEntry[] }>();
  let run: { code: unknown; output: string };
  beforeAll(async () => {
    for (const { name, tamper } of TAMPERINGS) {
      const one = await newChain();
      await tamper(one.ns, one.chain);
      made.set(name, one);
    }
    made.set("nothing", await newChain());
    run = await runVerify(service.env);
  });

  test.each(TAMPERINGS)("finds $name, and says where", ({ name, names, says }) => {
    const { ns = "", chain = [] } = made.get(name) ?? {};
    const lines = run.output.split("\n").filter((line) => line.startsWith(`${ns}: `));
    expect(lines.some((line) => says.test(line) && names(chain).some((id) => line.includes(id)))).toBe(true);
  });

  test("ends with 1 and a summary if anything is wrong, and doesn't name what is sound", () => {
    expect(run.code).toBe(1);
    expect(run.output).toContain(`${TAMPERINGS.length} not sound.`);
    expect(run.output).not.toContain(made.get("nothing")?.ns);
  });

  test("finds any single change of any entry, wherever it is, also across batches", async () => {
    const { ns, chain } = await newChain(1_203);
    const keys = createKeys(service.prefix);
    const connection = await connectOnce({ url: service.env["REDIS_URL"] ?? "" });
    onTestFinished(() => connection.destroy());
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: chain.length - 1 }),
        fc.constantFrom<(entries: readonly RawEntry[], place: number) => RawEntry[]>(
          (entries, place) => entries.with(place, changed(at(entries, place))),
          (entries, place) => entries.with(place, { ...at(entries, place), p: "0".repeat(40) }),
          (entries, place) => entries.toSpliced(place, 1),
        ),
        async (place, tamper) => {
          await trails.replace(ns, tamper(chain, place));
          const { problems } = await verifyTrail(connection, keys, ns, undefined, DAY);
          const near = [place - 1, place, place + 1].flatMap((index) => chain[index]?.id ?? []);
          expect(problems.length).toBeGreaterThan(0);
          expect(near.some((id) => problems.some((problem) => problem.startsWith(`entry ${id}: `)))).toBe(
            true,
          );
        },
      ),
      { numRuns: runs(100), examples: [[500, (entries, place) => entries.toSpliced(place, 1)]] },
    );
    await trails.replace(ns, chain);
    expect((await runVerify(service.env, "--namespace", ns)).code).toBe(0);
  });

  test("is silent about what mneme wrote, also while it writes; one bad trail doesn't hide the others", async () => {
    const own = await startService();
    const auditing = await openAuditing(own.prefix);
    const direct = await openTrails(own.prefix);
    try {
      const namespaces = [newNamespace(), newNamespace(), newNamespace()];
      for (const ns of namespaces) await remember(own, ns, { content: "something" });
      await auditing.audit.denied(trail({ other: "elsewhere" }));
      await auditing.audit.system(trail(), "ok");
      const stop = new AbortController();
      const writing = (async () => {
        for (let index = 0; !stop.signal.aborted; index++) {
          await auditing.audit.record(namespaces[index % 3] ?? "", trail(), "ok");
        }
      })();
      const { code, output } = await runVerify(own.env);
      stop.abort();
      await writing;
      expect([code, output]).toEqual([0, expect.stringMatching(/^5 trails with \d+ entries: sound\.\n$/)]);

      // No list of namespaces is needed.
      await direct.client.del(`${own.prefix}:namespaces:{${SYSTEM}}`);
      const [victim = "", ...others] = namespaces;
      const [first] = await direct.all(victim);
      await direct.client.xDel(direct.stream(victim), first?.id ?? "");
      const [denial] = await direct.all(DENIALS);
      await direct.client.xAdd(direct.stream(DENIALS), "*", { p: "", e: denial?.e ?? "" });
      const found = await runVerify(own.env);
      expect(found.code).toBe(1);
      expect(found.output).toContain(`${victim}: entry`);
      expect(found.output).toContain(`${DENIALS}: entry`);
      for (const other of others) expect(found.output).not.toContain(other);
      expect((await runVerify(own.env, "--namespace", others[0] ?? "")).code).toBe(0);
      expect((await runVerify(own.env, "--namespace", "t.**")).output).not.toContain(DENIALS);
    } finally {
      auditing.close();
      direct.close();
      await own.stop();
    }
  });

  test.each([
    [1, ["--namespace", "a..b"]],
    [1, ["--heads", "/nowhere/at/all"]],
    [2, ["--what"]],
  ])("exits with %i for %j", async (wanted, args) => {
    const { code, output } = await runVerify(service.env, ...args);
    expect(code).toBe(wanted);
    expect(output).not.toContain("    at ");
  });
});

describe("heads that were saved outside", () => {
  /** A trail and its saved head. */
  async function saved(): Promise<{ ns: string; chain: RawEntry[]; file: string }> {
    const made = await newChain();
    const file = join(tempDir(), "heads.json");
    const { code } = await runVerify(service.env, "--namespace", made.ns, "--write-heads", file);
    expect(code).toBe(0);
    return { ...made, file };
  }
  const verify = (ns: string, file: string) => runVerify(service.env, "--namespace", ns, "--heads", file);

  test("stay good while acts are added", async () => {
    const { ns, file } = await saved();
    for (let index = 0; index < 70; index++) await act(ns);
    expect(await verify(ns, file)).toMatchObject({ code: 0 });
    const all = await runVerify(service.env, "--namespace", ns, "--heads", file, "--write-heads", file);
    expect(all.code).toBe(0);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ heads: [{ trail: ns, number: 82 }] });
  });

  test.each<[string, (ns: string, chain: readonly RawEntry[]) => Promise<void>]>([
    [
      "whose chain was rewritten with its head",
      (ns, chain) => plant(ns, relink(chain.with(5, changed(at(chain, 5))))),
    ],
    ["whose end was cut off with its head", (ns, chain) => plant(ns, chain.slice(0, 8))],
    [
      "whose beginning was cut off past the saved head, as if by retention",
      async (ns, chain) => {
        const more = relink([
          ...chain,
          ...Array.from({ length: 3 }, (_, index) => ({
            id: `${Date.now() + index}-${13 + index}`,
            p: "",
            e: at(chain, 1).e,
          })),
        ]);
        await plant(ns, more.slice(13), { ...headOf(more), first: "14", before: hashOf(at(more, 12)) });
      },
    ],
    [
      "which was deleted, head and all",
      async (ns) => void (await trails.client.del([trails.stream(ns), trails.head(ns)])),
    ],
    [
      "which was begun anew",
      async (ns) => {
        await trails.client.del([trails.stream(ns), trails.head(ns)]);
        await act(ns);
      },
    ],
  ])("find a trail %s", async (_, tamper) => {
    const { ns, chain, file } = await saved();
    await tamper(ns, chain);
    expect((await runVerify(service.env, "--namespace", ns)).code).toBe(0);
    const { code, output } = await verify(ns, file);
    expect(code).toBe(1);
    expect(output).toContain(`${ns}: entry ${chain.at(-1)?.id ?? ""}: `);
  });

  test("don't miss what retention ended", async () => {
    const ns = newNamespace();
    const chain = chainOf([Date.now() - 3 * DAY, Date.now() - 2 * DAY]);
    await plant(ns, chain);
    const file = join(tempDir(), "heads.json");
    await runVerify(service.env, "--namespace", ns, "--write-heads", file);
    await act(ns);
    expect((await trails.all(ns)).map(({ id }) => id.split("-")[1])).toEqual(["3"]);
    expect(await verify(ns, file)).toMatchObject({ code: 0 });
    await trails.client.del([trails.stream(ns), trails.head(ns)]);
    expect(await verify(ns, file)).toMatchObject({ code: 0 });
  });

  test("aren't saved of a trail that isn't sound, and are refused if they aren't ours", async () => {
    const { ns, chain, file } = await saved();
    const before = readFileSync(file, "utf8");
    await trails.replace(ns, chain.toSpliced(4, 1));
    const { code } = await runVerify(service.env, "--namespace", ns, "--write-heads", file);
    expect([code, readFileSync(file, "utf8")]).toEqual([1, before]);
    writeFileSync(file, before.replace(service.prefix, "other"));
    expect((await verify(ns, file)).output).toContain("other");
    writeFileSync(file, "{}");
    expect(await verify(ns, file)).toMatchObject({ code: 1 });
  });
});

describe("retention", () => {
  /** Ids of what is left, and whether the trail is still sound and readable. */
  async function left(ns: string): Promise<string[]> {
    expect(await runVerify(service.env, "--namespace", ns)).toMatchObject({ code: 0 });
    const entries = await trails.all(ns);
    const shown = await auditWalk(service, { namespace: ns, order: "asc", limit: 200 });
    const ids = entries.map(({ id }) => id);
    expect(
      shown
        .flat()
        .map(({ id }) => id)
        .slice(0, ids.length),
    ).toEqual(ids);
    return ids;
  }

  const agesOf = (ids: readonly string[], now: number): number[] =>
    ids.map((id) => now - Number(id.split("-")[0]));

  test("cuts off what is older than it, and nothing younger, now and then", async () => {
    const ns = newNamespace();
    const now = Date.now();
    const ages = [40 * HOUR, 30 * HOUR, 24 * HOUR + 60_000, 24 * HOUR - 60_000, 20 * HOUR, HOUR];
    const chain = chainOf(ages.map((age) => now - age));
    await plant(ns, chain, { ...headOf(chain), renewed: String(now) });
    for (let number = chain.length + 1; number < 64; number++) await act(ns);
    expect(await trails.all(ns)).toHaveLength(63);
    await act(ns);
    const ids = await left(ns);
    expect(ids.slice(0, 3)).toEqual(chain.slice(3).map(({ id }) => id));
    expect(ids).toHaveLength(61);
    expect(await trails.getHead(ns)).toMatchObject({ first: "4", before: hashOf(at(chain, 2)) });
  });

  test("cuts a trail of few acts as well", async () => {
    const ns = newNamespace();
    const now = Date.now();
    const chain = chainOf([now - 10 * DAY, now - 9.5 * DAY, now - 20 * HOUR]);
    await plant(ns, chain);
    await act(ns);
    const ids = await left(ns);
    expect(ids.slice(0, 1)).toEqual([at(chain, 2).id]);
    expect(ids).toHaveLength(2);
  });

  test("that leaves nothing old leaves the act itself", async () => {
    const ns = newNamespace();
    await plant(ns, chainOf([Date.now() - 3 * DAY]));
    await act(ns);
    expect(await left(ns)).toHaveLength(1);
  });

  test("that became much shorter cuts in parts, which are sound each", async () => {
    const ns = newNamespace();
    const now = Date.now();
    const chain = chainOf([
      ...Array.from({ length: 3_000 }, (_, index) => now - 3 * DAY + index),
      ...Array.from({ length: 10 }, (_, index) => now - HOUR + index),
    ]);
    await plant(ns, chain, { ...headOf(chain), renewed: String(now) });
    const counts: number[] = [];
    for (let round = 0; round < 8 && counts.at(-1) !== 10; round++) {
      for (let index = 0; index < 64; index++) await act(ns);
      expect(await runVerify(service.env, "--namespace", ns)).toMatchObject({ code: 0 });
      const old = (await trails.all(ns)).filter(({ id }) => Number(id.split("-")[1]) <= chain.length);
      counts.push(old.length);
    }
    expect(counts.length).toBeGreaterThan(2);
    expect(counts.at(-1)).toBe(10);
  });

  test("goes by the clock, not by entries of a clock that ran ahead", async () => {
    const ns = newNamespace();
    const now = Date.now();
    const chain = chainOf([now - 30 * HOUR, now - 12 * HOUR, now + 20 * HOUR]);
    await plant(ns, chain);
    for (let index = 0; index < 3; index++) await act(ns);
    const ids = await left(ns);
    expect(ids.slice(0, 2)).toEqual([at(chain, 1).id, at(chain, 2).id]);
    // The trail goes on at the time that it has reached.
    expect(new Set(agesOf(ids.slice(2), now))).toEqual(new Set([-20 * HOUR]));
    expect(await auditPageOf(service, { namespace: ns, limit: 1 })).toMatchObject({
      entries: [{ verb: "audit.read" }],
    });
  });

  test("lets a trail end by itself only when its last entry is old enough", async () => {
    const keepMs = 100 * 1_000;
    const auditing = await openAuditing(service.prefix, keepMs);
    const ns = newNamespace();
    const [stream, head] = [trails.stream(ns), trails.head(ns)];
    try {
      await auditing.audit.record(ns, trail(), "ok");
      // As if the trail had last been renewed that long ago.
      for (const idle of [0, 10, keepMs / 16 - 500, keepMs / 16, keepMs / 16 + 1, keepMs / 2, keepMs]) {
        const renewed = Date.now() - idle;
        await trails.setHead(ns, { renewed: String(renewed) });
        for (const key of [stream, head]) await trails.client.pExpireAt(key, renewed + 1.125 * keepMs);
        await auditing.audit.record(ns, trail(), "ok");
        const last = Number((await trails.all(ns)).at(-1)?.id.split("-")[0]);
        const ends = await trails.client.pExpireTime(stream);
        expect(ends).toBe(await trails.client.pExpireTime(head));
        expect(ends).toBeGreaterThanOrEqual(last + keepMs);
        expect(ends).toBeLessThanOrEqual(last + 1.125 * keepMs);
      }
    } finally {
      auditing.close();
    }
  });

  test("that became longer holds for the trail from the next act on, not from its next renewal", async () => {
    const [short, long] = [
      await openAuditing(service.prefix, 2 * HOUR),
      await openAuditing(service.prefix, 2 * DAY),
    ];
    const ns = newNamespace();
    try {
      await short.audit.record(ns, trail(), "ok");
      await trails.setHead(ns, { renewed: String(Date.now() - HOUR / 12) });
      await long.audit.record(ns, trail(), "ok");
      for (const key of [trails.stream(ns), trails.head(ns)])
        expect(await trails.client.pTTL(key)).toBeGreaterThan(2 * DAY);
    } finally {
      short.close();
      long.close();
    }
  });

  test("that a setting made longer holds at once, and a worker repairs a trail that would end too early", async () => {
    const ns = newNamespace();
    const keys = [trails.stream(ns), trails.head(ns)];
    const lives = () => Promise.all(keys.map((key) => trails.client.pTTL(key)));
    const set = (audit_seconds: number) => putSettings(service, ns, { retention: { audit_seconds } });
    expect((await set(3600)).status).toBe(200);
    expect(Math.max(...(await lives()))).toBeLessThanOrEqual(1.125 * HOUR);
    expect((await set(30 * 24 * 3600)).status).toBe(200);
    expect(Math.min(...(await lives()))).toBeGreaterThan(30 * DAY);
    for (const key of keys) await trails.client.pExpire(key, HOUR);
    await until(lives, (found) => Math.min(...found) > 30 * DAY);
  });

  test("is over for a trail in which nothing is done, which then begins anew", async () => {
    const auditing = await openAuditing(service.prefix, 200);
    const ns = newNamespace();
    try {
      for (let index = 0; index < 5; index++) await auditing.audit.record(ns, trail(), "ok");
      await until(
        () => trails.client.exists([trails.stream(ns), trails.head(ns)]),
        (count) => count === 0,
      );
      await auditing.audit.record(ns, trail(), "ok");
      const [first] = await trails.all(ns);
      expect([first?.id.split("-")[1], first?.p]).toEqual(["1", ""]);
    } finally {
      auditing.close();
    }
  });
});

test("the format is as docs/audit.md says: a chain made by the book goes on in the service", async () => {
  const ns = newNamespace();
  const chain = chainOf([Date.now() - 2_000, Date.now() - 1_000], plainContent);
  await plant(ns, chain);
  await act(ns);
  const entries = await trails.all(ns);
  expect(entries.slice(0, 2)).toEqual(chain);
  expect(at(entries, 2).p).toBe(hashOf(at(chain, 1)));
  expect(await trails.getHead(ns)).toMatchObject({ number: "3", hash: hashOf(at(entries, 2)) });
});
