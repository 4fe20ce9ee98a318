import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  explainExpiry,
  importanceFactor,
  latestEnd,
  lifeOf,
  renewedEnd,
  retention,
  revisedEnd,
  USE_FACTORS,
  useFactor,
} from "../../../src/memory/lifecycle/decay.js";
import type { Lifetime, Origin } from "../../../src/memory/model/record.js";

const START = 1_700_000_000_000;
const importance = fc.double({ min: 0, max: 1, noNaN: true });
const seconds = fc.integer({ min: 1, max: 100_000 });

describe("the factors", () => {
  test("of importance are a quarter, one and four, and never fall", () => {
    expect([0, 0.5, 1].map(importanceFactor)).toEqual([0.25, 1, 4]);
    fc.assert(
      fc.property(importance, importance, (one, other) => {
        expect(importanceFactor(Math.max(one, other))).toBeGreaterThanOrEqual(
          importanceFactor(Math.min(one, other)),
        );
      }),
    );
  });

  test("of use are 1, 2 and at most 5, and never fall", () => {
    expect([0, 1, 3, 7, 15, 1000].map(useFactor)).toEqual([1, 2, 3, 4, 5, 5]);
    expect(USE_FACTORS).toEqual(Array.from({ length: 15 }, (_, index) => useFactor(index + 1)));
    expect(USE_FACTORS).toEqual(USE_FACTORS.toSorted((a, b) => a - b));
  });

  test("leave alone what the writer said", () => {
    fc.assert(
      fc.property(importance, seconds, (value, ttl) => {
        expect(lifeOf({ seconds: ttl, by: "ttl" }, value)).toBe(ttl * 1000);
        expect(lifeOf({ seconds: null, by: "type" }, value)).toBeNull();
      }),
    );
  });

  test("retention is a half after a half-life", () => {
    expect([0, 10, 20, -5].map((unused) => retention(unused, 10))).toEqual([1, 0.5, 0.25, 1]);
  });
});

test("a use never shortens a life, never prolongs it beyond its bound, and gives more the less was left", () => {
  fc.assert(
    fc.property(
      seconds,
      fc.double({ min: 0, max: 6, noNaN: true }),
      fc.double({ min: 0, max: 6, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      (lifeSeconds, left, lessLeft, uses, maxLives) => {
        const life = lifeSeconds * 1000;
        const now = START + life;
        const limit = latestEnd(START, life, maxLives);
        const of = (lives: number) => now + Math.round(lives * life);
        const gain = (expiresAt: number) =>
          renewedEnd({ expiresAt, now, life, uses, limit: Infinity }) - expiresAt;
        const end = renewedEnd({ expiresAt: of(left), now, life, uses, limit });
        expect(end).toBeGreaterThanOrEqual(of(left));
        expect(end).toBeLessThanOrEqual(Math.max(limit, of(left)));
        expect(end).toBeLessThanOrEqual(Math.max(now + 5 * life, of(left)));
        if (lessLeft < left) expect(gain(of(lessLeft))).toBeGreaterThanOrEqual(gain(of(left)));
      },
    ),
  );
});

/** A memory as somebody would write it down who knows only what the documentation says. */
class Model {
  readonly recordedAt = START;
  base = 1000;
  own = false;
  weight = 0.5;
  pinned = false;
  uses = 0;
  end: number | null = null;

  life(): number {
    return this.own
      ? this.base * 1000
      : Math.max(1, Math.round(this.base * 1000 * 4 ** (2 * this.weight - 1)));
  }
  use(now: number, maxLives: number): void {
    this.uses += 1;
    if (this.own || this.pinned || this.end === null) return;
    const longest = now + this.life() * (1 + Math.log2(1 + Math.min(15, this.uses)));
    const half = Math.floor(Math.min((this.end + longest) / 2, this.recordedAt + maxLives * this.life()));
    if (half - this.end >= this.life() / 16) this.end = half;
  }
  weigh(weight: number, now: number, maxLives: number): void {
    const before = this.life();
    const same = weight === this.weight;
    this.weight = weight;
    if (this.own || this.pinned || this.end === null || same) return;
    const grown = Math.max(0, this.end - now) * (this.life() / before);
    const latest = Math.max(this.recordedAt + maxLives * this.life(), now + 1);
    this.end = Math.round(Math.min(now + grown, latest));
  }
  pin(now: number): void {
    void now;
    this.pinned = true;
    this.end = null;
  }
  unpin(now: number): void {
    if (!this.pinned) return;
    this.pinned = false;
    this.end = now + this.life();
  }
  say(ttl: number, now: number): void {
    this.own = true;
    this.base = ttl;
    this.end = this.pinned ? null : now + ttl * 1000;
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("use" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("weigh" as const), to: importance }) },
  fc.record({ kind: fc.constant("pin" as const) }),
  fc.record({ kind: fc.constant("unpin" as const) }),
  fc.record({ kind: fc.constant("say" as const), ttl: seconds }),
);

test("whatever happens to a memory, by a clock of the test's own, it ends when a plain model says", () => {
  fc.assert(
    fc.property(
      seconds,
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), step), { maxLength: 40 }),
      (base, maxLives, steps) => {
        const model = new Model();
        model.base = base;
        model.end = START + model.life();
        const memory = {
          importance: 0.5,
          pinned: false,
          lifetime: { seconds: base, by: "type" } as Lifetime,
          recorded_at: START,
          prolonged_by: null,
          origin: null as Origin | null,
          expires_at: (START + base * 1000) as number | null,
        };
        let [now, uses] = [START, 0];
        for (const [pause, event] of steps) {
          // Never past its end: what has ended isn't there to be used.
          now += Math.floor(pause * ((memory.expires_at ?? now + 1_000_000) - now));
          const before = { ...memory };
          switch (event.kind) {
            case "use": {
              uses += 1;
              model.use(now, maxLives);
              const { half_life_seconds } = explainExpiry(memory, { count: uses, lastAt: now }, maxLives);
              const life = lifeOf(memory.lifetime, memory.importance);
              if (half_life_seconds === null || life === null || memory.expires_at === null) break;
              const limit = latestEnd(START, life, maxLives);
              memory.expires_at = renewedEnd({ expiresAt: memory.expires_at, now, life, uses, limit });
              break;
            }
            case "weigh":
              model.weigh(event.to, now, maxLives);
              memory.importance = event.to;
              break;
            case "pin":
              model.pin(now);
              memory.pinned = true;
              break;
            case "unpin":
              model.unpin(now);
              memory.pinned = false;
              break;
            case "say":
              model.say(event.ttl, now);
              memory.lifetime = { seconds: event.ttl, by: "ttl" };
              break;
          }
          if (event.kind !== "use") memory.expires_at = revisedEnd(before, memory, now, maxLives);
          expect(memory.expires_at).toBe(model.end);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("raised and lowered again, importance leaves the end where it was", () => {
  fc.assert(
    fc.property(importance, importance, seconds, (first, second, base) => {
      const lifetime: Lifetime = { seconds: base, by: "type" };
      const one = {
        importance: first,
        pinned: false,
        lifetime,
        recorded_at: START,
        prolonged_by: null,
        origin: null,
        expires_at: START + (lifeOf(lifetime, first) ?? 0),
      };
      const changed = { ...one, importance: second };
      const other = { ...changed, expires_at: revisedEnd(one, changed, START, 32) };
      const back = revisedEnd(other, { ...other, importance: first }, START, 32);
      // Each is rounded to a millisecond, which may be sixteen of the other life.
      expect(Math.abs((back ?? 0) - one.expires_at)).toBeLessThanOrEqual(20);
    }),
  );
});
