import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listAll, newNamespace } from "../support/acts/memories.js";
import { entity } from "../support/acts/facts.js";
import { tempDir } from "../support/run/temp-dir.js";
import { shareService } from "../support/service/service.js";
import { importFrom, importThrice } from "./run.js";

const service = await shareService();
const fixture = (name: string): string => join(import.meta.dirname, "fixtures", name);

test("graphiti: edges are facts with their times, also where their nodes come after them", async () => {
  const file = fixture("graphiti.jsonl");
  const memories = await importThrice(service, "graphiti", file, { made: 7, skipped: 3, failed: 3 });
  const of = (content: string) => memories.find((memory) => memory.content === content);
  expect(of("Mara lives in Graz.")).toMatchObject({
    fact: { subject: "Mara", predicate: "LIVES_IN", object: "Graz" },
    valid_from: "2024-05-01T00:00:00.000Z",
    valid_to: "2026-02-20T00:00:00.000Z",
    timestamp: "2026-01-10T09:00:00.000Z",
    metadata: {
      source_ref: "graphiti/e-1",
      group_id: "shop",
      relation: "LIVES_IN",
      created_at: "2026-01-10T09:00:00.000Z",
      expired_at: "2026-03-01T08:00:00.000Z",
      graphiti: { floor: 2 },
    },
  });
  expect(of("Mara lives in Linz.")).toMatchObject({ valid_from: "2026-02-20T00:00:00.000Z", valid_to: null });
  expect(of("Mara knows somebody.")).toMatchObject({ metadata: { relation: "KNOWS" } });
  expect(of("Mara knows somebody.")).not.toHaveProperty("fact");
  expect(of("Mara left Graz long ago.")).toMatchObject({
    valid_from: "0001-01-01T00:00:00.000Z",
    valid_to: "2019-01-01T00:00:00.000Z",
  });
  expect(of("Mara: Mara runs the depot.")).toMatchObject({
    metadata: { entity: "Mara", graphiti: { age: 41 } },
  });
  expect(memories.find(({ fact }) => fact?.predicate === "is_a")?.fact).toMatchObject({
    subject: "Mara",
    object: "Person",
  });
  expect(of("Mara called about her new flat.")).toMatchObject({
    memory_type: "episodic",
    timestamp: "2026-01-10T08:30:00.000Z",
    metadata: { episode: "call", description: "a phone call" },
  });
  const { facts } = await entity(service, memories[0]?.namespace ?? "", "Mara", {
    valid_at: "2025-01-01T00:00:00Z",
  });
  const homes = facts.filter(({ fact }) => fact?.predicate === "LIVES_IN").map(({ fact }) => fact?.object);
  expect(homes).toEqual(["Graz"]);
});

test("zep: threads are sessions of messages, and what the graph withdrew has ended", async () => {
  // The episode of a message is that message.
  const file = fixture("zep.json");
  const memories = await importThrice(service, "zep", file, { made: 8, skipped: 2, failed: 1 });
  const of = (content: string) => memories.find((memory) => memory.content === content);
  expect(of("User: Where is my parcel?")).toMatchObject({
    session_id: "zep/t-1",
    timestamp: "2026-01-10T09:00:01.000Z",
    metadata: { source_ref: "zep/m-1", user_id: "mara", speaker: "Mara" },
  });
  expect(of("User: An older form.")).toMatchObject({ metadata: { speaker: "Mara" } });
  expect(of("Mara lives in Graz.")).toMatchObject({
    valid_from: "2026-01-10T09:00:00.000Z",
    valid_to: "2026-03-01T08:00:00.000Z",
  });
  expect(of("Graz: A town in Styria.")).toBeDefined();
  expect(of('{"order": 7}')).toMatchObject({ memory_type: "episodic" });
});

test("zep: a page of messages and a list of edges are read as they come", async () => {
  const folder = tempDir();
  const message = { uuid: "m", role: "user", content: "Hello.", created_at: "2026-01-10T09:00:01Z" };
  writeFileSync(join(folder, "thread-7.json"), JSON.stringify({ messages: [message], total_count: 1 }));
  const edge = {
    uuid: "e",
    source_node_uuid: "a",
    target_node_uuid: "b",
    name: "KNOWS",
    fact: "A knows B.",
    target_node_name: "B",
  };
  writeFileSync(join(folder, "edges.json"), JSON.stringify([edge]));
  writeFileSync(join(folder, "nodes.json"), JSON.stringify([{ uuid: "a", name: "A" }]));
  const memories = await importThrice(service, "zep", folder, { made: 2, skipped: 1, failed: 0 });
  expect(memories.map(({ session_id, fact }) => session_id ?? fact?.predicate).toSorted()).toEqual([
    "KNOWS",
    "zep/thread-7",
  ]);
});

test("graphiti: groups are told apart, and --user takes one of them", async () => {
  const node = (uuid: string, name: string, group_id: string) => ({
    uuid,
    name,
    group_id,
    labels: ["Entity"],
  });
  const lives = (uuid: string, from: string, to: string, group_id: string, fact: string) => ({
    uuid,
    source_node_uuid: from,
    target_node_uuid: to,
    name: "LIVES_IN",
    fact,
    group_id,
    valid_at: "2026-01-01T00:00:00Z",
  });
  const file = join(tempDir(), "graph.json");
  const nodes = [
    node("1", "Anna", "a"),
    node("2", "Graz", "a"),
    node("3", "Anna", "b"),
    node("4", "Linz", "b"),
  ];
  const edges = [
    lives("5", "1", "2", "a", "Anna lives in Graz."),
    lives("6", "3", "4", "b", "Anna lives in Linz."),
  ];
  writeFileSync(file, JSON.stringify({ nodes, edges }));
  const into = newNamespace();
  expect(await importFrom(service, "graphiti", file, into, { dryRun: true })).toMatchObject({
    made: 2,
    several_users: true,
  });
  const report = await importFrom(service, "graphiti", file, into, { user: "b" });
  expect(report).toMatchObject({ made: 1, several_users: false });
  expect((await listAll(service, into)).map(({ content }) => content)).toEqual(["Anna lives in Linz."]);
});

test("zep: files of one name in two folders are two threads", async () => {
  const folder = tempDir();
  for (const name of ["one", "two"]) {
    mkdirSync(join(folder, name));
    const message = { role: "user", content: "Hello.", created_at: "2026-01-10T09:00:01Z" };
    writeFileSync(join(folder, name, "messages.json"), JSON.stringify([message]));
  }
  const memories = await importThrice(service, "zep", folder, { made: 2, skipped: 0, failed: 0 });
  expect(memories.map(({ session_id }) => session_id).toSorted()).toEqual([
    "zep/one/messages",
    "zep/two/messages",
  ]);
});

test("hostile records fail alone", async () => {
  const file = join(tempDir(), "hostile.jsonl");
  const edge = (more: object) =>
    JSON.stringify({ uuid: "e", source_node_uuid: "n", target_node_uuid: "n", ...more });
  const lines = [
    edge({ uuid: {}, name: "x".repeat(9000), fact: "Odd." }),
    edge({
      uuid: "d",
      fact: "Deep.",
      attributes: JSON.parse(`{"a":${"[".repeat(60)}${"]".repeat(60)}}`) as object,
    }),
    edge({ uuid: "t", fact: "Times.", valid_at: "9".repeat(70_000), invalid_at: -1, expired_at: {} }),
    `{"uuid":"n","name":"__proto__","labels":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
    `{"__proto__":{"uuid":"p","name":"Proto","summary":"Proto"}}`,
    JSON.stringify({ uuid: "m", thread_id: "t", messages: { 0: {} } }),
    JSON.stringify({ uuid: "s".repeat(100_000), role: "user", content: "\u0000\u001b[2J", created_at: "x" }),
    "\u0000",
  ];
  writeFileSync(file, lines.join("\n"));
  const into = newNamespace();
  const report = await importFrom(service, "zep", file, into);
  expect(report.complete).toBe(true);
  const contents = (await listAll(service, into)).map(({ content }) => content).join("\n");
  expect(contents).toMatch(/Odd\./);
  expect(contents).not.toMatch(/Proto|Deep/);
  expect(await importFrom(service, "zep", file, into)).toMatchObject({ made: 0, seen: report.made });
});
