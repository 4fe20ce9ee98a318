import { expect, test } from "vitest";
import { consolidate } from "../../support/acts/consolidations.js";
import type { Memory } from "../../support/acts/memories.js";
import { listAll, newNamespace, postBatch, read } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await shareService();

const HOUR = 3600;

async function write(namespace: string, memories: readonly object[]): Promise<Memory[]> {
  const results = await postBatch(service, namespace, memories);
  return results.map(({ memory, problem }) => {
    if (memory === undefined) throw new Error(JSON.stringify(problem));
    return memory;
  });
}

/** When each lives until, those that never end left out. */
const ends = (memories: readonly Memory[]) =>
  memories.flatMap(({ expires_at }) => (expires_at === null ? [] : [Date.parse(expires_at)]));

test.for([
  ["the longer of two", [{ ttl_seconds: HOUR }, { ttl_seconds: 2 * HOUR }], "ttl"],
  ["none, where one has none", [{ ttl_seconds: HOUR }, {}], "never"],
  ["none, where one is for ever", [{ ttl_seconds: HOUR }, { ttl_seconds: null }], "never"],
  ["none, while it is pinned", [{ ttl_seconds: HOUR }, { ttl_seconds: HOUR, pinned: true }], "pinned"],
] as const)("of the same said twice, the end is %s", async ([, lives, reason]) => {
  const namespace = newNamespace();
  const texts = ["Deliveries come on Mondays.", "deliveries come on mondays"];
  const sources = await write(
    namespace,
    lives.map((life, index) => ({ content: texts[index], memory_type: "semantic", ...life })),
  );
  const run = await consolidate(service, namespace, { steps: ["merge"] });
  const merged = await read(service, { namespace, id: run.actions[0]?.result?.made[0] ?? "" });
  const latest = reason === "ttl" ? new Date(Math.max(...ends(sources))).toISOString() : null;
  expect([merged.expires_at, merged.expiry?.reason]).toEqual([latest, reason]);
});

test("summaries, facts and procedures end with the first of their sources, by its writer's word", async () => {
  const namespace = newNamespace();
  const lines = [
    "Ann: The irrigation pump of the greenhouse leaks.",
    "Ann: The ferry to Santorini leaves Piraeus at 7:25.",
    "Ann: A new irrigation pump for the greenhouse is ordered.",
    "Ann: I booked the ferry from Piraeus to Santorini.",
    "Ann: The irrigation pump of the greenhouse is installed.",
    "Ann: The ferry to Santorini is late, so we stay in Piraeus.",
    "Ann: I live in Graz.",
  ];
  const episode = { memory_type: "episodic", session_id: "s", timestamp: "2024-03-01T10:00:00Z" };
  const short = await write(
    namespace,
    // What is kept for ever has no end to give.
    lines.map((content, index) =>
      Object.assign({ content, ttl_seconds: HOUR * (index + 1), pinned: index === 6 }, episode),
    ),
  );
  const ending = short.filter(({ expires_at }) => expires_at !== null);
  await write(
    namespace,
    lines.map((line) => Object.assign({ content: line.replace("Ann", "Bob") }, episode)),
  );
  const run = await consolidate(service, namespace, { steps: ["summarise", "facts"] });
  const made = (await listAll(service, namespace)).filter(({ memory_type }) => memory_type === "semantic");
  expect(new Set(made.map(({ fact }) => (fact ?? null) !== null))).toEqual(new Set([true, false]));
  expect(nonEmpty(run.actions).every(({ result }) => result?.status === "done")).toBe(true);
  for (const { derived_from, expires_at, pinned, expiry } of await Promise.all(
    made.map(({ id }) => read(service, { namespace, id })),
  )) {
    const told = ending.filter(({ id }) => derived_from.some((source) => source.id === id));
    const first = ends(told).toSorted((one, other) => one - other)[0];
    expect(told.length === 0 || told.length === derived_from.length).toBe(true);
    expect(expires_at).toBe(first === undefined ? null : new Date(first).toISOString());
    expect(expiry?.reason).toBe(first !== undefined ? "ttl" : pinned ? "pinned" : "never");
  }
});
