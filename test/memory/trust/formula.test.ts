import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Judgeable } from "../../../src/memory/trust/trust.js";
import { accuracyOf, trustOf, weighted } from "../../../src/memory/trust/trust.js";
import { NO_EVIDENCE } from "../../../src/memory/model/record.js";

const DAY_MS = 24 * 3600 * 1000;
const NOW = Date.parse("2026-01-01T00:00:00Z");

interface Case {
  readonly accuracy: number;
  readonly days: number;
  readonly human: boolean;
  readonly others: number;
  readonly score: number;
  readonly source: number | null;
}

const cases: fc.Arbitrary<Case> = fc.record({
  accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
  days: fc.double({ min: -10, max: 2000, noNaN: true }),
  human: fc.boolean(),
  others: fc.nat(32),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  source: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});

function memoryOf({ days, human, others, score, source }: Case): Judgeable {
  return {
    timestamp: NOW - days * DAY_MS,
    trust_score: score,
    source_trust: source,
    evidence: {
      ...NO_EVIDENCE,
      human_confirmed: human,
      corroborated_by: Array.from({ length: others }, (_, index) => `agent ${index}`),
    },
  };
}

const trust = (item: Case): number => trustOf(memoryOf(item), item.accuracy, NOW).trust;

describe("trust", () => {
  test("is the guide's formula, at most what the writer and the sources allow, to four digits", () => {
    fc.assert(
      fc.property(cases, (item) => {
        const { accuracy, days, human, others, score, source } = item;
        const formula = Math.min(
          1,
          accuracy *
            Math.max(0.5, 1 - Math.max(0, days) / 365) *
            (human ? 1.3 : 1) *
            Math.min(1.5, 1 + 0.1 * others),
        );
        expect(Math.abs(trust(item) - Math.min(formula, score, source ?? 1))).toBeLessThanOrEqual(0.00006);
      }),
    );
  });

  test("lies within 0..1, and is the product of its parts below their limit", () => {
    fc.assert(
      fc.property(cases, (item) => {
        const parts = trustOf(memoryOf(item), item.accuracy, NOW);
        expect(parts.trust).toBeGreaterThanOrEqual(0);
        expect(parts.trust).toBeLessThanOrEqual(1);
        const product = parts.accuracy * parts.recency * parts.confirmation * parts.corroboration;
        expect(Math.abs(parts.trust - Math.min(parts.limit, product))).toBeLessThan(0.001);
      }),
    );
  });

  test.each<[string, (item: Case) => Case]>([
    ["accuracy", (item) => ({ ...item, accuracy: Math.min(1, item.accuracy + 0.1) })],
    ["youth", (item) => ({ ...item, days: item.days - 30 })],
    ["a human's confirmation", (item) => ({ ...item, human: true })],
    ["corroboration", (item) => ({ ...item, others: item.others + 1 })],
    ["the writer's own trust", (item) => ({ ...item, score: Math.min(1, item.score + 0.1) })],
    ["better sources", (item) => ({ ...item, source: Math.min(1, (item.source ?? 1) + 0.1) })],
  ])("never falls with %s", (_, more) => {
    fc.assert(
      fc.property(cases, (item) => {
        expect(trust(more(item))).toBeGreaterThanOrEqual(trust(item));
      }),
    );
  });

  test("counts from when the content was last changed", () => {
    const old = memoryOf({ accuracy: 0.8, days: 300, human: false, others: 0, score: 1, source: null });
    const restated = { ...old, evidence: { ...old.evidence, since: NOW } };
    expect(trustOf(old, 0.8, NOW).trust).toBe(0.4);
    expect(trustOf(restated, 0.8, NOW).trust).toBe(0.8);
  });
});

describe("accuracy", () => {
  test("begins at one half, stays between 0 and 1, rises with confirmations and falls with contradictions", () => {
    expect(accuracyOf({ confirmed: 0, contradicted: 0 })).toBe(0.5);
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (confirmed, contradicted) => {
        const accuracy = accuracyOf({ confirmed, contradicted });
        expect(accuracy).toBeGreaterThan(0);
        expect(accuracy).toBeLessThan(1);
        expect(accuracyOf({ confirmed: confirmed + 1, contradicted })).toBeGreaterThan(accuracy);
        expect(accuracyOf({ confirmed, contradicted: contradicted + 1 })).toBeLessThan(accuracy);
      }),
    );
  });
});

describe("a weighted score", () => {
  const score = fc.double({ min: -1, max: 100, noNaN: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  test("rises with trust, by at most its weight, and stays where trust is one half or the weight 0", () => {
    fc.assert(
      fc.property(score, share, share, share, (value, one, other, weight) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(weighted(value, low, weight)).toBeLessThanOrEqual(weighted(value, high, weight));
        expect(Math.abs(weighted(value, one, weight) - value)).toBeLessThanOrEqual(
          Math.abs(value) * weight + 1e-9,
        );
        expect(weighted(value, 0.5, weight) === value).toBe(true);
        expect(weighted(value, one, 0) === value).toBe(true);
      }),
    );
  });
});
