import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../support/acts/consolidations.js";
import { begin, runsOf } from "../../support/acts/consolidations.js";
import { bodyOf, newNamespace } from "../../support/acts/memories.js";
import { putSettings, settingsOf } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

let service: Service;
let other: Service;
beforeAll(async () => {
  service = await startService();
  other = await startService({ MNEME_KEY_PREFIX: service.prefix });
});
afterAll(() => Promise.all([service.stop(), other.stop()]));

const EVERY_SECOND = { schedule: "* * * * * *", steps: ["expire"] };
const AT_WORK: ReadonlySet<string> = new Set(["planning", "running"]);

type Head = Omit<Run, "actions" | "next">;

/** The newest first. */
async function runs(namespace: string): Promise<Head[]> {
  const answer = await service.send("GET", `${runsOf(namespace)}?limit=200`);
  return bodyOf<{ consolidations: Head[] }>(answer, 200).consolidations;
}

const reaches = (namespace: string, count: number) =>
  until(
    () => runs(namespace),
    (found) => found.length >= count,
    60_000,
  );

const whole = async (namespace: string) =>
  until(
    () => runs(namespace),
    (found) => found.every(({ status }) => !AT_WORK.has(status)),
    30_000,
  );

test("two processes begin a schedule's runs: one for each time at most, and never two at once", async () => {
  const namespace = newNamespace();
  const start = Date.now();
  const put = await putSettings(service, namespace, { consolidation: EVERY_SECOND });
  expect(put).toMatchObject({
    status: 200,
    body: { consolidation: { ...EVERY_SECOND, time_zone: "UTC", unread_seconds: null } },
  });
  await reaches(namespace, 4);
  expect((await putSettings(other, namespace, {})).status).toBe(200);
  const done = (await whole(namespace)).toReversed();
  for (const run of nonEmpty(done)) {
    expect(run).toMatchObject({
      status: "done",
      trigger: "schedule",
      error: null,
      options: { steps: ["expire"], dry_run: false },
    });
  }
  for (const [index, run] of done.slice(1).entries()) {
    expect(Date.parse(run.created_at)).toBeGreaterThanOrEqual(Date.parse(done[index]?.finished_at ?? ""));
  }
  // Seconds that there were until the last one began, its own included.
  const last = Date.parse(done.at(-1)?.created_at ?? "");
  expect(done.length).toBeLessThanOrEqual(Math.floor(last / 1000) - Math.floor(start / 1000));

  // Taken away: neither process begins another one.
  await sleep(3_000);
  expect((await runs(namespace)).length).toBe(done.length);
  expect((await service.send("GET", settingsOf(namespace))).body).toMatchObject({ consolidation: null });
});

test("other processes continue when one dies, and a manual run takes the schedule's turn", async () => {
  const namespace = newNamespace();
  const victim = await startService({ MNEME_KEY_PREFIX: service.prefix });
  await putSettings(victim, namespace, { consolidation: EVERY_SECOND });
  await reaches(namespace, 1);
  await victim.kill9();
  const { length } = await runs(namespace);
  await reaches(namespace, length + 2);
  const own = await until(
    () => begin(service, namespace, { steps: ["expire"] }),
    ({ status }) => status === 202,
    30_000,
  );
  const { id } = bodyOf<{ id: string }>(own, 202);
  await putSettings(service, namespace, { consolidation: null });
  const all = await whole(namespace);
  expect(all.filter(({ trigger }) => trigger === "request").map((run) => run.id)).toEqual([id]);
  for (const { status } of nonEmpty(all)) expect(status).toBe("done");
});

test("another pattern takes the place of the one before", async () => {
  const namespace = newNamespace();
  await putSettings(service, namespace, { consolidation: EVERY_SECOND });
  await reaches(namespace, 1);
  const rarely = { schedule: "0 0 29 2 *", time_zone: "Europe/Vienna" };
  const put = await putSettings(service, namespace, { consolidation: rarely });
  expect(put.status).toBe(200);
  const settings = bodyOf<{ consolidation: { next_run_at: string } }>(put, 200);
  expect(settings.consolidation.next_run_at).toMatch(/^\d{4}-02-28T23:00:00\.000Z$/);
  expect(Date.parse(settings.consolidation.next_run_at)).toBeGreaterThan(Date.now());
  // What was read can be written.
  expect((await putSettings(service, namespace, settings)).body).toEqual(settings);
  const { length } = await whole(namespace);
  await sleep(2_500);
  expect((await runs(namespace)).length).toBe(length);
});

describe("a wrong field is named", () => {
  test.for([
    ["consolidation.schedule", { schedule: "every night" }],
    ["consolidation.schedule", { schedule: "61 * * * *" }],
    ["consolidation.schedule", { schedule: "* * *" }],
    ["consolidation.schedule", { schedule: "0 0 31 2 *" }],
    ["consolidation.schedule", { schedule: "0 0 30 2 *", time_zone: "Europe/Vienna" }],
    ["consolidation.schedule", { schedule: "2020-01-01T00:00:00" }],
    ["consolidation.schedule", { schedule: "2199-01-01T00:00:00" }],
    ["consolidation.schedule", { schedule: "0 0 3 * * * 2030" }],
    ["consolidation.schedule", { schedule: "@daily" }],
    ["consolidation.schedule", {}],
    ["consolidation.time_zone", { schedule: "0 3 * * *", time_zone: "Europe/Atlantis" }],
    ["consolidation.steps", { schedule: "0 3 * * *", steps: [] }],
    ["consolidation.older_than_seconds", { schedule: "0 3 * * *", older_than_seconds: -1 }],
    ["consolidation.colour", { schedule: "0 3 * * *", colour: "red" }],
  ] as const)("%s: %j", async ([field, consolidation]) => {
    const answer = await putSettings(service, newNamespace(), { consolidation });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});
