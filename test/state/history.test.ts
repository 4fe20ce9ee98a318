import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/domain/json.js";
import { mergePatch } from "../../src/domain/json.js";
import { newNamespace } from "../support/acts/memories.js";
import { runs } from "../support/run/long.js";
import { startService, useService } from "../support/service/service.js";
import type { History, State } from "../support/acts/state.js";
import { getState, readState, setState, statePath, transact, transacted } from "../support/acts/state.js";

const service = await useService();

const asOf = (namespace: string, key: string, time: number | string, more = "") => {
  const text = typeof time === "number" ? new Date(time).toISOString() : time;
  return getState(service, namespace, key, `?as_of=${encodeURIComponent(text)}${more}`);
};

const historyOf = (namespace: string, key: string, query = "") =>
  getState(service, namespace, key, `/history${query}`);

async function allVersions(namespace: string, key: string, limit: number): Promise<History["versions"]> {
  const versions: History["versions"] = [];
  let cursor: string | null = null;
  do {
    const query: string = `?limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`;
    const answer = await historyOf(namespace, key, query);
    if (answer.status === 404) return [];
    const page = answer.body as History;
    expect(page.versions.length).toBeLessThanOrEqual(limit);
    versions.push(...page.versions);
    cursor = page.cursor;
  } while (cursor !== null);
  return versions;
}

/** One version of the model: what was current from a time on. Undefined: nothing. */
interface Step {
  readonly at: number;
  readonly version: number;
  readonly value: JsonValue | undefined;
}

type Op =
  | { readonly kind: "put"; readonly value: JsonValue }
  | { readonly kind: "patch"; readonly value: JsonValue }
  | { readonly kind: "delete" }
  | { readonly kind: "increment"; readonly by: number }
  | { readonly kind: "swap"; readonly value: JsonValue }
  | { readonly kind: "doomed" };

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.integer(),
  fc.constant(null),
  fc.dictionary(
    fc.constantFrom("a", "b"),
    fc.oneof(fc.constant(null), fc.integer(), fc.constant<JsonValue>([0.1])),
    {
      noNullPrototype: true,
    },
  ),
);
const operation: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), value }),
  fc.record({ kind: fc.constant("patch" as const), value }),
  fc.record({ kind: fc.constant("delete" as const) }),
  fc.record({ kind: fc.constant("increment" as const), by: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ kind: fc.constant("swap" as const), value }),
  fc.record({ kind: fc.constant("doomed" as const) }),
);

/** Does one operation, and adds what must have become of it to the model. */
async function act(namespace: string, op: Op, model: Step[]): Promise<void> {
  const path = statePath(namespace, "k");
  const current = model.at(-1)?.value;
  const note = (answered: JsonValue | undefined, state: Pick<State, "version" | "updated_at">) =>
    model.push({ at: Date.parse(state.updated_at), version: state.version, value: answered });
  switch (op.kind) {
    case "put":
      note(op.value, await setState(service, namespace, "k", op.value));
      return;
    case "patch": {
      const answer = await service.send("PATCH", path, op.value);
      expect(answer.status).toBe(current === undefined ? 404 : 200);
      if (current !== undefined) note(mergePatch(current, op.value), answer.body as State);
      return;
    }
    case "delete": {
      const answer = await service.send("DELETE", path);
      expect(answer.status).toBe(current === undefined ? 404 : 204);
      if (current === undefined) return;
      const { versions } = (await historyOf(namespace, "k", "?limit=1")).body as History;
      expect(versions[0]).toMatchObject({ op: "delete", value: null });
      if (versions[0] !== undefined) note(undefined, versions[0]);
      return;
    }
    case "increment": {
      const answer = await transact(service, namespace, {
        operations: [{ op: "increment", key: "k", by: op.by }],
      });
      expect(answer.status).toBe(current === undefined || typeof current === "number" ? 200 : 409);
      if (answer.status === 200) {
        note(Number(current ?? 0) + op.by, await readState(service, namespace, "k"));
      }
      return;
    }
    case "swap": {
      // Deleted and written anew at one instant: three versions, of which only the last was ever to be seen.
      const [first] = await transacted(service, namespace, {
        operations: [
          { op: "set", key: "k", value: 1 },
          { op: "delete", key: "k" },
          { op: "set", key: "k", value: op.value },
        ],
      });
      const state = await readState(service, namespace, "k");
      const { version = 0 } = first ?? {};
      note(1, { ...state, version });
      note(undefined, { ...state, version: version + 1 });
      note(op.value, state);
      return;
    }
    case "doomed":
      await transact(service, namespace, {
        operations: [
          { op: "set", key: "k", value: "never" },
          { op: "increment", key: "k", by: 1 },
        ],
      });
  }
}

test("as-of and history are what a plain model says, whatever was done", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 14 }), async (ops) => {
      const namespace = newNamespace();
      const model: Step[] = [];
      const start = Date.now() - 5;
      for (const op of ops) await act(namespace, op, model);

      const times = [start, ...model.flatMap(({ at }) => [at - 1, at, at + 1])];
      const end = Math.max(Date.now(), ...times);
      await sleep(Math.max(0, end - Date.now()) + 2);
      for (const time of new Set(times)) {
        const then = model.findLast(({ at }) => at <= time);
        const answer = await asOf(namespace, "k", time);
        if (then?.value === undefined) expect(answer.status).toBe(404);
        else expect(answer).toMatchObject({ status: 200, body: { version: then.version, key: "k" } });
        if (then?.value !== undefined) expect((answer.body as State).value).toEqual(then.value);
      }
      const versions = await allVersions(namespace, "k", 1 + (ops.length % 3));
      expect(versions.map(({ version, value: found }) => ({ version, found }))).toEqual(
        model.toReversed().map(({ version, value: made }) => ({ version, found: made ?? null })),
      );
    }),
    { numRuns: runs(60) },
  );
});

describe("as of a time", () => {
  test("an expired document is what it was, until its last expiry, also a sliding one", async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", "slid", { ttl_seconds: 3, sliding: true });
    await sleep(500);
    const renewed = await readState(service, namespace, "k");
    const end = Date.parse(renewed.expires_at ?? "");
    await sleep(end - Date.now() + 20);
    expect((await getState(service, namespace, "k")).status).toBe(404);
    expect((await asOf(namespace, "k", end - 1)).body).toEqual(renewed);
    expect((await asOf(namespace, "k", end)).status).toBe(404);
    // And no less when something else has come after it.
    await setState(service, namespace, "k", "later");
    expect((await asOf(namespace, "k", end - 1)).body).toEqual(renewed);
    expect((await asOf(namespace, "k", end)).status).toBe(404);
  });

  test("takes a path, and gives numbers exactly", async () => {
    const namespace = newNamespace();
    const numbers = [0.9954859265266791, 933.2021337551879, -0.1, 5e-324];
    const { updated_at, version } = await setState(service, namespace, "k", { numbers, 'q"': 1 });
    await sleep(3);
    await setState(service, namespace, "k", { numbers: [] });
    const read = await asOf(namespace, "k", updated_at, "&path=$.numbers");
    expect(read).toMatchObject({ status: 200, body: { version, value: [numbers] } });
    expect((await asOf(namespace, "k", updated_at, "&path=$.[")).status).toBe(400);
    expect(await asOf(namespace, "k", updated_at, "&path=$.none")).toMatchObject({ body: { value: [] } });
  });

  test("in the future is refused, and so is what is no time", async () => {
    const namespace = newNamespace();
    await setState(service, namespace, "k", 1);
    for (const time of [Date.now() + 60_000, "yesterday", "2026-01-31"]) {
      expect(await asOf(namespace, "k", time)).toMatchObject({
        status: 400,
        body: { errors: [{ field: "as_of" }] },
      });
    }
  });

  test("a time before the kept history is 410; a time within it returns the document", async () => {
    const brief = await startService({ STATE_HISTORY_SECONDS: "4" });
    const namespace = newNamespace();
    const first = await setState(brief, namespace, "k", 1);
    const query = (time: number) => `?as_of=${new Date(time).toISOString()}`;
    const begin = Date.parse(first.updated_at);
    const second = await setState(brief, namespace, "k", 2);
    while (Date.now() < Date.parse(second.updated_at) + 4500) {
      await setState(brief, namespace, "k", Date.now());
      await sleep(50);
    }
    for (const key of ["k", "none"]) {
      expect(await getState(brief, namespace, key, query(begin))).toMatchObject({
        status: 410,
        body: { code: "history_expired" },
      });
    }
    const { versions } = (await getState(brief, namespace, "k", "/history?limit=100")).body as History;
    expect(versions.length).toBeGreaterThan(2);
    expect(versions.map(({ version }) => version)).not.toContain(first.version);
    const early = versions[2];
    expect(
      (await getState(brief, namespace, "k", query(Date.parse(early?.updated_at ?? "")))).body,
    ).toMatchObject({
      version: early?.version,
    });
    await brief.stop();
  });
});

describe("history", () => {
  test("is 404 where there never was anything, and takes no cursor but its own", async () => {
    const namespace = newNamespace();
    expect((await historyOf(namespace, "none")).status).toBe(404);
    for (const query of ["?limit=0", "?limit=101", "?cursor=x", "?cursor=1-2-3", "?cursor=(1-1", "?x=1"]) {
      expect((await historyOf(namespace, "none", query)).status).toBe(400);
    }
  });

  test("of large values comes in pages that are bounded by bytes", async () => {
    const namespace = newNamespace();
    const large = "x".repeat(250_000);
    for (let index = 0; index < 22; index++) await setState(service, namespace, "k", `${index}${large}`);
    const page = (await historyOf(namespace, "k", "?limit=100")).body as History;
    expect(page.versions.length).toBeLessThan(22);
    expect(page.cursor).not.toBeNull();
    const versions = await allVersions(namespace, "k", 100);
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 22 }, (_, index) => 22 - index),
    );
  });
});
