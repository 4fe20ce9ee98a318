import { describe, expect, test } from "vitest";
import type { ModuleVersions } from "../../../src/redis/connection/capabilities.js";
import { productOf } from "../../../src/redis/connection/product.js";
import { unfitReason } from "../../../src/redis/connection/unfit.js";

const NONE: ModuleVersions = { search: undefined, json: undefined };
const reasonOf = (info: string, modules = NONE, known = [false, false]): string | undefined =>
  unfitReason(productOf(info.replaceAll("\n", "\r\n")), modules, known);

// As real servers and the documentation of providers show INFO; what is the same everywhere is left out.
describe("a server that isn't Redis is named, by its own version", () => {
  test.each([
    ["redis_version:7.2.4\nserver_name:valkey\nvalkey_version:9.1.2", "Valkey 9.1.2"],
    ["redis_version:7.4.0\ndragonfly_version:df-v1.40.1\ntcp_port:6379", "Dragonfly 1.40.1"],
    ["redis_version:7.1.0\nredis_mode:cluster\nos:Amazon ElastiCache", "Amazon ElastiCache 7.1.0"],
    ["redis_version:7.2.4\nserver_name:valkey\nos:Amazon ElastiCache", "Amazon ElastiCache 7.2.4"],
    ["redis_version:7.1.1\nredis_mode:cluster\nos:Amazon MemoryDB", "Amazon MemoryDB 7.1.1"],
    ["upstash_version:1.10.5\nredis_version:6.2.6\nredis_mode:standalone", "Upstash 1.10.5"],
    ["redis_version:6.3.4\nexecutable:/usr/bin/keydb-server\nconfig_file:", "KeyDB 6.3.4"],
    ["redis_version:7.0.0\nkvrocks_version:2.12.0", "Apache Kvrocks 2.12.0"],
    ["redis_version:7.4.3\ngarnet_version:1.0.84", "Garnet 1.0.84"],
  ])("%j: %s", (info, name) => {
    expect(reasonOf(info)).toBe(`it is ${name}, which has no search and no JSON`);
    // Several have commands of these names, which answer otherwise.
    expect(reasonOf(info, NONE, [true, true])).toContain(`it is ${name}, whose search and JSON differ`);
  });
});

describe("a Redis is judged by what it has", () => {
  const eight = "redis_version:8.2.3\nredis_mode:standalone\nos:Linux";
  const measured = { search: 80_213, json: 80_208 };

  test("one with its modules does, whoever hosts it, and whatever it doesn't tell", () => {
    expect(reasonOf(eight, measured, [true, true])).toBeUndefined();
    expect(reasonOf("redis_version:7.4.1", { search: 21_005, json: 20_803 }, [true, true])).toBeUndefined();
    expect(reasonOf("", NONE, [true, true])).toBeUndefined();
    expect(reasonOf("redis_version:8.10.0", { search: 81_000, json: 81_000 }, [true, true])).toBeUndefined();
  });

  test("a Redis 8 that was started without its modules is told how to load them", () => {
    expect(reasonOf(eight)).toMatch(/^it has no search and no JSON \(.*redis-full\.conf/);
    expect(reasonOf(eight, measured, [true, false])).toMatch(/^it has no JSON \(/);
  });

  test("an older one, and older modules, are named with what is needed", () => {
    expect(reasonOf("redis_version:6.2.14")).toBe(
      "version 6.2.14 is older than 7.4; it has no search and no JSON",
    );
    expect(reasonOf(eight, { search: 20_814, json: 20_609 }, [true, true])).toBe(
      "its search module 2.8.14 is older than 2.10.0; its JSON module 2.6.9 is older than 2.8.0",
    );
  });
});
