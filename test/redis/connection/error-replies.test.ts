import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, ErrorReply } from "redis";
import { afterAll, describe, expect, inject, test } from "vitest";
import { deniedCommand, faultOf, replyCode } from "../../../src/redis/connection/error-replies.js";
import { kindOf, kindsOf, recordedIn } from "../replies/read.js";
import type { Kind } from "../replies/read.js";

describe("the texts of Redis's error replies", () => {
  test.each<[string, Kind]>([
    // RediSearch 2.10 (Redis 7.4), 8.2 and 8.4, which word it by the command, and 8.8, which puts a code before it.
    ["Index already exists", "isIndexPresent"],
    ["SEARCH_INDEX_EXISTS Index already exists", "isIndexPresent"],
    ["SEARCH_INDEX_EXISTS: Index already exists", "isIndexPresent"],
    ["mneme:idx:rec:4: no such index", "isIndexMissing"],
    ["mneme:idx:rec:4: No such index", "isIndexMissing"],
    ["No such index mneme:idx:rec:4", "isIndexMissing"],
    ["Unknown index name", "isIndexMissing"],
    ["Unknown Index name", "isIndexMissing"],
    ["SEARCH_INDEX_NOT_FOUND Index not found: mneme:idx:rec:4", "isIndexMissing"],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", "isWrongType"],
    ["Existing key has wrong Redis type", "isWrongType"],
    ["LOADING Redis is loading the dataset in memory", "isPassing"],
    ["BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", "isPassing"],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "isPassing"],
    ["CLUSTERDOWN The cluster is down", "isPassing"],
    ["TRYAGAIN Multiple keys request during rehashing of slot", "isPassing"],
    ["READONLY You can't write against a read only replica.", "takesNoWrites"],
    ["NOREPLICAS Not enough good replicas to write.", "takesNoWrites"],
    ["MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.", "takesNoWrites"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "isOutOfMemory"],
    ["SEARCH_OOM Not enough memory available to execute the query", "isOutOfMemory"],
    ["NOPERM User x has no permissions to run the 'ft.create' command", "isNotLetIn"],
    ["NOAUTH Authentication required.", "isNotLetIn"],
    ["WRONGPASS invalid username-password pair or user is disabled.", "isNotLetIn"],
    ["DENIED Redis is running in protected mode", "isNotLetIn"],
    [
      "ERR ACL failure in script: User u has no permissions to run the 'xadd' command script: f00, on @user_script:1.",
      "isNotLetIn",
    ],
    ["MOVED 13040 127.0.0.1:22103", "isOtherNode"],
    ["NOAUDIT the trail is unusable: WRONGTYPE Operation against a key", "isAuditUnusable"],
    ["ERR unknown command 'LOADING', with args beginning with: ", "isUnknownCommand"],
    ["ERR unknown subcommand 'GET'. Try CONFIG HELP.", "isUnknownCommand"],
    ["EXECABORT Transaction discarded because of: LOADING Redis is loading the dataset", "isPassing"],
  ])("%s is recognised as one kind only", (text, kind) => {
    expect(kindsOf(new ErrorReply(text))).toEqual([kind]);
  });

  test.each([
    "Syntax error at offset 2 near no such index",
    "SEARCH_SYNTAX Syntax error at offset 9 near x: no such index",
    "No such parameter `LOADING`",
    "BUSYGROUP Consumer Group name already exists",
    "BUSYKEY Target key name already exists.",
  ])("%s is none of the kinds", (text) => {
    expect(kindsOf(new ErrorReply(text))).toEqual([]);
  });

  test("only an error is recognised, never a value with its text", () => {
    expect(kindsOf("LOADING Redis is loading the dataset in memory")).toEqual([]);
    expect(replyCode("LOADING")).toBeUndefined();
    expect(replyCode(new ErrorReply("LOADING Redis is loading the dataset in memory"))).toBe("LOADING");
    expect(replyCode(new ErrorReply("Index already exists"))).toBeUndefined();
  });
});

describe("a fault of Redis is named after its cause", () => {
  test.each([
    ["LOADING Redis is loading the dataset in memory", "redis_loading"],
    ["BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", "redis_busy"],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "redis_unavailable"],
    ["READONLY You can't write against a read only replica.", "redis_readonly"],
    [
      "READONLY You can't write against a read only replica. script: f00, on @user_script:1.",
      "redis_readonly",
    ],
    ["NOREPLICAS Not enough good replicas to write.", "redis_replicas_missing"],
    ["MISCONF Errors writing to the AOF file: No space left on device", "redis_disk_full"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "redis_out_of_memory"],
    ["SEARCH_OOM Not enough memory available to execute the query", "redis_out_of_memory"],
    ["ERR max number of clients reached", "redis_too_many_clients"],
    ["NOPERM User x has no permissions to run the 'ft.create' command", "acl_denied"],
    ["NOPERM No permissions to access a key", "acl_denied"],
    ["ERR ACL failure in script: User u has no permissions to run the 'set' command", "acl_denied"],
    ["mneme:idx:rec:4: no such index", "index_missing"],
    ["NOAUDIT the trail is unusable: WRONGTYPE Operation against a key", undefined],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", undefined],
    ["Syntax error at offset 2 near OOM", undefined],
    ["ERR value READONLY is not an integer", undefined],
  ])("%s: %s", (text, fault) => {
    expect(faultOf(new ErrorReply(text))).toBe(fault);
  });

  test("a denied command is read from the reply, and nothing else is", () => {
    const denied = (text: string) => deniedCommand(new ErrorReply(text));
    expect(denied("NOPERM User x has no permissions to run the 'ft.create' command")).toBe("ft.create");
    expect(denied("ERR ACL failure in script: User x has no permissions to run the 'set' command")).toBe(
      "set",
    );
    expect(denied("NOPERM No permissions to access a key")).toBeUndefined();
    expect(denied("NOPERM No permissions to access the 'mneme:{secret}' key")).toBeUndefined();
  });
});

interface Recorded {
  readonly command: readonly string[];
  readonly error: string;
}

describe.each(["7.4.1", "8.2.3", "8.8", "8.8-cluster"])("the recorded replies of Redis %s", (version) => {
  const replies = recordedIn<Recorded>(`errors-${version}.jsonl`).map(
    ({ command, error }) => [command.join(" "), command, error] as const,
  );

  test.each(replies)("%s is recognised by what it is, and as nothing else", (_, command, error) => {
    const kind = kindOf(command, error);
    expect(kindsOf(new ErrorReply(error))).toEqual(kind === undefined ? [] : [kind]);
  });
});

describe("the replies of the Redis that runs here", () => {
  const client = createClient({ url: inject("redisUrl"), RESP: 2 });
  const prefix = `t${Math.random().toString(36).slice(2)}`;
  const connected = client.connect();
  afterAll(async () => {
    await client.sendCommand(["FT.DROPINDEX", prefix]);
    await client.del([`${prefix}:json`, `${prefix}:list`]);
    client.destroy();
  });
  const errorOf = async (...command: string[]): Promise<unknown> => {
    await connected;
    return client.sendCommand(command).then(
      (reply) => expect.fail(`${command.join(" ")} replied ${String(reply)}`),
      (error: unknown) => error,
    );
  };

  test("an index that is there, one that is missing and a key of another type are recognised", async () => {
    await connected;
    const create = ["FT.CREATE", prefix, "ON", "HASH", "PREFIX", "1", `${prefix}:`, "SCHEMA", "t", "TEXT"];
    await client.sendCommand(create);
    expect(kindsOf(await errorOf(...create))).toEqual(["isIndexPresent"]);
    for (const command of [["FT.SEARCH", "x"], ["FT.INFO"], ["FT.DROPINDEX"], ["FT.AGGREGATE", "x"]]) {
      const [name = "", ...rest] = command;
      expect(kindsOf(await errorOf(name, `${prefix}missing`, ...rest)), name).toEqual(["isIndexMissing"]);
    }
    await client.rPush(`${prefix}:list`, "x");
    expect(kindsOf(await errorOf("HGET", `${prefix}:list`, "x"))).toEqual(["isWrongType"]);
    expect(kindsOf(await errorOf("JSON.GET", `${prefix}:list`, "$"))).toEqual(["isWrongType"]);
  });

  test("the replies within a transaction that failed are recognised", async () => {
    await connected;
    await client.del(`${prefix}:list`);
    await client.rPush(`${prefix}:list`, "x");
    const failed = await client
      .multi()
      .hGet(`${prefix}:list`, "x")
      .ping()
      .exec()
      .catch((error: unknown) => error);
    expect(kindsOf(failed)).toEqual(["isWrongType"]);
  });
});

test("no other source file compares the text of a Redis reply", () => {
  const root = join(import.meta.dirname, "..", "..", "..");
  const codes =
    /\b(?:LOADING|MASTERDOWN|READONLY|CLUSTERDOWN|MISCONF|NOPERM|NOAUTH|WRONGPASS|NOSCRIPT|WRONGTYPE)\b/;
  const words = /no such index|unknown index|index already exists|index not found/i;
  const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*)/.test(line);
  const found = ["src", "scripts", "checkpointer/src"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.m?ts$/.test(name) && !name.includes("node_modules"))
      .map((name) => join(folder, name))
      .filter((name) =>
        readFileSync(join(root, name), "utf8")
          .split("\n")
          .some((line) => !isComment(line) && (codes.test(line) || words.test(line))),
      ),
  );
  expect(found.toSorted()).toEqual([
    "checkpointer/src/error-replies.ts",
    "src/redis/connection/error-replies.ts",
  ]);
});
