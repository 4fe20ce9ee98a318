import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditPage } from "../../support/audit/read.js";
import { bodyOf, contents, listAll, newNamespace, postBatch, recall } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";

let service: Service;
const namespace = newNamespace();
const DAYS = [1, 2, 3, 4] as const;
const dayOf = (day: number): string => new Date(Date.UTC(2026, 0, day)).toISOString();

beforeAll(async () => {
  service = await startService({ MNEME_EMBEDDER: "none" });
  const memories = DAYS.map((day) => ({
    memory_type: "semantic",
    content: `tide of day ${day}`,
    timestamp: dayOf(day),
  }));
  const results = await postBatch(service, namespace, memories);
  expect(results.every(({ status }) => status === 201)).toBe(true);
});
afterAll(() => service.stop());

const day = fc.integer({ min: 0, max: 5 });

describe("a range of time", () => {
  test("finds what lies between its ends, and nothing where it ends before it begins, in a list and a recall", async () => {
    await fc.assert(
      fc.asyncProperty(day, day, async (from, to) => {
        const expected = DAYS.filter((each) => each >= from && each < to).map(
          (each) => `tide of day ${each}`,
        );
        const range = { from: dayOf(from), to: dayOf(to) };
        const listed = await listAll(service, namespace, range);
        expect(listed.map(({ content }) => content).toSorted()).toEqual(expected);
        for (const namespaces of [[namespace], [`${namespace}.**`], ["**"]]) {
          const found = await recall(service, { query: "tide", namespaces, filter: range });
          expect(contents(found).toSorted()).toEqual(expected);
        }
      }),
      {
        numRuns: runs(20),
        examples: [
          [3, 2],
          [3, 3],
          [5, 0],
        ],
      },
    );
  });

  test("finds nothing where it ends before it begins, in a list over many namespaces", async () => {
    const query = new URLSearchParams({ namespace: "**", from: dayOf(3), to: dayOf(1) });
    const page = bodyOf<{ memories: unknown[] }>(await service.send("GET", `/v1/list?${query}`), 200);
    expect(page.memories).toEqual([]);
  });
});

describe("a range of the audit trail", () => {
  const read = async (parameters: Readonly<Record<string, string>>, path = "/v1/audit") =>
    service.send("GET", `${path}?${new URLSearchParams({ namespace, ...parameters })}`);
  const tomorrow = new Date(Date.now() + 24 * 3600 * 1000).toISOString();

  test.each([
    ["that ends with the epoch", { to: "1970-01-01T00:00:00Z" }],
    ["that ends before the epoch", { to: "1931-01-01T00:00:00Z" }],
    ["that begins in the future", { from: tomorrow }],
    ["that ends before it begins", { from: tomorrow, to: "2020-01-01T00:00:00Z" }],
    ["that ends where it begins", { from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }],
  ])("%s is empty in both orders, and in an export", async (_, range) => {
    for (const order of ["asc", "desc"])
      expect(bodyOf<AuditPage>(await read({ ...range, order }), 200).entries).toEqual([]);
    const exported = await read(range, "/v1/audit/export");
    expect(exported.status).toBe(200);
    expect(exported.text.trim()).toBe("");
  });

  test("with a cursor from outside of it ends, whatever place the cursor names", async () => {
    for (const order of ["asc", "desc"]) {
      const first = bodyOf<AuditPage>(await read({ order, limit: "1" }), 200);
      expect(first.cursor).not.toBeNull();
      const [time = "", number = "", ...rest] = Buffer.from(first.cursor ?? "", "base64url")
        .toString()
        .split(" ");
      expect(Number(time) * Number(number)).toBeGreaterThan(0);
      for (const place of ["0 0", "0 1", "999999999999999 9999999999999999", `${time} 0`]) {
        const cursor = Buffer.from([place, ...rest].join(" ")).toString("base64url");
        expect((await read({ order, limit: "1", cursor })).status).toBe(200);
      }
    }
  });
});

describe("the history of a state", () => {
  test("before the very first version is empty or refused, and never an error of Redis", async () => {
    const path = `/v1/namespaces/${namespace}/state/boat`;
    await service.send("PUT", path, { knots: 7 });
    const statuses = await Promise.all(
      ["0-0", "0-1", "1-0", "000-00"].map(
        async (cursor) => (await service.send("GET", `${path}/history?cursor=${cursor}`)).status,
      ),
    );
    expect(statuses).toEqual([400, 200, 200, 400]);
  });
});
