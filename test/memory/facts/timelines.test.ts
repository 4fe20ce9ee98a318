import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { day, entity, factBody, tell } from "../../support/acts/facts.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  listAll,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  read,
  revise,
} from "../../support/acts/memories.js";
import { ModelTimeline } from "../../support/acts/model-timeline.js";
import { runs } from "../../support/run/long.js";
import { putSettings, usage } from "../../support/service/namespaces.js";
import { until, useService } from "../../support/service/service.js";

// Other tests run at the same time: a command may take longer than usual.
const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000" });

const ONE = { cardinality: "one" };
const lives = (place: string) => ["Mara", "lives_in", place] as const;

async function validities(namespace: string): Promise<Record<string, [string | null, string | null]>> {
  const all = await listAll(service, namespace, { fact_predicate: "lives_in" });
  return Object.fromEntries(
    all.map(({ fact, valid_from, valid_to }) => [fact?.object ?? "", [valid_from, valid_to]]),
  );
}

describe("a fact", () => {
  test("says what it says in words, and since when", async () => {
    const namespace = newNamespace();
    const memory = await tell(service, namespace, lives("Graz"), { confidence: 0.8, valid_from: day(3) });
    expect(memory).toMatchObject({
      content: "Mara lives in Graz",
      memory_type: "semantic",
      valid_from: day(3),
      valid_to: null,
      fact: {
        subject: "Mara",
        predicate: "lives_in",
        object: "Graz",
        confidence: 0.8,
        cardinality: "many",
        contradicts: [],
      },
    });
    expect(await read(service, memory)).toMatchObject(memory);
    const worded = bodyOf<Memory>(
      await post(service, namespace, {
        content: "She moved to Linz.",
        timestamp: day(9),
        ...factBody(lives("Linz")),
      }),
      201,
    );
    expect(worded).toMatchObject({ content: "She moved to Linz.", valid_from: day(9) });
  });

  test.each([
    ["content", { memory_type: "semantic" }],
    ["fact", { ...factBody(lives("Graz")), memory_type: "episodic" }],
    ["fact.subject", factBody(["\u00a0 ", "is", "x"])],
    ["fact.object", factBody(["x", "is", "x".repeat(257)])],
    ["fact.confidence", factBody(lives("Graz"), { confidence: 1.1 })],
    ["fact.cardinality", factBody(lives("Graz"), { cardinality: "two" })],
    ["fact.colour", factBody(lives("Graz"), { colour: "red" })],
    ["valid_to", factBody(lives("Graz"), { valid_from: day(2), valid_to: day(2) })],
    ["fact", { ...factBody(lives("Graz"), { valid_from: day(2) }), valid_from: day(2) }],
  ])("with a wrong %s is refused, and that is named", async (field, body) => {
    const answer = await service.send("POST", memoriesOf(newNamespace()), body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  test("of cardinality many is seen again where it says the same; others stand beside it", async () => {
    const namespace = newNamespace();
    const first = await tell(service, namespace, ["Mara", "speaks", "Slovene"]);
    const again = await post(service, namespace, factBody([" MARA ", "Speaks", "slovene"]));
    expect(again).toMatchObject({ status: 200, body: { id: first.id, seen_count: 2 } });
    const other = await tell(service, namespace, ["Mara", "speaks", "German"]);
    const dated = await tell(service, namespace, ["Mara", "speaks", "Slovene"], { valid_from: day(1) });
    expect(new Set([first.id, other.id, dated.id]).size).toBe(3);
    const everywhere = await service.send(
      "GET",
      `/v1/list?namespace=${namespace}&fact_subject=mara&fact_object=GERMAN`,
    );
    expect(everywhere).toMatchObject({ status: 200, body: { memories: [{ id: other.id }] } });
    for (const memory of [first, other, dated]) {
      expect(await read(service, memory)).toMatchObject({ valid_to: null, version: 1 });
    }
  });
});

describe("a fact of cardinality one", () => {
  test("closes the one before it as a new version of that; as of then it was open", async () => {
    const namespace = newNamespace();
    const graz = await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
    await sleep(3);
    const before = new Date().toISOString();
    await sleep(3);
    const linz = await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(5) });
    expect(await read(service, graz)).toMatchObject({ valid_to: day(5), version: 2 });
    expect(await read(service, linz)).toMatchObject({ valid_to: null, version: 1 });
    const then = await service.send("GET", `${pathOf(graz)}?as_of=${before}`);
    expect(then.body).toMatchObject({ valid_to: null, version: 1 });
    const versions = bodyOf<{ versions: Memory[] }>(
      await service.send("GET", `${pathOf(graz)}/versions`),
      200,
    ).versions;
    expect(versions.map(({ valid_to, superseded_at }) => [valid_to, superseded_at])).toEqual([
      [day(5), null],
      [null, linz.recorded_at],
    ]);
  });

  test("that comes late is closed by the one after it", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(5) });
    const graz = await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
    expect(graz.valid_to).toBe(day(5));
    await tell(service, namespace, lives("Wien"), { ...ONE, valid_from: day(3), valid_to: day(4) });
    expect(await validities(namespace)).toEqual({
      Graz: [day(1), day(3)],
      Wien: [day(3), day(4)],
      Linz: [day(5), null],
    });
  });

  test("written again is seen again; written again after another fact, it holds again", async () => {
    const namespace = newNamespace();
    const graz = await tell(service, namespace, lives("Graz"), ONE);
    const again = await post(service, namespace, factBody(lives("GRAZ"), ONE));
    expect(again).toMatchObject({ status: 200, body: { id: graz.id, seen_count: 2 } });
    await tell(service, namespace, lives("Linz"), ONE);
    const back = await tell(service, namespace, lives("Graz"), ONE);
    expect(back.id).not.toBe(graz.id);
    const all = await listAll(service, namespace, { order: "asc" });
    expect(all.map(({ fact, valid_to }) => [fact?.object, valid_to === null])).toEqual([
      ["Graz", false],
      ["Linz", false],
      ["Graz", true],
    ]);
  });

  test("for the same time as another is kept, both are flagged; a later one decides", async () => {
    const namespace = newNamespace();
    const graz = await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
    const linz = await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(1) });
    expect(linz.fact?.contradicts).toEqual([graz.id]);
    expect((await read(service, graz)).fact?.contradicts).toEqual([linz.id]);
    expect(await read(service, graz)).toMatchObject({ version: 1, valid_to: null });
    expect((await revise(service, graz, { fact: { confidence: 0.2 } })).fact).toEqual({
      ...graz.fact,
      confidence: 0.2,
      contradicts: [linz.id],
    });
    const decided = await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(4) });
    expect(decided.id).not.toBe(linz.id);
    expect(await read(service, graz)).toMatchObject({ valid_to: day(4) });
    expect(await read(service, linz)).toMatchObject({ valid_to: day(4) });
    await service.send("DELETE", pathOf(graz));
    expect((await read(service, linz)).fact?.contradicts).toEqual([]);
  });

  test("is refused where 64 contradict it already", async () => {
    const namespace = newNamespace();
    const told = Array.from({ length: 65 }, (_, index) =>
      factBody(lives(`place ${index}`), { ...ONE, valid_from: day(1) }),
    );
    const answer = await service.send("POST", `${memoriesOf(namespace)}/batch`, { memories: told });
    const { results } = bodyOf<{ results: { status: number }[] }>(answer, 200);
    expect(results.map(({ status }) => status)).toEqual([...told.slice(1).map(() => 201), 409]);
    const last = await post(service, namespace, told.at(-1) ?? {});
    expect(last).toMatchObject({ status: 409, body: { code: "too_many_contradictions" } });
  });

  test("leaves no trace on its timeline when it is deleted: what it closed holds again", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1), valid_to: day(8) });
    const wien = await tell(service, namespace, lives("Wien"), { ...ONE, valid_from: day(3) });
    await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(5) });
    await service.send("DELETE", pathOf(wien));
    expect(await validities(namespace)).toEqual({ Graz: [day(1), day(5)], Linz: [day(5), null] });
    for (const memory of await listAll(service, namespace)) await service.send("DELETE", pathOf(memory));
    expect(await usage(service, namespace)).toMatchObject({ memories: 0, bytes: 0 });
  });

  test("can be ended, not beyond the next one; its beginning stays", async () => {
    const namespace = newNamespace();
    const graz = await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
    await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(5) });
    expect(await revise(service, graz, { valid_to: day(3) })).toMatchObject({ valid_to: day(3) });
    expect(await revise(service, graz, { valid_to: null })).toMatchObject({ valid_to: day(5) });
    expect(await read(service, graz)).toMatchObject({ valid_to: day(5), version: 4 });
    const moved = await service.send("PATCH", pathOf(graz), { valid_from: day(2) });
    expect(moved).toMatchObject({
      status: 409,
      body: { code: "immutable_memory", errors: [{ field: "valid_from" }] },
    });
    const restored = await service.send("POST", `${pathOf(graz)}/restore`, { version: 1 });
    expect(restored).toMatchObject({ status: 200, body: { valid_to: day(5) } });
  });

  test("that has expired closes nothing any more, and what it closed stays closed", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
    const wien = bodyOf<Memory>(
      await post(service, namespace, {
        ...factBody(lives("Wien"), { ...ONE, valid_from: day(3) }),
        ttl_seconds: 1,
      }),
      201,
    );
    await sleep(1100);
    expect(await service.send("GET", pathOf(wien))).toMatchObject({ status: 404 });
    const early = await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(2) });
    expect(early.valid_to).toBeNull();
    expect(await validities(namespace)).toEqual({ Graz: [day(1), day(2)], Linz: [day(2), null] });
  });

  test("is one by the namespace's settings, whatever the predicate's case; its own word goes first", async () => {
    const namespace = newNamespace();
    const set = await putSettings(service, namespace, { predicates: { Lives_In: "one" } });
    expect(set).toMatchObject({ status: 200, body: { predicates: { lives_in: "one" } } });
    const graz = await tell(service, namespace, lives("Graz"));
    expect(graz.fact?.cardinality).toBe("one");
    const linz = await tell(service, namespace, ["mara", "LIVES_IN", "Linz"]);
    expect(await read(service, graz)).toMatchObject({ valid_to: linz.valid_from });
    await tell(service, namespace, lives("Wien"), { cardinality: "many" });
    expect(await read(service, linz)).toMatchObject({ valid_to: null });
  });

  test("written by 32 clients at once, one fact is open and each other ends where the next begins", async () => {
    const namespace = newNamespace();
    const told = await Promise.all(
      Array.from({ length: 32 }, (_, index) => tell(service, namespace, lives(`place ${index}`), ONE)),
    );
    const all = await listAll(service, namespace);
    expect(all).toHaveLength(32);
    expect(new Set(told.map(({ id }) => id)).size).toBe(32);
    const line = all.toSorted((a, b) => Date.parse(a.valid_from ?? "") - Date.parse(b.valid_from ?? ""));
    expect(line.map(({ valid_to }) => valid_to)).toEqual([
      ...line.slice(1).map(({ valid_from }) => valid_from),
      null,
    ]);
    expect(new Set(line.map(({ valid_from }) => valid_from)).size).toBe(32);
    expect(line.flatMap(({ fact }) => fact?.contradicts)).toEqual([]);
  });
});

const step = fc.record({
  object: fc.constantFrom("a", "b", "c", "d"),
  from: fc.integer({ min: 1, max: 12 }),
  lasts: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 3 }),
  remove: fc.integer({ min: 0, max: 9 }),
});

test("a timeline equals a plain model after any sequence of writes and deletions", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const namespace = newNamespace();
      const model = new ModelTimeline();
      for (const { object, from, lasts, remove } of steps) {
        const to = lasts === undefined ? undefined : from + lasts;
        const memory = await tell(service, namespace, ["s", "p", object], {
          ...ONE,
          valid_from: day(from),
          ...(to === undefined ? {} : { valid_to: day(to) }),
        });
        expect(model.tell(memory.id, object, from, to)).toBe(memory.id);
        const known = [...model.facts.keys()];
        const victim = remove < 3 ? known[(remove * 7 + from) % known.length] : undefined;
        if (victim !== undefined) {
          await service.send("DELETE", pathOf({ namespace, id: victim }));
          model.remove(victim);
        }
      }
      const all = await listAll(service, namespace);
      const actual = all.map(({ id, valid_from, valid_to, fact }) => [
        id,
        valid_from,
        valid_to,
        fact?.contradicts.toSorted(),
      ]);
      const expected = [...model.facts].map(([id, { from, to }]) => [
        id,
        day(from),
        to === undefined ? null : day(to),
        model.contradictions(id).toSorted(),
      ]);
      const byId = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
      expect(actual.toSorted(byId)).toEqual(expected.toSorted(byId));
    }),
    { numRuns: runs(60) },
  );
});

test("a timeline at any time of both kinds is what it was after the last act before", async () => {
  const instant = fc.record({ asOf: fc.nat(), validAt: fc.integer({ min: 0, max: 20 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 10 }),
      fc.array(instant, { minLength: 10, maxLength: 10 }),
      async (steps, instants) => {
        const namespace = newNamespace();
        const model = new ModelTimeline();
        const history: { readonly at: string; readonly facts: ReturnType<ModelTimeline["snapshot"]> }[] = [];
        const note = async (): Promise<void> => {
          // In between, so that no act has the time that is asked for.
          await sleep(2);
          history.push({ at: new Date().toISOString(), facts: model.snapshot() });
          await sleep(2);
        };
        for (const { object, from, lasts, remove } of steps) {
          const to = lasts === undefined ? undefined : from + lasts;
          const ends = to === undefined ? {} : { valid_to: day(to) };
          const fact = { ...ONE, valid_from: day(from), ...ends };
          const { id } = await tell(service, namespace, ["s", "p", object], fact);
          model.tell(id, object, from, to);
          await note();
          const victim = remove < 3 ? [...model.facts.keys()][remove] : undefined;
          if (victim === undefined) continue;
          await service.send("DELETE", pathOf({ namespace, id: victim }));
          model.remove(victim);
          await note();
        }
        // What was deleted is gone from every time.
        const kept = new Set(model.facts.keys());
        for (const { asOf, validAt } of kept.size === 0 ? [] : instants) {
          const { at, facts } = history[asOf % history.length] ?? { at: "", facts: new Map() };
          const wanted = [...facts].filter(
            ([id, { from, to }]) => kept.has(id) && from <= validAt && validAt < (to ?? Infinity),
          );
          const found = await entity(service, namespace, "s", { as_of: at, valid_at: day(validAt) });
          const shown = found.facts.map(({ id, valid_to }) => [id, valid_to]);
          const expected = wanted.map(([id, { to }]) => [id, to === undefined ? null : day(to)]);
          expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected));
          expect(shown).toHaveLength(expected.length);
        }
      },
    ),
    { numRuns: runs(15) },
  );
});

describe("when it ends", () => {
  test("says nothing without since when, if it was told afterwards", async () => {
    const namespace = newNamespace();
    await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(1) });
    for (const more of [ONE, {}]) {
      const body = factBody(lives("Graz"), { ...more, valid_to: "2019-12-31T00:00:00Z" });
      expect(await post(service, namespace, body)).toMatchObject({
        status: 400,
        body: { errors: [{ field: "valid_from" }] },
      });
    }
    expect(await validities(namespace)).toEqual({ Linz: [day(1), null] });
  });

  test("is what the facts beside it say, also after a version was restored", async () => {
    const namespace = newNamespace();
    const graz = await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
    const linz = await tell(service, namespace, lives("Linz"), { ...ONE, valid_from: day(5) });
    await service.send("POST", `${pathOf(graz)}/restore`, { version: 2 });
    const shown = await read(service, graz);
    await revise(service, shown, { tags: ["x"], valid_to: shown.valid_to });
    expect((await validities(namespace))["Graz"]).toEqual([day(1), day(5)]);
    await service.send("DELETE", pathOf(linz));
    expect(await validities(namespace)).toEqual({ Graz: [day(1), null] });
  });

  test("a fact that has ended may be repeated, and becomes valid again", async () => {
    const namespace = newNamespace();
    const tea = await tell(service, namespace, ["Eve", "drinks", "tea"]);
    await sleep(3);
    await revise(service, tea, { valid_to: new Date().toISOString() });
    expect((await entity(service, namespace, "Eve")).facts).toEqual([]);
    const again = await tell(service, namespace, ["Eve", "drinks", "tea"]);
    expect(again.id).not.toBe(tea.id);
    expect((await tell(service, namespace, ["Eve", "drinks", "tea"])).id).toBe(again.id);
    expect((await entity(service, namespace, "Eve")).facts.map(({ id }) => id)).toEqual([again.id]);
    await service.send("DELETE", pathOf(tea));
    expect((await tell(service, namespace, ["Eve", "drinks", "tea"])).id).toBe(again.id);
  });
});

test("the words that a fact has by itself make no other memory of it", async () => {
  const namespace = newNamespace();
  const first = await tell(service, namespace, lives("Graz"));
  const body = { ...factBody(lives("Graz")), content: "Mara lives in Graz" };
  expect(bodyOf<Memory>(await post(service, namespace, body), 200).id).toBe(first.id);
});

test("a fact is contradicted as long as the other one is there, and as of when it was", async () => {
  const namespace = newNamespace();
  const graz = await tell(service, namespace, lives("Graz"), { ...ONE, valid_from: day(1) });
  await sleep(3);
  const then = new Date().toISOString();
  await sleep(3);
  const body = { ...factBody(lives("Linz"), { ...ONE, valid_from: day(1) }), ttl_seconds: 5 };
  const linz = bodyOf<Memory>(await post(service, namespace, body), 201);
  expect((await read(service, graz)).fact?.contradicts).toEqual([linz.id]);
  const before = await entity(service, namespace, "Mara", { as_of: then });
  expect(before.facts.map(({ fact }) => fact?.contradicts)).toEqual([[]]);
  await until(
    () => read(service, graz),
    ({ fact }) => fact?.contradicts.length === 0,
  );
});
