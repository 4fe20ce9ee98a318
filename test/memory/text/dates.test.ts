import { describe, expect, test } from "vitest";
import { orderAsked } from "../../../src/memory/text/dates/order-asked.js";
import { readDates } from "../../../src/memory/text/dates/read-dates.js";
import { countCpu } from "../../support/cpu/spent.js";

/** A Wednesday. */
const NOW = Date.UTC(2024, 4, 15, 12);

/** The first range of each time, its end not included. */
const read = (text: string): string[] =>
  readDates(text, NOW).map(({ ranges: [first] }) => `${day(first?.from)}..${day(first?.to)}`);
const day = (time = 0): string => new Date(time).toISOString().slice(0, 10);

describe("a query's times", () => {
  test.each([
    ["What did she show on October 13, 2023?", "2023-10-13..2023-10-14"],
    ["on 3 June, 2023", "2023-06-03..2023-06-04"],
    ["on the 8th of December, 2023", "2023-12-08..2023-12-09"],
    ["as of December 2023?", "2023-12-01..2024-01-01"],
    ["summer 2021", "2021-06-01..2021-09-01"],
    ["last summer", "2023-06-01..2023-09-01"],
    ["the trip in 2022.", "2022-01-01..2023-01-01"],
    ["the release of 2023-05-08", "2023-05-08..2023-05-09"],
    ["2023-05", "2023-05-01..2023-06-01"],
    ["8.5.2023", "2023-05-08..2023-05-09"],
    ["yesterday", "2024-05-14..2024-05-15"],
    ["last week", "2024-05-06..2024-05-13"],
    ["this month", "2024-05-01..2024-06-01"],
    ["last year", "2023-01-01..2024-01-01"],
    ["last weekend", "2024-05-11..2024-05-13"],
    ["last Friday", "2024-05-10..2024-05-11"],
    ["last Wednesday", "2024-05-08..2024-05-09"],
    ["three days ago", "2024-05-12..2024-05-13"],
    ["in the last 3 days", "2024-05-12..2024-05-15"],
    ["am 25. Mai 2023", "2023-05-25..2023-05-26"],
    ["vor drei Tagen", "2024-05-12..2024-05-13"],
    ["letzte Woche", "2024-05-06..2024-05-13"],
    ["le 10 mars 2024", "2024-03-10..2024-03-11"],
    ["il y a trois jours", "2024-05-12..2024-05-13"],
    ["l'année dernière", "2023-01-01..2024-01-01"],
    ["3 de junio de 2023", "2023-06-03..2023-06-04"],
    ["la semana pasada", "2024-05-06..2024-05-13"],
    ["5 мая 2023", "2023-05-05..2023-05-06"],
    ["8 Mayıs 2023", "2023-05-08..2023-05-09"],
    ["2023年5月8日", "2023-05-08..2023-05-09"],
    ["昨日", "2024-05-14..2024-05-15"],
    ["Qu'est-ce qu'on a fait hier ?", "2024-05-14..2024-05-15"],
    ["Was war am 3. Mai 2022?", "2022-05-03..2022-05-04"],
    ["Wann ist er am 3 mai gekommen?", "2025-05-03..2025-05-04"],
    ["le 10 mars", "2025-03-10..2025-03-11"],
    ["3 de mayo", "2025-05-03..2025-05-04"],
    ["12 dez. gesehen", "2025-12-12..2025-12-13"],
    ["14 lut 2023", "2023-02-14..2023-02-15"],
    ["25 Dec", "2025-12-25..2025-12-26"],
    ["on 3 may", "2025-05-03..2025-05-04"],
    ["kiedy to było, w maju czy w maja?", "2025-05-01..2025-06-01"],
    ["vad gjorde vi i mars?", "2025-03-01..2025-04-01"],
    ["What did I do each day last week?", "2024-05-06..2024-05-13"],
    ["each week last month", "2024-04-01..2024-05-01"],
    ["every day this week", "2024-05-13..2024-05-20"],
    ["What did I do this Monday?", "2024-05-13..2024-05-14"],
    ["this Wednesday", "2024-05-15..2024-05-16"],
    ["next Monday", "2024-05-20..2024-05-21"],
    ["next Wednesday", "2024-05-22..2024-05-23"],
  ])("%s", (text, range) => expect(read(text)).toEqual([range]));

  test.each([
    "May I ask what Mark said?",
    "They march on.",
    "2000 users and port 2024-2025",
    "What does April like?",
    "room 12, 31 chairs, 2.5 tons",
    "30 February 2023",
    "What did Anna say?",
    "Is the iPhone 15 Pro better than the Windows 11 Pro tablet?",
    "Are the AirPods Pro 2 better than the Mars 2020 rover?",
    "Is the LED 20 W?",
    "10 dub tracks, 2 lip balms, 3 lug nuts, 2 mai tais and 2 mayo jars",
    "Quem tem 2 filhos?",
    "Haben Sie 5 Minuten?",
    "Things I may want to buy",
    "we may cancel, as we march in a march",
    "Which of the rooms do 12 may take?",
    "we stayed ten days",
    "Was ist hier der Grund?",
    "Was mache ich jeden Morgen?",
    "Should I 2000 or do 2010?",
    "this fin is broken",
    "9999 years ago",
    "",
  ])("none in: %s", (text) => expect(read(text)).toEqual([]));

  test("a month without a year is one of each of the last years, and of the next", () => {
    const [may] = readDates("in May", NOW);
    expect(may?.ranges.map(({ from }) => new Date(from).getUTCFullYear())).toEqual(
      Array.from({ length: 12 }, (_, back) => 2025 - back),
    );
    expect(readDates("last May", NOW)[0]?.ranges).toEqual([
      { from: Date.UTC(2023, 4, 1), to: Date.UTC(2023, 5, 1) },
    ]);
  });

  test("day and month are open where a date doesn't say which comes first", () => {
    const days = (text: string) => readDates(text, NOW)[0]?.ranges.map(({ from }) => day(from));
    expect(days("5/8/2023")).toEqual(["2023-05-08", "2023-08-05"]);
    expect(days("5/5/2023")).toEqual(["2023-05-05"]);
    expect(days("25/8/2023")).toEqual(["2023-08-25"]);
  });

  test("are named with their words, at most 8", () => {
    const text = "on 3 June 2023 or yesterday";
    expect(readDates(text, NOW).map((time) => time.text)).toEqual(["3 June 2023", "yesterday"]);
    expect(readDates("yesterday ".repeat(50), NOW)).toHaveLength(8);
  });
});

test("a year is one by the moment that is asked for, not by the clock of the process", () => {
  const then = Date.UTC(1950, 0, 1);
  expect(readDates("on 3 June 1969", then)).toHaveLength(1);
  expect(readDates("on 3 June 2023", then)[0]?.text).not.toContain("2023");
});

test.each([
  ["What was the actual price?", undefined],
  ["What is the latest price?", "newest"],
  ["Is she still in Graz?", "newest"],
  ["What was originally planned?", "oldest"],
  ["¿Dónde vive actualmente?", "newest"],
  ["Who won the race?", undefined],
] as const)("order asked by: %s", (text, order) => expect(orderAsked(text)).toBe(order));

test("32 KiB of hostile text take no longer than a tenth of a second of CPU time each", () => {
  const texts = [
    "may ",
    "1 may ",
    "last ",
    "2023-",
    "年",
    ".",
    " ",
    "3 de de ",
    "\u{1F468}\u200D",
    "\uFDFA",
    "\u0301",
    "1",
    "in the last 3 ",
  ].map((part) => part.repeat(Math.ceil((32 * 1024) / Buffer.byteLength(part))));
  for (const text of [...texts, "a".repeat(32 * 1024)]) {
    const spent = countCpu();
    readDates(text, NOW);
    orderAsked(text);
    expect(spent(), JSON.stringify(text.slice(0, 8))).toBeLessThan(100);
  }
});
