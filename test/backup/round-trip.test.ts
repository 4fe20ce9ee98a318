import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { contentOf, linesOf, mneme } from "../support/acts/backup.js";
import { memoriesOf, newNamespace, recall, remember } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";

const origin = await useService();
const target = await useService();
const namespace = newNamespace();
const folder = tempFolder();
const file = join(folder, "export.jsonl");
const place = `/v1/namespaces/${namespace}`;

beforeAll(async () => {
  const plain = await remember(origin, namespace, {
    content: "The depot in Graz opens at six.",
    tags: ["depot"],
    metadata: { shelf: { row: 4.235923879920906e-122, open: true, names: ["a", "b"] } },
    importance: 0.9,
    ttl_seconds: 86_400,
  });
  for (const content of ["The depot in Graz opens at seven.", "The depot in Graz opens at eight."]) {
    const revised = await origin.send("PATCH", `${memoriesOf(namespace)}/${plain.id}`, { content });
    expect(revised.status).toBe(200);
  }
  await origin.send("POST", `${memoriesOf(namespace)}/${plain.id}/feedback`, {
    outcome: "confirmed",
    by: "human",
  });
  await remember(origin, namespace, {
    content: "Parcels are weighed twice.",
    derived_from: [{ namespace, id: plain.id, version: 3 }],
  });
  for (const [object, from] of [
    ["Graz", "2020-01-01T00:00:00Z"],
    ["Linz", "2023-01-01T00:00:00Z"],
    ["Wien", "2021-01-01T00:00:00Z"],
  ]) {
    await remember(origin, namespace, {
      fact: { subject: "Ada", predicate: "lives_in", object, cardinality: "one" },
      valid_from: from,
    });
  }
  await origin.send("PUT", `${place}/entities/Ada`, { aliases: ["Ada Lovelace", "A. L."] });
  await origin.send("PUT", `${place}/items/tea`, { content: "Green tea.", metadata: { cups: 2 } });
  await origin.send("PUT", `${place}/settings`, {
    session: { window_messages: 50 },
    predicates: { lives_in: "one" },
  });
  const messages = [
    { role: "user", content: "Where is my parcel?", id: "m1" },
    { role: "assistant", content: null, tool_calls: [{ id: "c1", name: "find", arguments: { parcel: 7 } }] },
    { role: "tool", tool_call_id: "c1", content: { shelf: 12 } },
    { role: "assistant", content: "On shelf 12.", metadata: { mood: "calm" } },
  ];
  const appended = await origin.send("POST", `${place}/sessions/s%2F1/messages`, { messages });
  expect(appended.status).toBe(201);
  await origin.send("POST", `${place}/interactions`, {
    input: "Hello?",
    response: "Good day.",
    session_id: "s/1",
    tool_calls: [{ name: "greet", result: [1, 2.5] }],
  });
  for (const value of [{ n: 1 }, { n: 2, list: [0.1, 1e21, 12_345_678.9] }, { n: 3, list: [] }]) {
    await origin.send("PUT", `${place}/state/counter%7D:x`, { value });
  }
  await origin.send("PUT", `${place}/state/gone`, { value: "soon" });
  await origin.send("DELETE", `${place}/state/gone`);
  await origin.send("PUT", `${place}/state/ends`, { value: 1, ttl_seconds: 5000, sliding: true });
  // A use is on record a moment after the recall.
  await recall(origin, { query: "depot Graz", namespaces: [namespace] });
});

test("an export imported into another store says the same in a second export", async () => {
  const exported = await mneme(origin, ["export", "--out", file, "--namespace", namespace]);
  expect(exported.code, exported.stderr).toBe(0);
  const kinds = new Set(linesOf(file).map(({ kind }) => kind));
  expect([...kinds].toSorted()).toEqual(
    [
      "aliases",
      "erased",
      "manifest",
      "memory",
      "message",
      "moment",
      "session",
      "settings",
      "state",
      "state_version",
      "trailer",
      "version",
    ].toSorted(),
  );
  const imported = await mneme(target, ["import", file]);
  expect(imported.code, imported.stderr).toBe(0);
  const second = join(folder, "second.jsonl");
  const again = await mneme(target, ["export", "--out", second, "--namespace", namespace]);
  expect(again.code, again.stderr).toBe(0);
  expect(contentOf(second)).toEqual(contentOf(file));
});

test("readers of the other store get what readers of the first one get", async () => {
  const listed = (await origin.send("GET", `${memoriesOf(namespace)}?limit=100`)).body as {
    memories: { id: string }[];
  };
  expect(listed.memories.length).toBeGreaterThan(5);
  const paths = [
    `${memoriesOf(namespace)}?limit=100`,
    ...listed.memories.flatMap(({ id }) => [
      `${memoriesOf(namespace)}/${id}`,
      `${memoriesOf(namespace)}/${id}/versions`,
    ]),
    `${place}/entities`,
    `${place}/entities/Ada`,
    `${place}/items/tea`,
    `${place}/settings`,
    `${place}/sessions/s%2F1/messages`,
    `${place}/state/counter%7D:x`,
    `${place}/state/counter%7D:x/history`,
    `${place}/state/gone/history`,
    `${place}/state/ends`,
  ];
  for (const path of paths) {
    const [here, there] = [await origin.send("GET", path), await target.send("GET", path)];
    // What reading prolongs ends at another time.
    expect(fixed(there.body), path).toEqual(fixed(here.body));
  }
  const query = { query: "depot Graz opens", namespaces: [namespace] };
  const [here, there] = [await recall(origin, query), await recall(target, query)];
  expect(there.hits.map(({ memory }) => memory.id)).toEqual(here.hits.map(({ memory }) => memory.id));
});

test("a fact that is written after an import ends the one before it on the timeline", async () => {
  const written = await remember(target, namespace, {
    fact: { subject: "Ada", predicate: "lives_in", object: "Rom", cardinality: "one" },
    valid_from: "2024-01-01T00:00:00Z",
  });
  expect(written.valid_to).toBe(null);
  const { body } = await target.send("GET", `${memoriesOf(namespace)}?limit=100`);
  const { memories } = body as { memories: { fact?: { object: string }; valid_to: string | null }[] };
  const ends = memories.flatMap(({ fact, valid_to }) =>
    fact === undefined ? [] : [[fact.object, valid_to]],
  );
  expect(Object.fromEntries(ends)).toEqual({
    Graz: "2021-01-01T00:00:00.000Z",
    Wien: "2023-01-01T00:00:00.000Z",
    Linz: "2024-01-01T00:00:00.000Z",
    Rom: null,
  });
});

function fixed(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (name, value: unknown) =>
      name === "expires_at" || name === "uses" || name === "trust" ? null : value,
    ),
  );
}
