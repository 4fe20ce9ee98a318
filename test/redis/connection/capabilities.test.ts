import { createClient } from "redis";
import { describe, expect, inject, test } from "vitest";
import { capabilitiesOf, TRAITS, versionText } from "../../../src/redis/connection/capabilities.js";
import type { TraitName } from "../../../src/redis/connection/capabilities.js";
import { findModules, modulesInInfo, modulesInList } from "../../../src/redis/connection/find-modules.js";
import { isClusterNode } from "../../../src/redis/connection/server.js";
import { watchCapabilities } from "../../../src/redis/connection/watch-capabilities.js";
import { recordedIn } from "../replies/read.js";

/** What MODULE LIST and a JSON.SET with the words replied on real servers. */
interface Recorded {
  readonly server: string;
  readonly modules: unknown;
  readonly set: unknown;
}

const recorded = recordedIn<Recorded>("json-floats.jsonl");

const isError = (reply: unknown): reply is { readonly error: string } =>
  typeof reply === "object" && reply !== null && "error" in reply;

const oneServer = <Client>(client: Client) => ({ every: async () => [{ client, tag: "" }] });

/** Answers as the server that was recorded; `refused`: its user may not ask for the modules. */
function replaying({ modules, set }: Recorded, refused: boolean) {
  const denied = () => Promise.reject(new Error("NOPERM no permissions"));
  return {
    info: denied,
    sendCommand(args: string[]): Promise<unknown> {
      if (args[0] === "COMMAND") return Promise.resolve([[], []]);
      if (args[0] === "MODULE") return refused ? denied() : Promise.resolve(modules);
      return isError(set) ? Promise.reject(new Error(set.error)) : Promise.resolve(set);
    },
  };
}

describe.each(recorded)("of $server", (server) => {
  test.each([false, true])("what JSON.SET takes is found out (MODULE LIST refused: %s)", async (refused) => {
    const capabilities = watchCapabilities(oneServer(replaying(server, refused)), () => "probe");
    expect(capabilities.now.narrowsFloats).toBe(false);
    await capabilities.find();
    expect(capabilities.now.narrowsFloats).toBe(!isError(server.set));
    expect(capabilities.now.modules.json).toBe(refused ? undefined : modulesInList(server.modules).json);
  });
});

test("the Redis of the tests is asked without a trace, by INFO as by MODULE LIST", async () => {
  const client = createClient({ url: inject("redisUrl"), RESP: 2 });
  await client.connect();
  try {
    const probe = `probe:${Math.random()}`;
    const capabilities = watchCapabilities(oneServer(client), () => probe);
    await capabilities.find();
    const says = await client
      .sendCommand(["JSON.SET", probe, "$", "[0.5]", "XX", "FPHA", "FP64"])
      .then(() => true)
      .catch(() => false);
    expect(capabilities.now.narrowsFloats).toBe(says);
    expect(await client.exists(probe)).toBe(0);
    const listed = modulesInList(await client.sendCommand(["MODULE", "LIST"]));
    expect(listed.search).toBeGreaterThan(20_000);
    expect(modulesInInfo(await client.info("modules"))).toEqual(listed);
    expect(capabilities.now.modules).toEqual(listed);
    expect(capabilities.now.cluster).toBe(false);
    const newer = createClient({ url: inject("redisUrl"), RESP: 3 });
    await newer.connect();
    expect(modulesInList(await newer.sendCommand(["MODULE", "LIST"]))).toEqual(listed);
    newer.destroy();
  } finally {
    client.destroy();
  }
});

test("a user who may ask for nothing is served as on the oldest server", async () => {
  const denied = () => Promise.reject(new Error("NOPERM no permissions"));
  expect(await findModules({ info: denied, sendCommand: denied })).toEqual({
    search: undefined,
    json: undefined,
  });
});

test("a node of a cluster is known by INFO", () => {
  expect(isClusterNode("redis_version:8.2.3\r\nredis_mode:cluster\r\nos:Linux\r\n")).toBe(true);
  expect(isClusterNode("redis_version:8.2.3\r\nredis_mode:standalone\r\n")).toBe(false);
  expect(isClusterNode("valkey_version:9.1.2\r\nserver_mode:cluster\r\n")).toBe(true);
  expect(isClusterNode("")).toBe(false);
});

test("each trait begins with a version, and ends with none or a later one", () => {
  for (const { versions } of Object.values(TRAITS)) {
    const bounds = versions.flat();
    expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
  }
  const at = (search: number, json: number): string[] => {
    const found = capabilitiesOf({ search, json }, false);
    const names = Object.keys(TRAITS) as TraitName[];
    return names.filter((name) => found[name]);
  };
  expect(at(21_005, 20_803)).toEqual([]);
  expect(at(21_025, 20_803)).toEqual(["clampsIdf"]);
  expect(at(80_205, 80_208)).toEqual(["coordinator", "refusesReversedRange"]);
  expect(at(80_800, 80_800)).toEqual(Object.keys(TRAITS));
  expect(versionText(21_005)).toBe("2.10.5");
  expect(versionText(80_213)).toBe("8.2.13");
});
