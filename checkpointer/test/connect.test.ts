import { once } from "node:events";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { afterEach, describe, expect, inject, it } from "vitest";
import { MnemeStore, RedisSaver } from "../src/index.js";
import { client } from "./support/savers.js";

const servers: { server: Server; sockets: Socket[] }[] = [];
afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** Takes connections and says nothing. */
async function silentPort(): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  servers.push({ server, sockets });
  await once(server, "listening");
  return portOf(server);
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return address.port;
}

describe("RedisSaver.fromUrl", () => {
  it.each([
    ["undefined", undefined, /must be one such as .*: it is undefined/],
    ["null", null, /it is null/],
    ["a number", 6379, /it is number/],
    ["empty", "", /it is empty/],
    ["blank", "  ", /it is empty/],
    ["garbled", "redis//secret@host:port", /it isn't a URL/],
    ["of another protocol", "http://localhost:6379", /begins with http:/],
    ["without a host", "redis://", /names no host/],
    ["of a cluster without hosts", "redis+cluster://", /must name hosts/],
    ["of a cluster with a garbled host", "redis+cluster://:secret@a:6379,b:x", /must name hosts/],
    ["of a cluster with a database", "redis+cluster://:secret@a,b/1", /no database but 0/],
    ["of a cluster with parameters", "redis+cluster://a,b?x=secret", /no parameters/],
    ["of Sentinels without a master", "redis+sentinel://:secret@a,b", /the master that the Sentinels watch/],
    ["of Sentinels with other parameters", "redis+sentinel://a/m?db=secret", /parameters may be/],
    ["of a login that is encoded wrongly", "redis+cluster://:secret%ff@a", /percent-encoded/],
    ["with a database that is no number", "redis://localhost:6379/prod", /number of a database/],
  ])("rejects a url that is %s at once", async (_, url, reason) => {
    const failure = RedisSaver.fromUrl(url as string);
    await expect(failure).rejects.toThrow(TypeError);
    await expect(failure).rejects.toThrow(reason);
    await expect(failure).rejects.not.toThrow(/secret/);
  });

  it("rejects with the reason where nothing listens", async () => {
    const port = await closedPort();
    await expect(RedisSaver.fromUrl(`redis://:secret@127.0.0.1:${port}`)).rejects.toThrow(
      new RegExp(`^Redis at 127.0.0.1:${port} can't be used: .*ECONNREFUSED`),
    );
    await expect(RedisSaver.fromUrl(`redis://localhost:${port}`)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("rejects with the reason where there is no such host", async () => {
    await expect(RedisSaver.fromUrl("redis://no-such-host.invalid:6379")).rejects.toThrow(
      /no-such-host.invalid:6379 can't be used: .*(ENOTFOUND|EAI_AGAIN)/,
    );
  });

  it("rejects when the connection is taken and nothing is answered in time", async () => {
    const port = await silentPort();
    await expect(RedisSaver.fromUrl(`redis://127.0.0.1:${port}`, { connectTimeoutMs: 200 })).rejects.toThrow(
      /no answer within 200 ms/,
    );
  });

  it("rejects wrong credentials at once, without showing them", async () => {
    const { hostname, port } = new URL(inject("redisUrl"));
    const user = `user-${crypto.randomUUID()}`;
    await client.sendCommand(["ACL", "SETUSER", user, "on", ">right", "~*", "+@all"]);
    try {
      const failure = RedisSaver.fromUrl(`redis://${user}:hunter2@${hostname}:${port}`, {
        connectTimeoutMs: 60_000,
      });
      await expect(failure).rejects.toThrow(/WRONGPASS/);
      await expect(failure).rejects.not.toThrow(/hunter2/);
      await using saver = await RedisSaver.fromUrl(`redis://${user}:right@${hostname}:${port}`);
      expect(await saver.getTuple({ configurable: { thread_id: "none" } })).toBeUndefined();
    } finally {
      await client.sendCommand(["ACL", "DELUSER", user]);
    }
  });

  it("reconnects after it was connected once", async () => {
    // A user of its own tells its connection from those of other tests.
    const { hostname, port } = new URL(inject("redisUrl"));
    const user = `user-${crypto.randomUUID()}`;
    await client.sendCommand(["ACL", "SETUSER", user, "on", ">right", "~*", "+@all"]);
    try {
      await using saver = await RedisSaver.fromUrl(`redis://${user}:right@${hostname}:${port}`);
      expect(await client.sendCommand(["CLIENT", "KILL", "USER", user])).toBe(1);
      expect(await saver.getTuple({ configurable: { thread_id: "none" } })).toBeUndefined();
    } finally {
      await client.sendCommand(["ACL", "DELUSER", user]);
    }
  });
});

describe("MnemeStore", () => {
  it.each([undefined, "", "nowhere", "ftp://localhost", "localhost:8080"])(
    "refuses the url %s when it is made",
    (url) => {
      expect(() => new MnemeStore({ url: url as string })).toThrow(/url must be that of a mneme service/);
    },
  );

  it("rejects its first request with the reason where nothing listens, and where there is no such host", async () => {
    const closed = `http://127.0.0.1:${await closedPort()}`;
    // A refusal needs no timeout, and a busy machine may take long over either.
    const options = { connectTimeoutMs: 300, retries: 1000 };
    await expect(
      new MnemeStore({ url: closed, ...options, connectTimeoutMs: 10_000 }).get(["a"], "k"),
    ).rejects.toThrow(/unreachable: mneme can't be reached at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
    await expect(
      new MnemeStore({ url: "http://no-such-host.invalid", ...options }).get(["a"], "k"),
    ).rejects.toThrow(/ENOTFOUND|EAI_AGAIN|no answer/);
  });

  it("rejects its first request when nothing is answered within the time for a connection", async () => {
    const store = new MnemeStore({ url: `http://127.0.0.1:${await silentPort()}`, connectTimeoutMs: 200 });
    await expect(store.get(["a"], "k")).rejects.toMatchObject({ code: "timeout" });
  });
});
