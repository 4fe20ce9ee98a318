import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { weighRecency } from "../../../src/memory/recall/recency.js";
import type { Json } from "../../support/acts/memories.js";
import { bodyOf, contents, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

const DAY = 24 * 3600 * 1000;
const NOW = 1_700_000_000_000;

describe("the formula", () => {
  const hits = fc.array(
    fc.record({
      id: fc.nat(),
      score: fc.double({ min: -10, max: 100, noNaN: true }),
      time: fc.integer({ min: NOW - 1000 * DAY, max: NOW + 10 * DAY }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const weight = fc.double({ min: 0, max: 1, noNaN: true });
  const weigh = (
    list: readonly { id: number; score: number; time: number }[],
    w: number,
    halfLifeDays = 30,
  ) => weighRecency(list, ({ time }) => time, NOW, { halfLifeDays, weight: w });

  test("with weight 0 changes nothing", () => {
    fc.assert(fc.property(hits, (list) => void expect(weigh(list, 0)).toEqual(list)));
  });

  test("loses and invents nothing, sorts best first, stays within 0..1, and adds up", () => {
    fc.assert(
      fc.property(hits, weight, fc.double({ min: 0.1, max: 1000, noNaN: true }), (list, w, halfLife) => {
        const weighed = weigh(list, w, halfLife);
        expect(weighed.map(({ id }) => id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
        const scores = weighed.map(({ score }) => score);
        if (w > 0) expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        for (const { score, recency } of w === 0 ? [] : weighed) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1 + 1e-12);
          if (recency === undefined) continue;
          expect(score).toBeCloseTo((1 - w) * recency.relevance + w * 2 ** (-recency.ageDays / halfLife), 10);
        }
      }),
    );
  });

  test("puts no hit before another that fits better and is newer, and with weight 1 sorts by age", () => {
    fc.assert(
      fc.property(hits, weight, (list, w) => {
        const weighed = w === 0 ? [] : weigh(list, w);
        for (const [place, above] of weighed.entries()) {
          for (const below of weighed.slice(place + 1))
            expect(below.time > above.time && below.score > above.score).toBe(false);
        }
        const ages = weigh(list, 1).map(({ recency }) => recency?.ageDays ?? 0);
        expect(ages).toEqual(ages.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe("in a recall", () => {
  let service: Service;
  let configured: Service;
  const namespace = newNamespace();
  const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString();
  beforeAll(async () => {
    service = await startService();
    configured = await startService({
      MNEME_KEY_PREFIX: service.prefix,
      MNEME_RECENCY_WEIGHT: "0.9",
      MNEME_RECENCY_HALF_LIFE_DAYS: "10",
    });
    await remember(service, namespace, { content: "fox fox fox and hound", timestamp: ago(365) });
    await remember(service, namespace, {
      content: "fox and a long story of other things",
      timestamp: ago(1),
    });
    await remember(service, namespace, { content: "fox, fox, in a story of things", timestamp: ago(30) });
  });
  afterAll(async () => {
    await service.stop();
    await configured.stop();
  });
  const ask = (more: Json, from = service) =>
    recall(from, { query: "fox", namespaces: [namespace], mode: "keyword", ...more });

  test("it is off unless asked for or configured, and says what it did", async () => {
    const plain = await ask({ explain: true });
    expect(nonEmpty(plain.hits).every((hit) => hit.explain?.recency === undefined)).toBe(true);
    expect(contents(plain)[0]).toBe("fox fox fox and hound");
    const recent = await ask({ recency: { weight: 0.9, half_life_days: 10 }, explain: true });
    expect(contents(recent)[0]).toBe("fox and a long story of other things");
    for (const { score, explain } of nonEmpty(recent.hits)) {
      const { relevance = 0, age_days = 0 } = explain?.recency ?? {};
      expect(score).toBeCloseTo(0.1 * relevance + 0.9 * 2 ** (-age_days / 10), 10);
    }
    expect(recent.hits.map(({ explain }) => explain?.recency?.score).toSorted()).toEqual(
      plain.hits.map(({ score }) => score).toSorted(),
    );
    expect(contents(await ask({}, configured))).toEqual(contents(recent));
    expect((await ask({ recency: { weight: 0 } }, configured)).hits).toEqual((await ask({})).hits);
  });

  test("a namespace's settings say it for a recall of it alone", async () => {
    const own = newNamespace();
    for (const [content, days] of [
      ["fox fox fox and hound", 365],
      ["fox and a long story of other things", 1],
    ] as const)
      await remember(service, own, { content, timestamp: ago(days) });
    const first = async (more: Json = {}) => contents(await ask({ namespaces: [own], ...more }))[0];
    expect(await first()).toBe("fox fox fox and hound");
    bodyOf(await putSettings(service, own, { recency: { weight: 0.9, half_life_days: 10 } }), 200);
    expect(await first()).toBe("fox and a long story of other things");
    expect(await first({ recency: { weight: 0 } })).toBe("fox fox fox and hound");
    const both = await ask({ namespaces: [own, namespace], explain: true });
    expect(nonEmpty(both.hits).every(({ explain }) => explain?.recency === undefined)).toBe(true);
    bodyOf(await putSettings(service, own, { recency: { weight: 0 } }), 200);
    expect((await ask({ namespaces: [own], explain: true }, configured)).hits[0]?.explain?.recency).toBe(
      undefined,
    );
  });

  test("as of the past, ages are of then", async () => {
    const own = newNamespace();
    await remember(service, own, { content: "fox" });
    const as_of = new Date().toISOString();
    const first = await recall(service, {
      query: "fox",
      namespaces: [own],
      mode: "keyword",
      as_of,
      explain: true,
      recency: { weight: 0.5 },
    });
    expect(first.hits[0]?.explain?.recency?.age_days).toBeLessThan(1);
  });

  test.each([
    [{ weight: 2 }, "recency.weight"],
    [{ weight: 0.5, half_life_days: 0 }, "recency.half_life_days"],
    [{}, "recency.weight"],
    [{ weight: 0.5, days: 1 }, "recency.days"],
  ])("%s is refused, and named", async (recency, field) => {
    const answer = await service.send("POST", "/v1/recall", {
      query: "fox",
      namespaces: [namespace],
      recency,
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });
});
