import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DECOYS, FRAMES } from "../../scripts/pii-accuracy/decoys.js";
import { seeded } from "../../scripts/pii-accuracy/random.js";
import { VALUES } from "../../scripts/pii-accuracy/values.js";
import { findPii } from "../../src/pii/detect/detect.js";
import { inspect } from "../../src/pii/treat.js";
import { PII_KINDS } from "../../src/pii/kinds.js";
import { redactionMark, tokenMark } from "../../src/pii/marks.js";
import { countCpu } from "../support/cpu/spent.js";

const ALL = new Set(PII_KINDS);
const found = (text: string) =>
  findPii(text, ALL).map(({ kind, start, end }) => ({ kind, text: text.slice(start, end) }));

const makers = PII_KINDS.flatMap((kind) =>
  Object.entries(VALUES[kind]).map(([name, make]) => ({ kind, name, make })),
);
const surroundings = fc.record({
  before: fc.string({ unit: "grapheme", maxLength: 40 }),
  after: fc.string({ unit: "grapheme", maxLength: 40 }),
  frame: fc.constantFrom(...FRAMES),
});

describe("a valid value is found in random surroundings, whole and as what it is", () => {
  test.each(makers)("$name", ({ kind, make }) => {
    fc.assert(
      fc.property(fc.nat(), surroundings, (seed, { before, frame, after }) => {
        const { value, words } = make(seeded(seed));
        const said = frame.replace("{}", () => (words === undefined ? value : `${words} ${value}`));
        expect(found(`${before}; ${said} ${after}`)).toContainEqual({ kind, text: value });
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ["badCard", ["card"]],
  ["badIban", ["iban"]],
  ["article", ["card", "iban"]],
  ["milliseconds", ["card", "iban"]],
] as const)("a number without right check digits is neither a card nor an account: %s", (decoy, kinds) => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...FRAMES), (seed, frame) => {
      const text = frame.replace("{}", () => DECOYS[decoy]?.(seeded(seed)) ?? "");
      expect(found(text).filter(({ kind }) => kinds.some((each) => each === kind))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test.each([
  "date",
  "clock",
  "version",
  "uuid",
  "commit",
  "ulid",
  "price",
  "coordinates",
  "mention",
  "packageName",
  "code",
  "sentence",
])("nothing is found in what only looks like personal data: %s", (decoy) => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...FRAMES), (seed, frame) => {
      expect(found(frame.replace("{}", () => DECOYS[decoy]?.(seeded(seed)) ?? ""))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("marks and tokens are never found again, whatever their digits are", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 16, maxLength: 16 });
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(fc.constantFrom(...PII_KINDS), fc.oneof(hex, digits), (kind, digest) => {
      const text = `password: ${tokenMark(kind, digest)} phone ${redactionMark(kind)}`;
      expect(found(text)).toEqual([]);
    }),
  );
});

test("a key is a secret although it holds a mark", () => {
  const text = "-----BEGIN PRIVATE KEY-----\nMIIEvQ [email] IBADANBg\n-----END PRIVATE KEY-----";
  expect(findPii(text, new Set(["secret"])).map(({ kind }) => kind)).toEqual(["secret"]);
});

test("pieces don't overlap, come in order, and are only of the kinds that are looked for", () => {
  const pieces = fc.array(
    fc.oneof(
      fc.tuple(fc.constantFrom(...makers), fc.nat()).map(([{ make }, seed]) => make(seeded(seed)).value),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(
      pieces,
      fc.subarray([...PII_KINDS]),
      fc.constantFrom("", " ", ", ", "-"),
      (parts, kinds, glue) => {
        const places = findPii(parts.join(glue), new Set(kinds));
        let last = 0;
        for (const { kind, start, end } of places) {
          expect(kinds).toContain(kind);
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  ["ssn", "219099999", "national_id"],
  ["phone", "2015550123", "phone"],
  ["db_password", "hunter2hunter", "secret"],
  ["apiKey", "Zk3v9Qw8xLpA72mn", "secret"],
] as const)("the name of the field, %s, says what a bare value is", (label, value, kind) => {
  const kinds = (options?: { readonly label: string }) =>
    findPii(value, ALL, options).map((each) => each.kind);
  expect(kinds({ label })).toEqual([kind]);
  expect(kinds({ label: "note" })).toEqual([]);
});

test("a national telephone number is found where its country is known", () => {
  const text = "Ring mich unter 0660 1234567 an";
  expect(findPii(text, new Set(["phone"]), { region: "AT" })).toMatchObject([{ value: "+436601234567" }]);
  expect(findPii("Bestellung 0660 1234567", new Set(["phone"]))).toEqual([]);
});

test("a telephone number that the rules are no longer asked about has the same form as one that was checked", () => {
  for (const [text, region] of [
    ["Ring +43 660 1234567", undefined],
    ["Ring 0043 660 123 45 67", undefined],
    ["Ruf 0660 1234567 an", "AT"],
    ["Call (201) 555-0123", undefined],
    ["Call 1 201-555-0123", "US"],
  ] as const) {
    const checked = findPii(text, new Set(["phone"]), { region });
    expect(checked).toHaveLength(1);
    expect(findPii(text, new Set(["phone"]), { region, checks: { left: 0 } }), text).toEqual(checked);
  }
});

test("the texts of one request share how many telephone numbers are checked; the form decides on the rest", async () => {
  // No country has this code.
  const numbers = Array.from({ length: 700 }, (_, at) => `+9991234${String(at).padStart(4, "0")}`);
  const policy = { actions: { phone: "redact" }, state: true, region: undefined } as const;
  const { pieces } = await inspect(policy, {
    numbers,
    more: Object.fromEntries(numbers.map((each) => [each, 1])),
  });
  expect(pieces).toHaveLength(100 + 700);
  expect(pieces[0]?.value).toBe(numbers[600]);
});

const SIZE = 32 * 1024;
test.each([
  ["telephone numbers", "+1201555012 "],
  ["national telephone numbers", "call 2015550123 "],
  ["parts of telephone numbers", "+1 (2"],
  ["cards", "4111 1111 1111 1111 "],
  ["groups of four digits", "4111 "],
  ["accounts", "AT61 1904 3002 3457 3201 "],
  ["beginnings of accounts", "AT61"],
  ["beginnings of tokens", "eyJa.eyJb."],
  ["private keys without an end", "-----BEGIN PRIVATE KEY-----"],
  ["passwords", "password: Zk3v9Qw8xL "],
  ["words before passwords", "password password: "],
  ["users of URLs", "a://b:c"],
  ["addresses", "a@b.c.d.e.f.g.h.i.j"],
  ["addresses of IP", "fe80:1:2:3:4:5:6:7:8:9"],
  ["marks", "[email:0123456789abcde"],
  ["whole marks", "[email]"],
])("32 KiB of %s take less than five seconds of processor time", (_, unit) => {
  const text = unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
  const spent = countCpu();
  findPii(text, ALL, { label: unit, region: "US" });
  expect(spent()).toBeLessThan(5000);
});
