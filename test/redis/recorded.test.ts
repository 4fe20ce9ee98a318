import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ErrorReply } from "redis";
import { describe, expect, test } from "vitest";
import { readDocument } from "../../src/redis/codec/decode.js";
import { capabilitiesOf } from "../../src/redis/connection/capabilities.js";
import { faultOf, replyCode } from "../../src/redis/connection/error-replies.js";
import { modulesInList } from "../../src/redis/connection/find-modules.js";
import { numberOfSortKey, readRows, totalOf } from "../../src/redis/search/rows.js";
import { sizesIn } from "../../src/redis/search/statistics.js";
import { kindOf, kindsOf, recordedIn } from "./replies/read.js";

/** Replies of real servers, in RESP2, to what mneme sends and to commands that fail. */
interface Recorded {
  readonly command: readonly string[];
  readonly reply: unknown;
}

const FOLDER = join(import.meta.dirname, "replies", "recorded");
const files = readdirSync(FOLDER).map((name) => ({
  server: name.replace("replies-redis-", "").replace(".jsonl", ""),
  replies: recordedIn<Recorded>(join("recorded", name)),
}));

const errorIn = (reply: unknown): string | undefined =>
  typeof reply === "object" && reply !== null && "error" in reply ? String(reply.error) : undefined;

test("all servers that were recorded are here", () => {
  expect(files.map(({ server }) => server).toSorted()).toEqual(["7.4.1", "8.2.3", "8.8", "8.8-cluster"]);
});

describe.each(files)("the replies of Redis $server", ({ server, replies }) => {
  const of = (...names: readonly string[]) =>
    replies.filter(({ command: [name = ""], reply }) => names.includes(name) && errorIn(reply) === undefined);
  const has = (command: readonly string[], word: string): boolean => command.includes(word);

  test("errors are told apart, and none is taken for a fault of Redis that isn't", () => {
    const failed = replies.flatMap(({ command, reply }) => {
      const text = errorIn(reply);
      return text === undefined ? [] : [{ command, text }];
    });
    expect(failed.length).toBeGreaterThan(3);
    for (const { command, text } of failed) {
      const error = new ErrorReply(text);
      const kind = kindOf(command, text);
      const where = `${command.join(" ")}: ${text}`;
      expect(kindsOf(error), where).toEqual(kind === undefined ? [] : [kind]);
      expect(faultOf(error), where).toBe(kind === "isIndexMissing" ? "index_missing" : undefined);
    }
    const codes = failed.filter(({ command: [name = ""] }) => name.startsWith("FT."));
    const { errorCodes } = capabilitiesOf(modulesInList(of("MODULE")[0]?.reply), false);
    for (const { text } of codes)
      expect(replyCode(new ErrorReply(text))?.startsWith("SEARCH_") ?? false, text).toBe(errorCodes);
  });

  test("searches are read: keys, scores, sort keys and totals", () => {
    const searches = of("FT.SEARCH").filter(
      ({ command }) => has(command, "NOCONTENT") && !has(command, "EXPLAINSCORE"),
    );
    expect(searches.length).toBeGreaterThan(0);
    let rows = 0;
    for (const { command, reply } of searches) {
      const [scores, sorted] = [has(command, "WITHSCORES"), has(command, "WITHSORTKEYS")];
      const read = readRows(reply, 1 + Number(scores) + Number(sorted), (key, second, third) => ({
        key,
        score: scores ? Number(second) : 0,
        sortKey: sorted ? numberOfSortKey(scores ? third : second) : 0,
      }));
      rows += read.length;
      const where = command.join(" ");
      expect(totalOf([reply]), where).toBeGreaterThanOrEqual(read.length);
      for (const { key, score, sortKey } of read) {
        expect(key, where).toMatch(/:/);
        expect(Number.isFinite(score) && Number.isFinite(sortKey), where).toBe(true);
      }
    }
    expect(rows).toBeGreaterThan(0);
  });

  test("what the client reads of searches, groups and index information has the fields that are used", () => {
    for (const { reply } of of("FT.INFO")) {
      const list = reply as readonly unknown[];
      const field = (name: string): number => Number(list[list.indexOf(name) + 1]);
      for (const name of ["num_docs", "indexing", "percent_indexed"]) {
        expect(list, name).toContain(name);
        expect(Number.isFinite(field(name)), name).toBe(true);
      }
    }
    for (const { reply } of of("FT.AGGREGATE")) {
      const [, ...groups] = reply as readonly unknown[];
      expect(groups.length).toBeGreaterThan(0);
      const counts = groups.map((group) => Object.fromEntries(pairs(group as readonly string[])));
      for (const { g, c } of counts) expect([typeof g, Number(c) > 0]).toEqual(["string", true]);
    }
  });

  test("a plan of a union shows the size of each part; an intersection with an empty part may show none", () => {
    const plans = of("FT.PROFILE");
    expect(plans.length).toBeGreaterThan(0);
    const unions = plans.filter(({ command }) => has(command, "AGGREGATE"));
    expect(unions.length).toBeGreaterThan(0);
    for (const { command, reply } of unions) {
      const sizes = sizesIn(reply);
      for (const [, term = ""] of (command[4] ?? "").matchAll(/[(|](\w+)/g))
        expect(sizes.get(`TEXT:${term}`), command[4]).toBeGreaterThan(0);
    }
    const { plansNoEmptyIntersection } = capabilitiesOf(modulesInList(of("MODULE")[0]?.reply), false);
    const empty = plans.filter(({ command }) => command[4]?.includes("{$never}") === true);
    for (const { command, reply } of empty)
      expect(sizesIn(reply).size === 0, command[4]).toBe(plansNoEmptyIntersection);
  });

  test.skipIf(server === "8.8-cluster")("documents are read, whatever the order of their parts", () => {
    const documents = of("JSON.GET").filter(({ command }) => has(command, "$.memory"));
    expect(documents.length).toBeGreaterThan(10);
    let there = 0;
    for (const { reply } of documents) {
      if (reply === null) continue;
      const parts = JSON.parse(String(reply)) as Record<string, unknown[]>;
      expect(Object.keys(parts).toSorted()).toEqual(["$.memory", "$.published", "$.raw"]);
      expect(parts["$.memory"]?.[0]).toMatchObject({ id: expect.any(String), content: expect.any(String) });
      there++;
    }
    expect(there).toBeGreaterThan(5);
    for (const { command, reply } of of("JSON.GET")) {
      if (command.length === 3 && command[2] === "$" && reply !== null)
        expect(typeof readDocumentOrValue(String(reply))).not.toBe("undefined");
    }
    for (const { reply } of of("JSON.MGET")) expect(Array.isArray(reply)).toBe(true);
  });
});

/** A reply of `JSON.GET key $`: a list of one. */
function readDocumentOrValue(json: string): unknown {
  const [value] = JSON.parse(json) as unknown[];
  const isRecord = typeof value === "object" && value !== null && "memory" in value;
  return isRecord ? readDocument(json) : value;
}

function pairs(list: readonly string[]): [string, string][] {
  return Array.from({ length: list.length / 2 }, (_, index) => [
    list[2 * index] ?? "",
    list[2 * index + 1] ?? "",
  ]);
}
