import { afterAll, beforeAll, expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";
import { isLong } from "../support/run/long.js";
import type { KeepAlive, State } from "../support/acts/state.js";
import { clients, keepAlive, readState, setState, statePath, transacted } from "../support/acts/state.js";

/** Two processes over one Redis, as in production: nothing may hang on what one process knows. */
let services: readonly [Service, Service];
let http: readonly [KeepAlive, KeepAlive];
beforeAll(async () => {
  const first = await startService();
  services = [first, await startService({ MNEME_KEY_PREFIX: first.prefix })];
  http = [keepAlive(services[0], 16), keepAlive(services[1], 16)];
});
afterAll(async () => {
  for (const client of http) client.close();
  await Promise.all(services.map((service) => service.stop()));
});

const CLIENTS = 32;
const side = (index: number): 0 | 1 => (index % 2 === 0 ? 0 : 1);

test("guarded decrements of 32 clients over two processes: none is lost, and none oversells", async () => {
  const namespace = newNamespace();
  const each = isLong ? 500 : 125;
  const stock = (CLIENTS * each * 15) / 16;
  await setState(services[0], namespace, "stock", { left: stock });
  const path = `/v1/namespaces/${namespace}/state-transactions`;
  const body = { operations: [{ op: "increment", key: "stock", path: "$.left", by: -1, min: 0 }] };
  const sold: number[] = [];
  let refused = 0;
  await clients(CLIENTS, each, async (client) => {
    const { status, text } = await http[side(client)].send("POST", path, body);
    if (status === 200) {
      sold.push((JSON.parse(text) as { results: { value: number }[] }).results[0]?.value ?? Number.NaN);
    } else {
      expect(status).toBe(409);
      expect(JSON.parse(text)).toMatchObject({ failed: { reason: "below_min" } });
      refused += 1;
    }
  });
  expect(refused).toBe(CLIENTS * each - stock);
  // Each sale saw a stock of its own.
  expect(sold.toSorted((a, b) => a - b)).toEqual(Array.from({ length: stock }, (_, index) => index));
  expect(await readState(services[1], namespace, "stock")).toMatchObject({
    value: { left: 0 },
    version: 1 + stock,
  });
});

test("compare-and-set of one counter over two processes loses nothing", async () => {
  const namespace = newNamespace();
  const path = statePath(namespace, "counter");
  await setState(services[0], namespace, "counter", 0);
  let lost = 0;
  await clients(16, 40, async (client) => {
    const own = http[side(client)];
    for (;;) {
      const { value, version } = JSON.parse((await own.send("GET", path)).text) as State;
      const body = { value: Number(value) + 1 };
      const { status } = await own.send("PUT", path, body, { "if-match": `"${version}"` });
      if (status === 200) return;
      expect(status).toBe(412);
      lost += 1;
    }
  });
  expect(lost).toBeGreaterThan(0);
  expect((await readState(services[1], namespace, "counter")).value).toBe(640);
});

test("what one process acknowledged, the other reads in the very next request, each time", async () => {
  const namespace = newNamespace();
  const lanes = 16;
  await clients(lanes, (isLong ? 10_000 : 2_400) / lanes, async (lane, round) => {
    const path = statePath(namespace, `lane ${lane}`);
    const [writer, reader] = side(round) === 0 ? [http[0], http[1]] : [http[1], http[0]];
    const { text } = await writer.send("PUT", path, { value: round });
    const written = JSON.parse(text) as State;
    const read = JSON.parse((await reader.send("GET", path)).text) as State;
    expect(read).toEqual(written);
    expect(read.value).toBe(round);
  });
});

test("of 32 that create one document exactly one does, round after round", async () => {
  const namespace = newNamespace();
  const path = statePath(namespace, "lease");
  for (let round = 0; round < 5; round++) {
    const replies = await Promise.all(
      Array.from({ length: CLIENTS }, (_, client) =>
        http[side(client)].send("PUT", path, { value: client }, { "if-none-match": "*" }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([
      201,
      ...Array.from({ length: CLIENTS - 1 }, () => 412),
    ]);
    const winner = replies.findIndex(({ status }) => status === 201);
    const { value, version } = await readState(services[side(round)], namespace, "lease");
    expect(value).toBe(winner);
    const removed = await Promise.all(
      Array.from({ length: CLIENTS }, (_, client) =>
        http[side(client)].send("DELETE", path, undefined, { "if-match": `"${version}"` }),
      ),
    );
    expect(removed.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(removed.filter(({ status }) => status === 404)).toHaveLength(CLIENTS - 1);
  }
});

test("a version never comes back, so a deletion and a new document in between are noticed", async () => {
  const namespace = newNamespace();
  const path = statePath(namespace, "aba");
  const first = await setState(services[0], namespace, "aba", "A");
  expect((await http[1].send("DELETE", path)).status).toBe(204);
  const again = await setState(services[1], namespace, "aba", "A");
  expect(again.version).toBeGreaterThan(first.version);
  const stale = await http[0].send("PUT", path, { value: "C" }, { "if-match": `"${first.version}"` });
  expect(stale.status).toBe(412);
});

test("merge patches of 32 clients are all there in the end", async () => {
  const namespace = newNamespace();
  await setState(services[0], namespace, "shared", {});
  await clients(CLIENTS, 5, async (client, round) => {
    const patch = { [`c${client}`]: { [`r${round}`]: client * round } };
    const { status } = await http[side(client)].send("PATCH", statePath(namespace, "shared"), patch);
    expect(status).toBe(200);
  });
  const expected = Object.fromEntries(
    Array.from({ length: CLIENTS }, (_, client) => [
      `c${client}`,
      Object.fromEntries(Array.from({ length: 5 }, (_round, round) => [`r${round}`, client * round])),
    ]),
  );
  expect((await readState(services[1], namespace, "shared")).value).toEqual(expected);
});

/**
 * A reader can't ask for 64 documents at once, so what it sees is proved by versions: it reads one after another, then
 * checks all of them in one transaction. Where that passes, nothing changed from the first read to the check, so the
 * values it read stood side by side at one instant; they must be one writer's.
 */
test("a transaction over 64 documents is never seen half done", async () => {
  const namespace = newNamespace();
  const keys = Array.from({ length: 64 }, (_, index) => `d${index}`);
  const write = (value: string) => ({ operations: keys.map((key) => ({ op: "set", key, value })) });
  await transacted(services[0], namespace, write("first"));
  const url = `/v1/namespaces/${namespace}/state-transactions`;
  const writing = { yes: true };
  let written = 0;
  let torn = 0;
  const writers = clients(2, 1, async (writer) => {
    for (let round = 0; writing.yes; round++) {
      // Some of them fail at their last operation, after all others.
      const body = write(`${writer}.${round}`);
      const doomed = round % 3 === 0;
      if (doomed) body.operations.push({ op: "increment", key: "d63", by: 1 } as never);
      const { status } = await http[writer === 0 ? 0 : 1].send("POST", url, body);
      expect(status).toBe(doomed ? 409 : 200);
      if (!doomed) written += 1;
      // Leaves the readers a moment without a write: a longer one after each time that it was too short.
      await new Promise((resolve) => setTimeout(resolve, 25 * (1 + torn)));
    }
  });
  let proved = 0;
  // On a loaded machine, one side gets more turns than the other: both go on until each has had enough of them.
  const enough = () => proved >= 25 && written > 10 && torn > 0;
  for (let turn = 0; !enough(); turn++) {
    const own = http[side(turn)];
    const states = await Promise.all(
      keys.map(async (key) => JSON.parse((await own.send("GET", statePath(namespace, key))).text) as State),
    );
    const body = {
      checks: states.map(({ key, version }) => ({ key, version })),
      operations: [{ op: "increment", key: "reads", by: 1 }],
    };
    // The counter is the 64th key of this transaction, so the last document goes unchecked.
    body.checks.pop();
    const { status } = await own.send("POST", url, body);
    if (status !== 200) {
      torn += 1;
      continue;
    }
    proved += 1;
    expect(new Set(states.slice(0, 63).map(({ value }) => value)).size).toBe(1);
    // One after another, without a gap: the versions of one transaction.
    const versions = states.slice(0, 63).map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, index) => (versions[0] ?? 0) + index));
  }
  writing.yes = false;
  await writers;
});
