import { expect, test } from "vitest";
import { consolidate, undo } from "../../support/acts/consolidations.js";
import { bodyOf, ids, listAll, newNamespace, read } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { until, useService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await useService({ MNEME_EMBEDDER: "local" });

async function capture(namespace: string, exchange: object): Promise<Memory> {
  return bodyOf<Memory>(
    await service.send("POST", `/v1/namespaces/${namespace}/interactions`, exchange),
    201,
  );
}

const asked = (room: string, feedback: string, hour: number) => ({
  session_id: "desk",
  timestamp: `2024-03-01T${hour}:00:00Z`,
  input: `How much is a ${room} room?`,
  response: `A ${room} room is 120 dollars a night.`,
  feedback,
});

/** Said in the same session, of another subject: without it there are no clusters. */
async function garden(namespace: string): Promise<void> {
  const said = [
    "The greenhouse needs a new irrigation pump.",
    "An irrigation pump of 40 litres a minute is enough for the greenhouse.",
    "The irrigation pump comes on Tuesday.",
    "The irrigation pump of the greenhouse doesn't leak.",
  ];
  for (const [minute, input] of said.entries()) {
    await capture(namespace, { session_id: "desk", timestamp: `2024-03-01T18:0${minute}:00Z`, input });
  }
}

test("feedback teaches a procedure although a summary stands for what it was given on by now, once", async () => {
  const namespace = newNamespace();
  const before = [
    await capture(namespace, asked("single", "Please give prices in euros.", 10)),
    await capture(namespace, asked("double", "Prices in euros, please.", 11)),
  ];
  await garden(namespace);
  const first = await consolidate(service, namespace);
  expect(new Set(first.actions.map(({ step }) => step))).toEqual(new Set(["summarise"]));
  for (const memory of nonEmpty(before)) expect((await read(service, memory)).superseded_by).not.toBeNull();

  const last = await capture(namespace, asked("large", "Please give prices in euros.", 12));
  const second = await consolidate(service, namespace);
  const learned = second.actions.filter(({ step }) => step === "procedures");
  expect(learned).toHaveLength(1);
  const [id = ""] = learned[0]?.result?.made ?? [];
  const procedure = await read(service, { namespace, id });
  expect(procedure).toMatchObject({
    memory_type: "procedural",
    content: expect.stringContaining("prices in euros"),
  });
  expect(procedure.derived_from.map((source) => source.id).toSorted()).toEqual(
    ids([...before, last]).toSorted(),
  );

  const third = await consolidate(service, namespace);
  expect(third.actions.filter(({ step }) => step === "procedures")).toEqual([]);
  await undo(service, namespace, second.id);
  const again = await consolidate(service, namespace, { steps: ["procedures"] });
  expect(again.planned).toBe(1);
});

test("a fact is taken from what was said, also when it is summarised by now; what sums up a session is no episode", async () => {
  const namespace = newNamespace();
  await service.send("PUT", `/v1/namespaces/${namespace}/settings`, { session: { window_messages: 2 } });
  const said = [
    "My booking number is SD-4471-K.",
    "Is there a cot for the booking?",
    "Is there parking with the booking?",
    "Does the booking have breakfast?",
  ];
  const episodes: Memory[] = [];
  for (const [hour, input] of said.entries()) {
    const timestamp = `2024-03-01T1${hour}:00:00Z`;
    episodes.push(
      await capture(namespace, { session_id: "desk", timestamp, input, response: "Thanks, noted." }),
    );
  }
  const all = await until(
    () => listAll(service, namespace),
    (memories) => memories.some(({ derived_from }) => derived_from.length > 0),
  );
  expect(all.length).toBeGreaterThan(said.length);
  await garden(namespace);
  const summarised = await consolidate(service, namespace, { steps: ["summarise"] });
  for (const { id } of nonEmpty(summarised.actions.flatMap(({ sources }) => sources))) {
    expect((await read(service, { namespace, id })).derived_from).toEqual([]);
  }
  expect((await read(service, episodes[0] ?? { namespace, id: "" })).superseded_by).not.toBeNull();

  const run = await consolidate(service, namespace, { steps: ["facts"] });
  expect(run.actions.map(({ sources }) => sources.map((source) => source.id))).toEqual([[episodes[0]?.id]]);
  const [id = ""] = run.actions[0]?.result?.made ?? [];
  expect((await read(service, { namespace, id })).fact).toMatchObject({
    subject: "user",
    predicate: "booking_number",
    object: "SD-4471-K",
  });
});
