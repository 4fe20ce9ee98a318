import { describe, expect, test } from "vitest";
import type { Run } from "../../support/acts/consolidations.js";
import { begin, consolidate, finished, readRun, runsOf, undo } from "../../support/acts/consolidations.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  contents,
  embedded,
  ids,
  listAll,
  newNamespace,
  pathOf,
  post,
  postBatch,
  read,
  recall,
  remember,
} from "../../support/acts/memories.js";
import { setQuota } from "../../support/service/namespaces.js";
import { useService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await useService({ MNEME_EMBEDDER: "local" });

interface OpenApi {
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly requestBody?: { readonly required?: boolean } } }>
  >;
}

const OLD = "2024-03-01T10:00:00Z";

async function write(namespace: string, memories: readonly object[]): Promise<Memory[]> {
  const results = await postBatch(service, namespace, memories);
  return Promise.all(
    results.map(async ({ memory, problem }) => {
      if (memory === undefined) throw new Error(JSON.stringify(problem));
      return embedded(service, memory);
    }),
  );
}

/** Two subjects, in one session. */
function conversation(start = Date.parse(OLD)): object[] {
  const lines = [
    "Ann: The greenhouse needs a new irrigation pump, the old one leaks.",
    "Bob: I booked the ferry to Santorini for the 3rd of May.",
    "Ann: An irrigation pump of 40 litres a minute is enough for the greenhouse.",
    "Bob: The ferry to Santorini leaves Piraeus at 7:25, so we sleep in Athens before.",
    "Ann: I ordered the irrigation pump from Gardena, it comes on Tuesday.",
    "Bob: The hotel in Santorini is called Blue Dome, booking number SD-4471-K.",
    "Ann: The greenhouse pump is installed and doesn't leak.",
    "Bob: On Santorini we rent a car for three days.",
  ];
  return lines.toSorted().map((content, index) => ({
    content,
    memory_type: "episodic",
    session_id: "trip",
    agent_id: "helper",
    tags: ["chat"],
    metadata: { topic: "home", line: index },
    timestamp: new Date(start + index).toISOString(),
  }));
}

describe("merging near-duplicates", () => {
  test("one merged memory supersedes duplicates; they are read by id and as of the past, and come back by undo", async () => {
    const namespace = newNamespace();
    const [one, other, third] = await write(namespace, [
      { content: "The warehouse closes at 18:00 on Fridays.", memory_type: "semantic", importance: 0.2 },
      {
        content: "the warehouse closes at 18:00 on fridays",
        memory_type: "semantic",
        pinned: true,
        importance: 0.9,
      },
      { content: "The warehouse closes at 17:00 on Fridays.", memory_type: "semantic" },
    ]);
    if (one === undefined || other === undefined || third === undefined) throw new Error("not written");
    await recall(service, { query: "warehouse Fridays", namespaces: [namespace], duplicates: "keep" });
    const before = new Date().toISOString();

    const run = await consolidate(service, namespace, { steps: ["merge"] });
    expect(run).toMatchObject({ status: "done", planned: 1, settled: 1, error: null });
    const [action] = run.actions;
    expect(action?.result?.superseded.toSorted()).toEqual(ids([one, other]).toSorted());
    const [id = ""] = action?.result?.made ?? [];
    const merged = await read(service, { namespace, id });
    expect(merged).toMatchObject({
      pinned: true,
      importance: 0.9,
      memory_type: "semantic",
      superseded_at: null,
    });
    expect(merged.derived_from.map((source) => source.id).toSorted()).toEqual(ids([one, other]).toSorted());
    // What they were used for counts for it.
    expect(merged.expiry?.uses).toBe(2);
    expect(merged.metadata).toMatchObject({
      consolidation: { run: run.id, step: "merge", method: "deterministic" },
    });

    const behind = await listAll(service, namespace, { superseded: "true" });
    expect(ids(behind).toSorted()).toEqual(ids([one, other]).toSorted());
    // 17:00 contradicts 18:00: both stay, apart.
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual([third.id, id].toSorted());
    expect(await read(service, one)).toMatchObject({ superseded_by: id, content: one.content });
    const past = await recall(service, {
      query: "warehouse Fridays",
      namespaces: [namespace],
      as_of: before,
      duplicates: "keep",
    });
    expect(ids(past.hits.map(({ memory }) => memory)).toSorted()).toEqual(
      ids([one, other, third]).toSorted(),
    );
    const now = await recall(service, { query: "warehouse Fridays", namespaces: [namespace] });
    expect(ids(now.hits.map(({ memory }) => memory)).toSorted()).toEqual([third.id, id].toSorted());

    expect((await service.send("PATCH", pathOf(one), { importance: 1 })).status).toBe(409);

    const undone = await undo(service, namespace, run.id);
    expect(undone).toMatchObject({ status: "undone", settled: 0 });
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids([one, other, third]).toSorted());
    expect((await service.send("GET", pathOf(merged))).status).toBe(404);
    expect(await read(service, one)).toMatchObject({ superseded_by: null, superseded_at: null });
    const back = bodyOf<Memory>(await post(service, namespace, { content: one.content }), 200);
    expect(back.id).toBe(one.id);
  });
});

describe("what only sounds alike", () => {
  test("is never merged: other names, numbers, denials, agents or metadata", async () => {
    const namespace = newNamespace();
    await write(
      namespace,
      [
        { content: "Ann prefers green tea in the morning." },
        { content: "Bob prefers green tea in the morning." },
        { content: "Ann doesn't prefer green tea in the morning." },
        { content: "Ann prefers 2 cups of green tea in the morning." },
        { content: "Ann prefers green tea in the morning", agent_id: "kitchen" },
        { content: "ann prefers green tea in the morning", metadata: { diet: "strict" } },
      ].map(({ content, agent_id, metadata }) => ({ memory_type: "semantic", content, agent_id, metadata })),
    );
    expect(await consolidate(service, namespace, { steps: ["merge"] })).toMatchObject({
      status: "done",
      planned: 0,
    });
    expect((await listAll(service, namespace)).length).toBe(6);
  });

  test("is never merged: what lies close by its vectors, and says something else", async () => {
    const namespace = newNamespace();
    const said = [
      ["The server is up.", "The server is down."],
      ["The invoice is due before Friday.", "The invoice is due after Friday."],
      ["The parcel goes from Kim to Lee.", "The parcel goes from Lee to Kim."],
      ["Kim is taller than Lee.", "Lee is taller than Kim."],
      ["The offset is 5.", "The offset is -5."],
      ["The driver is written in C.", "The driver is written in C++.", "The driver is written in C#."],
      ["Entry costs 5 €.", "Entry costs 5 $."],
      ["Only admins can delete users.", "Admins can delete only users."],
      ["The shop opened.", "The shop opens."],
      ["Is the shop open?", "The shop is open."],
    ].flat();
    const one = { memory_type: "semantic" };
    await write(
      namespace,
      said.map((content) => ({ ...one, content })),
    );
    const options = { steps: ["merge"] };
    expect(await consolidate(service, namespace, options)).toMatchObject({ status: "done", planned: 0 });
    expect((await listAll(service, namespace)).map(({ content }) => content).toSorted()).toEqual(
      said.toSorted(),
    );
    // The same words are, also of an earlier run.
    await write(namespace, [{ ...one, content: "the server is down" }]);
    const run = await consolidate(service, namespace, options);
    expect(run.actions.map(({ sources, result }) => [sources.length, result?.status])).toEqual([[2, "done"]]);
  });
});

describe("summarising old episodes", () => {
  test("clusters become semantic memories that link to all their sources and are shorter than they", async () => {
    const namespace = newNamespace();
    const episodes = await write(namespace, conversation());
    const planned = await consolidate(service, namespace, { steps: ["summarise"], dry_run: true });
    expect(planned).toMatchObject({ status: "planned", settled: 0 });
    expect(planned.actions.length).toBeGreaterThan(0);
    expect(nonEmpty(planned.actions).every(({ writes }) => (writes?.[0]?.content ?? "") !== "")).toBe(true);
    expect((await listAll(service, namespace)).map(({ version }) => version)).toEqual(episodes.map(() => 1));

    const run = await consolidate(service, namespace, { steps: ["summarise"] });
    expect(run.status).toBe("done");
    const all = await listAll(service, namespace);
    const summaries = all.filter(({ memory_type }) => memory_type === "semantic");
    expect(summaries.length).toBeGreaterThan(0);
    for (const summary of nonEmpty(summaries)) {
      const sources = episodes.filter(({ id }) => summary.derived_from.some((source) => source.id === id));
      expect(summary.content.length).toBeLessThan(sources.map(({ content }) => content).join("\n").length);
      for (const line of nonEmpty(summary.content.split("\n"))) {
        const text = line.replace(/^\w+: /, "");
        expect(
          sources.some(({ content }) => content.includes(text)),
          line,
        ).toBe(true);
      }
      expect(summary).toMatchObject({ session_id: "trip", agent_id: "helper", tags: ["chat"] });
      expect(summary.metadata).toMatchObject({ topic: "home" });
      expect(summary.metadata).not.toHaveProperty("line");
      expect(summary.trust).toBeLessThanOrEqual(Math.min(...sources.map(({ trust }) => trust)));
    }
    // Nothing is lost: each episode is still one, or has somebody who stands for it.
    const standing = new Set([
      ...ids(all),
      ...summaries.flatMap((each) => each.derived_from.map(({ id }) => id)),
    ]);
    expect(episodes.filter(({ id }) => !standing.has(id))).toEqual([]);

    // What was found can be read: in the summary, or in the episode itself. A filter on episodes gets the episode.
    for (const { id, content } of nonEmpty(episodes)) {
      const booked = { query: content, namespaces: [namespace], limit: 1 };
      const [hit] = (await recall(service, booked)).hits;
      if (hit?.memory.id !== id)
        expect([hit?.via, hit?.memory.content.split("\n")]).toEqual([id, expect.arrayContaining([content])]);
      const [episode] = (await recall(service, { ...booked, memory_types: ["episodic"] })).hits;
      expect(episode?.memory.id).toBe(id);
    }
    const everywhere = (await recall(service, { query: "SD-4471-K", namespaces: [namespace], limit: 50 }))
      .hits;
    expect(new Set(everywhere.map(({ memory }) => memory.id)).size).toBe(everywhere.length);

    const undone = await undo(service, namespace, run.id);
    expect(undone.status).toBe("undone");
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids(episodes).toSorted());
    const found = await recall(service, { query: "SD-4471-K", namespaces: [namespace] });
    expect(contents(found)[0]).toContain("SD-4471-K");
  });

  test("young episodes, items and other namespaces stay as they are", async () => {
    const [namespace, other] = [newNamespace(), newNamespace()];
    const old = conversation();
    const young = conversation(Date.now());
    await write(other, old);
    const kept = await write(namespace, young);
    const run = await consolidate(service, namespace, { steps: ["summarise", "expire"] });
    expect(run).toMatchObject({ status: "done", planned: 0 });
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids(kept).toSorted());
    expect((await listAll(service, other)).length).toBe(old.length);
  });
});

describe("expiring unread memories", () => {
  test("what was used, pinned, important, confirmed or a fact stays; the rest leaves recall and gets an end", async () => {
    const namespace = newNamespace();
    const [unread, used, pinned, important, confirmed, fact] = await write(namespace, [
      { content: "The spare key of the shed hangs behind the door", memory_type: "semantic" },
      { content: "Quarterly figures are due on the tenth", memory_type: "semantic" },
      { content: "The alarm code is kept in the vault", memory_type: "semantic", pinned: true },
      { content: "The insurance number stands on the contract", memory_type: "semantic", importance: 0.8 },
      { content: "The van is parked in the yard", memory_type: "semantic" },
      { memory_type: "semantic", fact: { subject: "Ann", predicate: "lives_in", object: "Graz" } },
    ]);
    if (unread === undefined || used === undefined || confirmed === undefined) throw new Error("not written");
    await recall(service, { query: "quarterly figures", namespaces: [namespace], limit: 1 });
    await service.send("POST", `${pathOf(confirmed)}/feedback`, { outcome: "confirmed", by: "agent" });
    const run = await consolidate(service, namespace, { steps: ["expire"], unread_seconds: 0 });
    expect(run.actions.flatMap(({ result }) => result?.superseded ?? [])).toEqual([unread.id]);
    const gone = await read(service, unread);
    expect(gone.expires_at).not.toBeNull();
    const left = ids(await listAll(service, namespace));
    expect(left.toSorted()).toEqual(
      ids([used, pinned, important, confirmed, fact].filter((each) => each !== undefined)).toSorted(),
    );
    // A policy forgets what recall has forgotten.
    const policy = { policy: { max_age: 0 }, dry_run: true };
    const forgotten = await service.send("POST", `/v1/namespaces/${namespace}/forget`, policy);
    expect(bodyOf<{ ids: string[] }>(forgotten, 200).ids).toContain(unread.id);
    await undo(service, namespace, run.id);
    expect(await read(service, unread)).toMatchObject({ expires_at: null, superseded_at: null });
    expect((await listAll(service, namespace)).length).toBe(6);
  });
});

describe("runs", () => {
  test("there is one at a time, it can be read and listed, and undone once", async () => {
    const namespace = newNamespace();
    await write(namespace, conversation());
    const answers = await Promise.all(Array.from({ length: 8 }, () => begin(service, namespace)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      202,
      ...Array.from({ length: 7 }, () => 409),
    ]);
    const begun = answers.find(({ status }) => status === 202);
    if (begun === undefined) throw new Error("none has begun");
    const { id } = bodyOf<{ id: string }>(begun, 202);
    expect(begun.headers.get("location")).toBe(`${runsOf(namespace)}/${id}`);
    await finished(service, namespace, id);
    await undo(service, namespace, id);
    const again = await service.send("POST", `${runsOf(namespace)}/${id}/undo`);
    expect(again).toMatchObject({ status: 409, body: { code: "consolidation_unfit" } });
    const dry = await consolidate(service, namespace, { dry_run: true });
    expect((await service.send("POST", `${runsOf(namespace)}/${dry.id}/undo`)).status).toBe(409);
    const list = bodyOf<{ consolidations: { id: string }[] }>(
      await service.send("GET", runsOf(namespace)),
      200,
    );
    expect(list.consolidations.map((run) => run.id)).toEqual([dry.id, id]);
    expect((await service.send("GET", `${runsOf(newNamespace())}/${id}`)).status).toBe(404);
    expect((await service.send("POST", `${runsOf(newNamespace())}/${id}/undo`)).status).toBe(404);
  });

  test("an undo leaves what another run has superseded since, and is on record with what came back", async () => {
    const namespace = newNamespace();
    const written = await write(namespace, conversation());
    const first = await consolidate(service, namespace, { steps: ["summarise"] });
    const made = (run: Run) => run.actions.flatMap(({ result }) => result?.made ?? []);
    for (const id of nonEmpty(made(first)))
      expect((await service.send("DELETE", pathOf({ namespace, id }))).status).toBeLessThan(300);
    const second = await consolidate(service, namespace, { steps: ["summarise"] });
    const current = async () =>
      Promise.all(written.map(async (memory) => (await read(service, memory)).superseded_by));
    const before = await current();
    expect(new Set(before.filter((id) => id !== null))).toEqual(new Set(nonEmpty(made(second))));
    await undo(service, namespace, first.id);
    expect(await current()).toEqual(before);

    await undo(service, namespace, second.id);
    expect(await current()).toEqual(written.map(() => null));
    const page = await service.send(
      "GET",
      `/v1/audit?namespace=${namespace}&verb=consolidation.undo&outcome=reinstated`,
    );
    const { entries } = bodyOf<{ entries: { ids: string[] }[] }>(page, 200);
    const named = entries.flatMap((entry) => entry.ids);
    expect(new Set(named)).toEqual(new Set(second.actions.flatMap(({ result }) => result?.superseded ?? [])));
  });

  test("without a body, one has all defaults, as the document says", async () => {
    const namespace = newNamespace();
    const answer = await fetch(`${service.url}${runsOf(namespace)}`, { method: "POST" });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { id: string };
    const run = await finished(service, namespace, id);
    const same = await consolidate(service, namespace, {});
    expect(run).toMatchObject({ status: "done", options: same.options });
    const document = bodyOf<OpenApi>(await service.send("GET", "/openapi.json"), 200);
    const path = document.paths["/v1/namespaces/{ns}/consolidations"];
    expect(path?.post?.requestBody?.required ?? false).toBe(false);
  });

  test("where there is no room for what it would make, its sources stay as they are, until there is", async () => {
    const namespace = newNamespace();
    const written = await write(namespace, conversation());
    await setQuota(service, namespace, { memories: written.length });
    const full = await consolidate(service, namespace, { steps: ["summarise"] });
    expect(full.status).toBe("done");
    expect(full.actions.map(({ result }) => result?.reason)).toEqual(full.actions.map(() => "quota"));
    expect(ids(await listAll(service, namespace)).toSorted()).toEqual(ids(written).toSorted());
    await setQuota(service, namespace, { memories: 100 });
    const run = await consolidate(service, namespace, { steps: ["summarise"] });
    expect(run.actions.map(({ result }) => result?.status)).toEqual(full.actions.map(() => "done"));
  });

  test("what an earlier run had no room for is done by a later one, once", async () => {
    const namespace = newNamespace();
    const steps = ["merge", "facts"];
    const written = await write(namespace, [
      { content: "Deliveries come on Mondays.", memory_type: "semantic" },
      { content: "deliveries come on mondays", memory_type: "semantic" },
      { content: "Ann: I live in Graz.", memory_type: "episodic" },
    ]);
    await setQuota(service, namespace, { memories: written.length });
    for (let run = 0; run < 2; run++) {
      const full = await consolidate(service, namespace, { steps });
      expect(full.actions.map(({ step, result }) => [step, result?.reason])).toEqual([
        ["merge", "quota"],
        ["facts", "quota"],
      ]);
    }
    // What the run doesn't look at is left for one that does.
    await setQuota(service, namespace, { memories: 100 });
    expect(await consolidate(service, namespace, { steps: ["merge"] })).toMatchObject({ planned: 1 });
    const run = await consolidate(service, namespace, { steps });
    expect(run.actions.map(({ step, result }) => [step, result?.status])).toEqual([["facts", "done"]]);
    expect(await consolidate(service, namespace, { steps })).toMatchObject({ planned: 0 });
  });

  test("what was changed since it was planned, or made and then changed, is left alone", async () => {
    const namespace = newNamespace();
    await write(namespace, [
      { content: "Deliveries come on Mondays.", memory_type: "semantic" },
      { content: "deliveries come on mondays", memory_type: "semantic" },
    ]);
    const run = await consolidate(service, namespace, { steps: ["merge"] });
    const [id = ""] = run.actions[0]?.result?.made ?? [];
    await service.send("PATCH", pathOf({ namespace, id }), { content: "Deliveries come on Tuesdays now." });
    const undone = await undo(service, namespace, run.id);
    expect(undone.actions[0]?.result).toMatchObject({ status: "undone", kept: [id] });
    expect((await listAll(service, namespace)).length).toBe(3);
    await readRun(service, namespace, run.id);
    await remember(service, namespace, { content: "Deliveries come on Mondays, often late." });
  });
});
