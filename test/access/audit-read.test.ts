import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditVerb } from "../../src/access/trail.js";
import type { AuditEntry, ExportLine, Trails } from "../support/audit/read.js";
import {
  auditExport,
  auditPageOf,
  auditPath,
  auditWalk,
  DENIALS,
  hashOf,
  openTrails,
  SYSTEM,
} from "../support/audit/read.js";
import type { Auditing } from "../support/audit/expect.js";
import { openAuditing, trail } from "../support/audit/expect.js";
import type { Parameters } from "../support/acts/memories.js";
import { newNamespace } from "../support/acts/memories.js";
import { runs } from "../support/run/long.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";
import { nonEmpty } from "../support/non-empty.js";

let service: Service;
let trails: Trails;
let auditing: Auditing;
const ROOT = `walk${randomUUID().slice(0, 8)}`;
const NAMESPACES = [`${ROOT}.a`, `${ROOT}.b`, `${ROOT}.b.c`, `${ROOT}.b-`, ROOT, `${ROOT}x`];
const AGENTS = ["ann", "bob", "anonymous"];
const VERBS: readonly AuditVerb[] = ["read", "recall", "remember", "state.put"];
const OUTCOMES = ["ok", "missing", "created"];

beforeAll(async () => {
  service = await startService();
  trails = await openTrails(service.prefix);
  auditing = await openAuditing(service.prefix);
  await fill(1_500);
});
afterAll(async () => {
  auditing.close();
  trails.close();
  await service.stop();
});

const pick = <T>(values: readonly T[], index: number): T => {
  const value = values[index % values.length];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
};

/** Acts of several agents in several namespaces, many of them in one millisecond. */
async function fill(count: number): Promise<void> {
  for (let from = 0; from < count; from += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, place) => {
        const index = from + place;
        const entry = trail({
          agent: pick(AGENTS, index),
          keyId: index % 4 === 0 ? `key${index % 8}` : null,
          verb: pick(VERBS, index >> 1),
          requestId: `r${index}`,
          ids: [`id${index % 10}`, `id${index % 7}`],
        });
        const outcome = pick(OUTCOMES, index >> 2);
        if (index % 9 === 0) {
          const refused = pick([...NAMESPACES, `${ROOT}.**`, `${ROOT}.b.**`, "elsewhere", "**"], index / 9);
          return auditing.audit.denied({ ...entry, other: refused });
        }
        if (index % 25 === 1) return auditing.audit.system({ ...entry, other: `${ROOT}.**` }, outcome);
        return auditing.audit.record(pick(NAMESPACES, index >> 3), entry, outcome);
      }),
    );
  }
}

/** What a query should find, of all that stands in Redis: said once more, as simply as it can be. */
async function expected(parameters: Parameters, order: "asc" | "desc"): Promise<string[]> {
  const pattern = String(parameters["namespace"] ?? "**");
  const among = (name: string, value: string | null): boolean =>
    parameters[name] === undefined || [parameters[name]].flat().some((one) => one === value);
  const found: { time: number; trail: string; number: number; key: string }[] = [];
  for (const name of await trails.names()) {
    for (const { id, e } of await trails.all(name)) {
      const entry = JSON.parse(e) as Record<string, string> & { i?: string[] };
      const [time = 0, number = 0] = id.split("-").map(Number);
      const place = name === DENIALS ? (entry["n"] ?? "**") : name;
      const visible = name === SYSTEM ? pattern === "**" : isWithin(place, pattern);
      if (!visible) continue;
      if (!among("agent", entry["a"] ?? null) || !among("key_id", entry["k"] ?? null)) continue;
      if (!among("verb", entry["v"] ?? null) || !among("outcome", entry["o"] ?? null)) continue;
      if (parameters["id"] !== undefined && !(entry.i ?? []).includes(String(parameters["id"]))) continue;
      if (parameters["from"] !== undefined && time < Date.parse(String(parameters["from"]))) continue;
      if (parameters["to"] !== undefined && time >= Date.parse(String(parameters["to"]))) continue;
      found.push({
        time,
        trail: name,
        number,
        key: `${name === DENIALS ? "denied " : ""}${id} ${entry["r"]}`,
      });
    }
  }
  found.sort(
    (a, b) => a.time - b.time || (a.trail === b.trail ? a.number - b.number : a.trail < b.trail ? -1 : 1),
  );
  const keys = found.map(({ key }) => key);
  return order === "asc" ? keys : keys.toReversed();
}

function isWithin(inner: string, pattern: string): boolean {
  if (pattern === "**") return true;
  if (!pattern.endsWith(".**")) return inner === pattern;
  const root = pattern.slice(0, -3);
  return inner === root || inner.startsWith(`${root}.`);
}

const keyOf = ({ outcome, id, request_id }: AuditEntry): string =>
  `${outcome === "denied" ? "denied " : ""}${id} ${request_id}`;

/** Some moments within what was written. */
async function moments(): Promise<string[]> {
  const times = (await trails.all(ROOT)).map(({ id }) => Number(id.split("-")[0]));
  return [0, 0.3, 0.6, 1].map((part) =>
    new Date(times[Math.floor(part * (times.length - 1))] ?? 0).toISOString(),
  );
}

describe("a walk along the cursor", () => {
  test("visits what was there at its first page, each once and by time, whatever the query, while others write", async () => {
    const times = await moments();
    const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 3 });
    const query = fc.record({
      namespace: fc.constantFrom(
        undefined,
        "**",
        `${ROOT}.**`,
        `${ROOT}.b.**`,
        ...NAMESPACES,
        `${ROOT}.none.**`,
      ),
      agent: maybe(fc.constantFrom(...AGENTS)),
      key_id: maybe(fc.constantFrom("key0", "key4", "keyless")),
      id: maybe(fc.constantFrom("id3", "id9", "id")),
      verb: maybe(fc.subarray([...VERBS], { minLength: 1 })),
      outcome: maybe(fc.subarray([...OUTCOMES, "denied"], { minLength: 1 })),
      from: maybe(fc.constantFrom(...times)),
      to: maybe(fc.constantFrom(...times)),
    });
    await fc.assert(
      fc.asyncProperty(
        query,
        fc.constantFrom("asc" as const, "desc" as const),
        fc.integer({ min: 37, max: 200 }),
        async (parameters, order, limit) => {
          const wanted = await expected(parameters, order);
          let pauses = 0;
          const pages = await auditWalk(service, { ...parameters, order, limit }, async () => {
            if (pauses++ < 3) await fill(50);
          });
          expect(pages.flat().map(keyOf)).toEqual(wanted);
          expect(pages.every((page) => page.length <= limit)).toBe(true);
        },
      ),
      { numRuns: runs(60), endOnFailure: true },
    );
  });

  test("sees an act as soon as it's done, in either order", async () => {
    const namespace = newNamespace();
    for (let index = 0; index < 100; index++) {
      await auditing.audit.record(namespace, trail({ requestId: `now${index}` }), "ok");
      const order = index % 2 === 0 ? "asc" : "desc";
      const page = await auditPageOf(service, { namespace, order, limit: 200, verb: "read" });
      const at = order === "asc" ? -1 : 0;
      expect(page.entries.at(at)?.request_id).toBe(`now${index}`);
    }
  });

  test("ends, though each of its pages is an act in the trail that it reads", async () => {
    const namespace = newNamespace();
    for (let index = 0; index < 5; index++) await auditing.audit.record(namespace, trail(), "ok");
    for (const order of ["asc", "desc"]) {
      const there = (await trails.all(namespace)).length;
      const pages = await auditWalk(service, { namespace, order, limit: 1 });
      expect(pages.flat()).toHaveLength(there);
    }
  });

  test("has a cursor for this walk only", async () => {
    const parameters = { namespace: `${ROOT}.**`, agent: "ann", order: "asc", limit: 5 };
    const { cursor } = await auditPageOf(service, parameters);
    const others: Parameters[] = [
      { ...parameters, order: "desc" },
      { ...parameters, agent: "bob" },
      { ...parameters, namespace: ROOT },
      { ...parameters, verb: "read" },
      { ...parameters, from: "2020-01-01T00:00:00Z" },
    ];
    for (const other of others) {
      const answer = await service.send("GET", auditPath({ ...other, cursor: cursor ?? "" }));
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
    }
    const more = await auditPageOf(service, { ...parameters, limit: 9, cursor: cursor ?? "" });
    expect(more.entries).toHaveLength(9);
  });

  test.each(["x", "0", "MTIz", "%F0%9F%98%80", "-1", "..", "a".repeat(1025), ""])(
    "refuses the invented cursor %j",
    async (cursor) => {
      const answer = await service.send("GET", `/v1/audit?cursor=${cursor}`);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
    },
  );
});

test.each([
  ["namespace", "a..b"],
  ["namespace", "a.*"],
  ["namespace", "*"],
  ["namespace", SYSTEM],
  ["namespace", DENIALS],
  ["namespace", "{a}"],
  ["verb", "reads"],
  ["order", "up"],
  ["limit", "0"],
  ["limit", "201"],
  ["from", "yesterday"],
  ["agent", ""],
  ["colour", "red"],
])("refuses %s=%j by name", async (field, value) => {
  const answer = await service.send("GET", auditPath({ [field]: value }));
  expect(answer.status).toBe(400);
  const { errors } = answer.body as { errors: { field: string }[] };
  expect(errors[0]?.field).toMatch(new RegExp(`^${field}`));
});

describe("a query that fits little of much", () => {
  const namespace = newNamespace();
  const COUNT = 12_000;
  beforeAll(async () => {
    for (let from = 0; from < COUNT; from += 1_000) {
      await Promise.all(
        Array.from({ length: 1_000 }, (_, place) => {
          const needle = from + place === 7_000;
          return auditing.audit.record(namespace, trail(needle ? { agent: "needle" } : {}), "ok");
        }),
      );
    }
  });

  test("answers with pages that may be empty, and finds it", async () => {
    for (const order of ["asc", "desc"]) {
      const pages = await auditWalk(service, { namespace, agent: "needle", order });
      expect(pages.flat()).toHaveLength(1);
      expect(pages.length).toBeGreaterThanOrEqual(3);
      expect(pages[0]).toEqual([]);
    }
    const none = await auditWalk(service, { namespace, agent: "nobody" });
    expect(none.flat()).toEqual([]);
  });

  test("is exported whole", async () => {
    const lines = await auditExport(service, { namespace });
    expect(lines.length).toBeGreaterThanOrEqual(COUNT);
    expect(lines.map(({ id }) => Number(id.split("-")[1]))).toEqual(lines.map((_, index) => index + 1));
    expect(await auditExport(service, { namespace, agent: "needle" })).toHaveLength(1);
  });

  test("an audit export that isn't read to its end leaves the service healthy", async () => {
    for (let round = 0; round < 5; round++) {
      const stop = new AbortController();
      const response = await fetch(`${service.url}/v1/audit/export?namespace=${namespace}`, {
        signal: stop.signal,
      });
      const reader = response.body?.getReader();
      expect((await reader?.read())?.done).toBe(false);
      stop.abort();
    }
    expect((await service.send("GET", "/readyz")).status).toBe(200);
    expect(service.logs()).not.toContain("request failed");
  });
});

describe("an export", () => {
  test("that can't go on is cut off, so that it isn't taken for a whole one", async () => {
    const namespace = newNamespace();
    const ids = Array.from({ length: 100 }, (_, index) => `01JD8Q4V7K3W5N0R2T6Y9B${1000 + index}`);
    for (let from = 0; from < 6_000; from += 500) {
      await Promise.all(
        Array.from({ length: 500 }, () => auditing.audit.record(namespace, trail({ ids }), "ok")),
      );
    }
    const response = await fetch(service.url + auditPath({ namespace }, "/v1/audit/export"));
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error("no body");
    // Its reader holds it up: what it has sent by now is far from all.
    expect((await reader.read()).done).toBe(false);
    await trails.client.del(trails.stream(namespace));
    await trails.client.set(trails.stream(namespace), "spoilt");
    const readOn = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await expect(readOn()).rejects.toThrow();
    expect((await service.send("GET", "/readyz")).status).toBe(200);
    await trails.client.del([trails.stream(namespace), trails.head(namespace)]);
  });

  test("holds what a walk does, oldest first", async () => {
    for (const parameters of [{ namespace: `${ROOT}.**` }, { agent: "ann", verb: ["recall", "read"] }, {}]) {
      const wanted = await expected(parameters, "asc");
      expect((await auditExport(service, parameters)).map(keyOf)).toEqual(wanted);
    }
  });

  test("can be verified by itself: each line has what its hash is made of, and the hash before it", async () => {
    const lines = await auditExport(service, { namespace: "**" });
    const chains = new Map<string, ExportLine[]>();
    for (const line of lines) {
      const chain = chains.get(line.trail) ?? [];
      chains.set(line.trail, chain);
      chain.push(line);
    }
    expect([...chains.keys()]).toEqual(expect.arrayContaining([...NAMESPACES, DENIALS, SYSTEM]));
    for (const chain of chains.values()) {
      let previous = "";
      for (const line of nonEmpty(chain)) {
        expect(line.previous).toBe(previous);
        previous = hashOf({ p: line.previous, id: line.id, e: line.raw });
        expect(line.hash).toBe(previous);
        const raw = JSON.parse(line.raw) as Record<string, unknown>;
        expect([raw["a"], raw["v"], raw["o"], raw["r"]]).toEqual([
          line.agent,
          line.verb,
          line.outcome,
          line.request_id,
        ]);
      }
    }
  });

  test("of nothing is empty", async () => {
    expect(await auditExport(service, { namespace: `${newNamespace()}.**` })).toEqual([]);
  });
});

test("an unreadable audit entry is shown as unreadable, not hidden", async () => {
  const namespace = newNamespace();
  await trails.client.xAdd(trails.stream(namespace), "5-1", { p: "", e: "{not json" });
  await trails.client.xAdd(trails.stream(namespace), "5-2", { p: "", e: '{"a":1}' });
  await trails.client.xAdd(trails.stream(namespace), "5-3", { x: "" });
  const { entries } = await auditPageOf(service, { namespace, order: "asc" });
  expect(entries.map(({ id, verb }) => [id, verb])).toEqual([
    ["5-1", "unreadable"],
    ["5-2", "unreadable"],
    ["5-3", "unreadable"],
  ]);
});

test("many more namespaces than a page has entries are walked once each, all of them and a part", async () => {
  const own = await startService();
  const direct = await openTrails(own.prefix);
  const many = await openAuditing(own.prefix);
  try {
    const names = Array.from(
      { length: 1203 },
      (_, index) => `wide.${index % 2 === 0 ? "even" : "odd"}.n${index}`,
    );
    await Promise.all(names.map((name) => many.audit.record(name, trail({ requestId: name }), "ok")));
    expect(await auditExport(own, { namespace: "wide.**" })).toHaveLength(names.length);
    for (const half of ["even", "odd", "**"]) {
      const wanted = names.filter((name) => half === "**" || name.includes(half));
      const pages = await auditWalk(own, {
        namespace: half === "**" ? "wide.**" : `wide.${half}.**`,
        limit: 100,
      });
      expect(
        pages
          .flat()
          .map(({ namespace }) => namespace)
          .toSorted(),
      ).toEqual(wanted.toSorted());
    }
  } finally {
    many.close();
    direct.close();
    await own.stop();
  }
});
