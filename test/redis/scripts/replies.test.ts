import { describe, expect, it } from "vitest";
import * as replies from "../../../src/redis/scripts/replies.js";

interface Case {
  readonly decode: (reply: unknown) => unknown;
  readonly good: readonly (readonly [reply: unknown, value: unknown])[];
  readonly wrong: readonly unknown[];
}

/** What Redis never means as a list; a list that comes as one of these was read as "nothing there" before. */
const NO_ARRAYS = [undefined, "OK", 1, {}, new Map()];

const cases: Record<string, Case> = {
  arrayOf: {
    decode: replies.arrayOf,
    good: [
      [[], []],
      [
        [1, null],
        [1, null],
      ],
    ],
    wrong: [...NO_ARRAYS, null],
  },
  integer: {
    decode: replies.integer,
    good: [
      [3, 3],
      ["-12", -12],
    ],
    wrong: [null, undefined, "", "3x", "OK", Number.NaN, [], [3]],
  },
  text: {
    decode: replies.text,
    good: [
      ["", ""],
      ["a", "a"],
      [7, "7"],
    ],
    wrong: [null, undefined, [], ["a"], {}],
  },
  bytes: {
    decode: replies.bytes,
    good: [[Buffer.of(0, 255), Buffer.of(0, 255)]],
    wrong: [null, undefined, "a", 1, [], {}],
  },
  textOrNone: {
    decode: replies.textOrNone,
    good: [
      ["a", "a"],
      [null, undefined],
    ],
    wrong: [undefined, [], {}],
  },
  textsOrNone: {
    decode: replies.textsOrNone,
    good: [
      [[], []],
      [
        ["a", null, 7],
        ["a", undefined, "7"],
      ],
    ],
    wrong: [...NO_ARRAYS, null, [["a"]]],
  },
  integersOrNone: {
    decode: replies.integersOrNone,
    good: [
      [
        [1, null, "2"],
        [1, undefined, 2],
      ],
    ],
    wrong: [...NO_ARRAYS, null, ["a"], [[1]]],
  },
  listOfTextsOrNone: {
    decode: replies.listOfTextsOrNone,
    good: [
      [null, undefined],
      [
        ["a", null],
        ["a", undefined],
      ],
    ],
    wrong: [...NO_ARRAYS, [[]]],
  },
  fields: {
    decode: replies.fields,
    good: [
      [[], {}],
      [["a", "1", "b", ""], { a: "1", b: "" }],
    ],
    wrong: [...NO_ARRAYS, null, ["a"], ["a", null], [["a", "1"]]],
  },
  fieldLists: {
    decode: replies.fieldLists,
    good: [
      [[], []],
      [
        [["a", "1"], []],
        [{ a: "1" }, {}],
      ],
    ],
    wrong: [...NO_ARRAYS, null, [null], ["a", "1"]],
  },
  notesWithTimes: {
    decode: replies.notesWithTimes,
    good: [
      [[], []],
      [["m 1", "7"], [["m 1", 7]]],
    ],
    wrong: [...NO_ARRAYS, null, ["m 1"], ["m 1", null], ["m 1", "a"]],
  },
  namedFields: {
    decode: replies.namedFields,
    good: [
      [[], []],
      [["n", ["a", "1"]], [["n", { a: "1" }]]],
    ],
    wrong: [...NO_ARRAYS, null, ["n"], ["n", null], ["n", "a"]],
  },
  parts: {
    decode: replies.parts,
    good: [
      [[0], [0]],
      [
        [3, "a", 2],
        [3, "a", "2"],
      ],
    ],
    wrong: [...NO_ARRAYS, null, [], ["a"], [0, null], [0, []]],
  },
  partLists: {
    decode: replies.partLists,
    good: [
      [[], []],
      [
        [[0, "1", 2], [2]],
        [[0, "1", "2"], [2]],
      ],
    ],
    wrong: [...NO_ARRAYS, null, [0, "1"], [[]], [[2], null]],
  },
  pairOfLists: {
    decode: replies.pairOfLists,
    good: [
      [
        [[], [1]],
        [[], [1]],
      ],
    ],
    wrong: [...NO_ARRAYS, null, [], [[]], [[], "a"]],
  },
  stateDump: {
    decode: replies.stateDump,
    good: [
      [[[], "", [], ""], { facts: {}, text: "", entries: [], more: false }],
      [
        [["v", "1"], "7", [["1-1", ["o", "set"]]], "1"],
        { facts: { v: "1" }, text: "7", entries: [["1-1", { o: "set" }]], more: true },
      ],
    ],
    wrong: [...NO_ARRAYS, null, [], [[], "", [["1-1"]], ""], [[], null, [], ""]],
  },
};

describe("a decoder of replies", () => {
  it("has its cases here", () => {
    const decoders = Object.keys(replies).filter((name) => name !== "WrongReplyError");
    expect(Object.keys(cases).toSorted()).toEqual(decoders.toSorted());
  });

  describe.each(Object.entries(cases))("%s", (_name, { decode, good, wrong }) => {
    it.each(good)("reads %j", (reply, value) => {
      expect(decode(reply)).toEqual(value);
    });

    it.each(wrong.map((reply) => [reply]))("refuses %j, which is no reply that it reads", (reply) => {
      expect(() => decode(reply)).toThrow(replies.WrongReplyError);
    });
  });
});
