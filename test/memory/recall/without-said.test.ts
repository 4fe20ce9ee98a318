import { expect, test } from "vitest";
import type { Memory } from "../../../src/memory/model/record.js";
import { withoutSaid } from "../../../src/memory/recall/without-said.js";
import type { Candidate } from "../../../src/memory/recall/without-said.js";

const ASKED = ["pump", "leak"];
const EXTRACT = "Ann: The pump leaks.";

/** A test gives only the fields that decide. */
const asMemory = (fields: Partial<Memory>): Memory => fields as Memory;

const memoryOf = (id: string, content: string, sources?: readonly string[]): Memory =>
  asMemory({
    namespace: "t",
    id,
    content,
    metadata: sources === undefined ? {} : { consolidation: { step: "summarise", method: "deterministic" } },
    derived_from: (sources ?? []).map((source) => ({ namespace: "t", id: source, version: 1 })),
    evidence: { since: null } as Memory["evidence"],
    origin: null,
  });

const extract = memoryOf("extract", EXTRACT, ["one", "other"]);
const of = (memory: Memory, more: Partial<Candidate> = {}): Candidate => ({
  memory,
  extract: undefined,
  chains: [[]],
  ...more,
});
const source = (id: string, content: string): Candidate => of(memoryOf(id, content), { extract });
const others = ["a", "b", "c"].map((id) => of(memoryOf(id, "The shed is locked.")));

async function left(hits: readonly Candidate[], limit: number, found: readonly string[]): Promise<string[]> {
  const ranked = found.map((id) => ({ refs: [{ namespace: "t", id }] }));
  const { settled } = withoutSaid({
    limit,
    ranked,
    asked: () => ASKED,
    distinct: (each) => each,
  });
  return (await settled(hits)).slice(0, limit).map(({ memory }) => memory.id);
}

const SAYS = "Ann: The pump of the greenhouse leaks since Monday.";

test.for([
  ["takes the place that the extract leaves", [of(extract), source("one", SAYS)], 1, ["one"]],
  ["is shown too", [source("one", SAYS), of(extract), ...others], 3, ["one", "a", "b"]],
  ["lies further down", [of(extract), ...others, source("one", SAYS)], 3, ["extract", "a", "b"]],
  ["was found, but isn't a hit", [of(extract), ...others], 3, ["extract", "a", "b"]],
  [
    "is another one, which lacks a word of the query",
    [of(extract), source("other", "Ann: The pump of the greenhouse is installed.")],
    3,
    ["extract", "other"],
  ],
] as const)("an extract whose source %s: %s", async ([, hits, limit, expected]) => {
  expect(await left(hits, limit, ["extract", "one", "other"])).toEqual(expected);
});

test("an extract comes back where another one that came back pushes its source out", async () => {
  const second = memoryOf("second", "Bob: The pump leaks again.", ["three"]);
  const hits = [
    of(second),
    of(extract),
    of(memoryOf("three", "Bob: The pump is here."), { extract: second }),
    ...others.slice(0, 1),
    source("one", SAYS),
  ];
  // "second" isn't said by "three", which lacks "leak"; with it, "one" has no place among three.
  expect(await left(hits, 3, ["second", "extract", "three", "one"])).toEqual(["second", "extract", "three"]);
});

test("an extract that also stands for another source keeps the place of that one", async () => {
  const found = memoryOf("other", "Ann: The pump leaks.");
  const hits = [of(extract), source("one", SAYS), ...others, of(extract, { chains: [[found]] })];
  expect(await left(hits, 5, ["extract", "one", "other"])).toEqual(["one", "a", "b", "c", "extract"]);
});
