import { describe, expect, test } from "vitest";
import { createCorpus } from "../../scripts/bench/corpus/corpus.js";
import { parseMonitorLine } from "../../scripts/bench/redis/monitor-line.js";
import { roundTrips } from "../../scripts/bench/redis/replay.js";

describe("a line of MONITOR", () => {
  test("gives back the bytes that Redis quoted", () => {
    const line = String.raw`1700000000.1 [0 127.0.0.1:6000] "SET" "a \"b\" \\" "\x00\xff\n\r\t\a\b~"`;
    const command = parseMonitorLine(line);
    expect(command?.source).toBe("127.0.0.1:6000");
    expect(command?.args.map((arg) => arg.toString("latin1"))).toEqual([
      "SET",
      'a "b" \\',
      "\u0000\u00ff\n\r\t\u0007\b~",
    ]);
  });

  test("lists the commands that a script called", () => {
    expect(parseMonitorLine('1.2 [0 lua] "INCR" "k"')?.source).toBe("lua");
  });

  test("is nothing where it isn't one", () => {
    expect(parseMonitorLine("OK")).toBeUndefined();
  });
});

test("replays one family of commands in one round trip", () => {
  const commands = ["FT.SEARCH", "FT.SEARCH", "JSON.MGET"].map((name) => ({
    source: "",
    args: [Buffer.from(name)],
  }));
  expect(roundTrips(commands).map((trip) => trip.length)).toEqual([2, 1]);
});

describe("the corpus", () => {
  const options = { seed: 7, dimensions: 32, characters: 300 };
  const corpus = createCorpus(options);

  test("is the same for the same seed", () => {
    const again = createCorpus(options);
    expect(again.record(12)).toEqual(corpus.record(12));
    expect(again.question(3, 100)).toEqual(corpus.question(3, 100));
    expect(createCorpus({ ...options, seed: 8 }).record(12)).not.toEqual(corpus.record(12));
  });

  test("has contents of about the length asked for, none twice, and unit vectors", () => {
    const records = Array.from({ length: 1000 }, (_, index) => corpus.record(index));
    const mean = records.reduce((sum, { content }) => sum + content.length, 0) / records.length;
    expect(mean).toBeGreaterThan(290);
    expect(mean).toBeLessThan(330);
    expect(new Set(records.map(({ content }) => content)).size).toBe(records.length);
    for (const { embedding } of records) expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
  });

  test("asks 5 to 8 words about a record, near its vector", () => {
    for (let index = 0; index < 100; index++) {
      const length = corpus.question(index, 500).text.split(" ").length;
      expect(length).toBeGreaterThanOrEqual(5);
      expect(length).toBeLessThanOrEqual(8);
    }
  });
});
