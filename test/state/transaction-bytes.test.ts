import { expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";
import { failedAt, readState, setState, transact, transacted } from "../support/acts/state.js";

const service = await shareService();

const LARGE = 250 * 1024;
const KEYS = Array.from({ length: 64 }, (_, index) => `k${index}`);

test("a transaction that touches more bytes than Redis does at once is refused before any is done", async () => {
  const namespace = newNamespace();
  const value = { n: 0, text: "x".repeat(LARGE) };
  for (const key of KEYS) await setState(service, namespace, key, value);
  const increments = KEYS.map((key) => ({ op: "increment", key, path: "$.n", by: 1 }));
  const answer = await transact(service, namespace, { operations: increments });
  expect(failedAt(answer)).toMatchObject({ part: "operation", index: 16, reason: "too_many_bytes" });
  expect(answer.text).toContain("4194304 bytes");
  for (const key of ["k0", "k15", "k63"]) {
    expect((await readState(service, namespace, key, "?path=$.n")).value).toEqual([0]);
  }
  // Checks alone look into no document, whatever their number.
  const checks = await Promise.all(
    KEYS.map(async (key) => ({ key, version: (await readState(service, namespace, key)).version })),
  );
  await transacted(service, namespace, { checks, operations: increments.slice(0, 16) });
  expect((await readState(service, namespace, "k15", "?path=$.n")).value).toEqual([1]);
});

test("many operations on one large document count each time", async () => {
  const namespace = newNamespace();
  await setState(service, namespace, "k", { n: 0, text: "x".repeat(LARGE) });
  const increment = { op: "increment", key: "k", path: "$.n", by: 1 };
  const many = Array.from({ length: 128 }, () => increment);
  expect(failedAt(await transact(service, namespace, { operations: many }))).toMatchObject({
    index: 16,
    reason: "too_many_bytes",
  });
  await transacted(service, namespace, { operations: many.slice(0, 16) });
  expect((await readState(service, namespace, "k", "?path=$.n")).value).toEqual([16]);
});

test("128 operations on 64 documents of 20 KB are done", async () => {
  const namespace = newNamespace();
  for (const key of KEYS) await setState(service, namespace, key, { n: 0, text: "x".repeat(20_000) });
  const operations = [...KEYS, ...KEYS].map((key) => ({ op: "increment", key, path: "$.n", by: 1 }));
  const results = await transacted(service, namespace, { operations });
  expect(results.map(({ value }) => value)).toEqual([...KEYS.map(() => 1), ...KEYS.map(() => 2)]);
});
