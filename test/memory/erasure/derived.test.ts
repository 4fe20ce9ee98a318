import { describe, expect, test } from "vitest";
import { consolidate } from "../../support/acts/consolidations.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  embedded,
  listAll,
  newNamespace,
  pathOf,
  post,
  postBatch,
  read,
  recall,
  remember,
  revise,
} from "../../support/acts/memories.js";
import { append, assistant, readSession, sessionPath, user } from "../../support/acts/sessions.js";
import { until, useService } from "../../support/service/service.js";

interface Erased {
  readonly counts: { readonly removed: number; readonly remade: number; readonly kept: number };
  readonly removed: readonly string[];
  readonly remade: readonly string[];
  readonly kept: readonly string[];
  readonly pending: boolean;
}

const service = await useService({ MNEME_EMBEDDER: "local", MNEME_SESSION_WINDOW_MESSAGES: "4" });

const erasedBy = async (path: string): Promise<Erased> =>
  bodyOf<Erased>(await service.send("DELETE", path), 200);

async function quotes(namespace: string, words: string): Promise<string[]> {
  const all = await listAll(service, namespace, { superseded: "any" }).catch(() =>
    listAll(service, namespace),
  );
  const found = await recall(service, { namespaces: [namespace], query: words });
  const memories = [...all, ...found.hits.map(({ memory }) => memory)];
  return [...new Set(memories.filter(({ content }) => content.includes(words)).map(({ id }) => id))];
}

const source = ({ namespace, id, version }: Memory) => ({ namespace, id, version });

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

/** Episodes about a greenhouse, the second one with a code, and their summary. */
async function summarised(
  namespace: string,
): Promise<{ readonly summary: Memory; readonly episodes: readonly Memory[] }> {
  const said = [
    "The greenhouse tomatoes need water every morning. The greenhouse tomatoes are red.",
    "The greenhouse tomatoes need water every morning. The greenhouse tomatoes' code is 5511.",
    "The greenhouse tomatoes need water every morning. The greenhouse tomatoes are green.",
    "The greenhouse tomatoes need water every morning. The greenhouse tomatoes are ripe.",
  ];
  const others = [
    "My passport expires in a year.",
    "The train to Bremen leaves at noon.",
    "Kim plays chess with Lea.",
    "This printer is out of toner.",
  ];
  const results = await postBatch(
    service,
    namespace,
    [...said, ...others].map((content, index) => ({
      content,
      memory_type: "episodic",
      session_id: "g",
      timestamp: `2024-03-01T1${index}:00:00Z`,
    })),
  );
  const all = results.map(({ memory }) => memory).filter((memory) => memory !== undefined);
  for (const each of all) await embedded(service, each);
  await consolidate(service, namespace, { steps: ["summarise"], older_than_seconds: 0 });
  const episodes = all.slice(0, said.length);
  const found = await listAll(service, namespace, { memory_type: "semantic" });
  const summary = found.find(({ derived_from }) => derived_from.some(({ id }) => id === at(episodes, 1).id));
  expect(summary?.derived_from.map(({ id }) => id)).toEqual(episodes.map(({ id }) => id));
  if (summary === undefined) throw new Error("no summary");
  return { summary, episodes };
}

describe("deleting a memory", () => {
  test("deletes what has no other source, through every generation, and says so", async () => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, { content: "My locker code is 5511." });
    const two = await remember(service, namespace, {
      content: "The locker code of the user is 5511.",
      derived_from: [source(one)],
    });
    const three = await remember(service, namespace, {
      content: "Codes are digits: 5511.",
      derived_from: [source(two)],
    });
    const erased = await erasedBy(pathOf(one));
    expect(new Set(erased.removed)).toEqual(new Set([two.id, three.id]));
    expect(erased).toMatchObject({ counts: { removed: 2, remade: 0, kept: 0 }, pending: false });
    expect(await listAll(service, namespace)).toEqual([]);
    const trail = await service.send("GET", `/v1/audit?namespace=${namespace}`);
    expect(trail.text).toContain(three.id);
  });

  test("keeps a memory that a caller wrote from several sources, without the deleted one among them", async () => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, { content: "The lift is slow." });
    const two = await remember(service, namespace, { content: "The lift is loud." });
    const both = await remember(service, namespace, {
      content: "The lift needs care.",
      derived_from: [source(one), source(two)],
    });
    expect(await erasedBy(pathOf(one))).toMatchObject({ removed: [], kept: [both.id] });
    expect((await read(service, both)).derived_from.map(({ id }) => id)).toEqual([two.id]);
    expect(await erasedBy(pathOf(two))).toMatchObject({ removed: [both.id] });
  });

  test("keeps what was derived if it is asked to", async () => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, { content: "The roof leaks." });
    const two = await remember(service, namespace, {
      content: "The roof needs repair.",
      derived_from: [source(one)],
    });
    expect((await service.send("DELETE", `${pathOf(one)}?derived=keep`)).status).toBe(204);
    expect(await read(service, two)).toMatchObject({ content: "The roof needs repair." });
    expect((await service.send("DELETE", `${pathOf(two)}?derived=whatever`)).status).toBe(400);
  });

  test("answers 204 where nothing was derived", async () => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, { content: "The door is green." });
    expect((await service.send("DELETE", pathOf(one))).status).toBe(204);
  });

  test("rebuilds a consolidated summary from the other episodes, without its old versions", async () => {
    const namespace = newNamespace();
    const { summary, episodes } = await summarised(namespace);
    const erased = await erasedBy(pathOf(at(episodes, 1)));
    expect(erased).toMatchObject({ removed: [], remade: [summary.id] });
    expect(await quotes(namespace, "5511")).toEqual([]);
    expect((await read(service, summary)).metadata["consolidation"]).toMatchObject({ sources: 3 });
    const versions = await service.send("GET", `${pathOf(summary)}/versions`);
    expect(versions.text).not.toContain("5511");
  });

  const forged = [
    { consolidation: { step: "summarise", sources: 2 } },
    { consolidation: { step: "merge", sources: 2 } },
    { consolidation: { step: "procedures", sources: 2 } },
    { summary: { incarnation: "1", from: 1, to: 2, sources: [] } },
  ];
  test.each(forged)(
    "keeps a caller's memory whose metadata claims that mneme made it: %j",
    async (metadata) => {
      const namespace = newNamespace();
      const one = await remember(service, namespace, { content: "The lift is slow." });
      const two = await remember(service, namespace, { content: "The lift is loud." });
      const both = await remember(service, namespace, {
        content: "The lift needs care.",
        memory_type: "procedural",
        session_id: "s",
        metadata,
        derived_from: [source(one), source(two)],
      });
      expect(await erasedBy(pathOf(one))).toMatchObject({ removed: [], remade: [], kept: [both.id] });
      expect(await read(service, both)).toMatchObject({ content: "The lift needs care.", version: 1 });
    },
  );

  test("keeps a summary's content that a caller wrote, without what mneme said before it", async () => {
    const namespace = newNamespace();
    const { summary, episodes } = await summarised(namespace);
    const content = "Somebody waters the greenhouse every day.";
    await revise(service, summary, { content });
    // It stays a caller's text, whatever the caller does to its metadata.
    await revise(service, summary, { metadata: { consolidation: { step: "summarise" } } });
    const erased = await erasedBy(pathOf(at(episodes, 1)));
    expect(erased).toMatchObject({ removed: [], remade: [], kept: [summary.id] });
    const now = await read(service, summary);
    expect(now).toMatchObject({ content, version: 3 });
    expect(now.derived_from.map(({ id }) => id)).not.toContain(at(episodes, 1).id);
    const versions = await service.send("GET", `${pathOf(summary)}/versions`);
    expect(versions.text).not.toContain("5511");
    expect(bodyOf<{ versions: unknown[] }>(versions, 200).versions).toHaveLength(2);
  });

  test("rebuilds a summary whose metadata a caller changed", async () => {
    const namespace = newNamespace();
    const { summary, episodes } = await summarised(namespace);
    await revise(service, summary, { metadata: { consolidation: null } });
    const erased = await erasedBy(pathOf(at(episodes, 1)));
    expect(erased).toMatchObject({ removed: [], remade: [summary.id], kept: [] });
    expect(await quotes(namespace, "5511")).toEqual([]);
  });

  test("deletes a summary with one source left, and recall finds that source itself again", async () => {
    const namespace = newNamespace();
    const { summary, episodes } = await summarised(namespace);
    for (const each of episodes.slice(1)) await erasedBy(pathOf(each));
    expect((await service.send("GET", pathOf(summary))).status).toBe(404);
    const left = await listAll(service, namespace);
    expect(left.map(({ id }) => id)).toContain(at(episodes, 0).id);
    expect(await read(service, at(episodes, 0))).toMatchObject({ superseded_by: null });
  });

  test("deletes the facts that a consolidation found in it", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, {
      content: "User: I live in Graz.",
      memory_type: "episodic",
      timestamp: "2024-03-01T10:00:00Z",
      metadata: { user_id: "u-1" },
    });
    await consolidate(service, namespace, { steps: ["facts"], older_than_seconds: 0 });
    const facts = await listAll(service, namespace, { memory_type: "semantic" });
    expect(facts.length).toBeGreaterThan(0);
    expect((await erasedBy(pathOf(first))).removed).toEqual(facts.map(({ id }) => id));
    expect(await listAll(service, namespace)).toEqual([]);
  });

  test("keeps a derived fact that was also written by itself", async () => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, { content: "Ana said that she speaks Danish." });
    const fact = { subject: "Ana", predicate: "speaks", object: "Danish" };
    const derived = await remember(service, namespace, { fact, derived_from: [source(one)] });
    bodyOf(await post(service, namespace, { fact }), 200);
    expect(await erasedBy(pathOf(one))).toMatchObject({ removed: [], kept: [derived.id] });
    expect(await read(service, derived)).toMatchObject({ derived_from: [] });
  });
});

describe("deleting from a session", () => {
  async function promoted(namespace: string): Promise<Memory[]> {
    for (let index = 0; index < 6; index++) {
      await append(
        service,
        namespace,
        "chat",
        user(index === 1 ? "My locker code is 5511, remember it." : `Locker ${index} holds my tools.`),
        assistant(`Noted for locker ${index}.`),
      );
    }
    return until(
      () => listAll(service, namespace),
      (memories) =>
        memories.some(({ metadata }) => metadata["summary"] !== undefined) &&
        memories.some(({ content }) => content.includes("5511") && content.startsWith("User:")),
    );
  }

  test("an episode takes its words out of the stretch's summary and the running summary", async () => {
    const namespace = newNamespace();
    await promoted(namespace);
    for (const memory of await listAll(service, namespace)) {
      if (memory.metadata["session"] === undefined || !memory.content.includes("5511")) continue;
      await service.send("DELETE", pathOf(memory));
    }
    expect(await quotes(namespace, "5511")).toEqual([]);
    expect(JSON.stringify(await readSession(service, namespace, "chat"))).not.toContain("5511");
  });

  test("an episode leaves a stretch's summary of the other turns' statements and only these as its sources", async () => {
    const namespace = newNamespace();
    const said = [
      "My locker code is 5511.",
      ...[1, 2, 3, 4, 5].map((each) => `Locker ${each} holds my tools.`),
    ];
    const messages = said.flatMap((text, index) => [user(text), assistant(`Noted ${index}.`)]);
    await append(service, namespace, "chat", ...messages);
    const memories = await until(
      () => listAll(service, namespace),
      (all) => all.some(({ derived_from }) => derived_from.length > 1),
    );
    const secret = memories.find(
      ({ content, metadata }) => "session" in metadata && content.includes("5511"),
    );
    const summary = memories.find(({ derived_from }) => derived_from.some(({ id }) => id === secret?.id));
    if (secret === undefined || summary === undefined)
      throw new Error("no turn with the code, or no summary");
    expect((await erasedBy(pathOf(secret))).remade).toEqual([summary.id]);
    const now = await read(service, summary);
    const sources = now.derived_from.map(({ id }) => id);
    expect(sources).not.toContain(secret.id);
    expect(now.metadata["summary"]).toMatchObject({ sources });
    expect(now.content).toMatch(/User: Locker \d holds my tools\./);
  });

  test("the session deletes its turns whatever callers did to metadata, and no note of a caller", async () => {
    const namespace = newNamespace();
    const turn = (await promoted(namespace)).find(({ metadata }) => metadata["session"] !== undefined);
    if (turn === undefined) throw new Error("no turn");
    const note = await remember(service, namespace, {
      content: "The locker room smells.",
      session_id: "chat",
      metadata: { session: turn.metadata["session"], summary: turn.metadata["session"] },
    });
    await revise(service, turn, { metadata: { session: null } });
    const { removed } = await erasedBy(sessionPath(namespace, "chat"));
    expect(removed).toContain(turn.id);
    expect(removed).not.toContain(note.id);
    expect(await read(service, note)).toMatchObject({ content: "The locker room smells." });
  });

  test("the session deletes what was promoted from it; asked to, it keeps that", async () => {
    const [gone, kept] = [newNamespace(), newNamespace()];
    await promoted(gone);
    const erased = await erasedBy(sessionPath(gone, "chat"));
    expect(erased.counts.removed).toBeGreaterThan(1);
    await until(
      () => listAll(service, gone),
      (memories) => memories.length === 0,
    );
    await promoted(kept);
    expect((await service.send("DELETE", `${sessionPath(kept, "chat")}?derived=keep`)).status).toBe(204);
    expect((await listAll(service, kept)).length).toBeGreaterThan(0);
  });
});
