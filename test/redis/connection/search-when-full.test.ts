import { createClient, ErrorReply } from "redis";
import { expect, inject, test } from "vitest";
import { findHazards } from "../../../src/redis/connection/hazards.js";
import { hidesNow, hidesWhenFull, letSearchesGoOn } from "../../../src/redis/connection/search-when-full.js";
import type { Connection } from "../../../src/redis/connection/server.js";

/** Replies as RediSearch 8.4 and later do to CONFIG, in the shape of its documentation. */
function server(policy: string, { mayGet = true, maySet = true, used = 50 } = {}) {
  const denied = (command: string) =>
    new ErrorReply(`NOPERM User x has no permissions to run the '${command}' command`);
  const state = { policy };
  const connection: Connection = {
    info: async (section) => (section === "memory" ? `used_memory:${used}\r\nmaxmemory:100\r\n` : ""),
    async sendCommand([, command, , value = ""]) {
      if (command === "GET") {
        if (!mayGet) throw denied("config|get");
        return ["search-on-oom", state.policy];
      }
      if (!maySet) throw denied("config|set");
      state.policy = value;
      return "OK";
    },
  };
  return { connection, state };
}

const warned = async (connection: Connection): Promise<boolean> => {
  const found = await findHazards(connection, { mayEvict: false, unfit: undefined, mayHide: true });
  return found.some(({ reason }) => reason === "redis_hides_when_full");
};

test("a server whose searches find nothing while its memory is full is told to search", async () => {
  const { connection, state } = server("return", { used: 101 });
  expect(await hidesNow(connection)).toBe(true);
  expect(await warned(connection)).toBe(true);
  expect(await letSearchesGoOn(connection)).toBe(true);
  expect(state.policy).toBe("ignore");
  expect(await hidesNow(connection)).toBe(false);
  expect(await warned(connection)).toBe(false);
});

test("one that fails instead hides nothing, and stays as it is", async () => {
  const { connection, state } = server("fail", { used: 101 });
  expect(await letSearchesGoOn(connection)).toBe(true);
  expect(state.policy).toBe("fail");
  expect(await hidesNow(connection)).toBe(false);
});

test("one that may not be told is warned of, and hides only while its memory is full", async () => {
  for (const mayGet of [true, false]) {
    const options = { maySet: false, mayGet };
    const { connection, state } = server("return", { ...options, used: 101 });
    expect(await letSearchesGoOn(connection)).toBe(false);
    expect(state.policy).toBe("return");
    expect(await warned(connection)).toBe(true);
    expect(await hidesNow(connection)).toBe(true);
    expect(await hidesNow(server("return", options).connection)).toBe(false);
  }
});

test("a Redis that doesn't know the setting isn't changed by the question", async () => {
  const client = createClient({ url: inject("redisUrl"), RESP: 2 });
  await client.connect();
  try {
    const knows = (await client.sendCommand(["CONFIG", "GET", "search-on-oom"])) as unknown as unknown[];
    const goesOn = await letSearchesGoOn(client);
    expect(goesOn).toBe(knows.length > 0);
    expect(await hidesWhenFull(client)).toBe(!goesOn);
    expect(await hidesNow(client)).toBe(false);
  } finally {
    client.destroy();
  }
});
