import { connect } from "node:net";
import type { Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { openEvents } from "../support/service/events.js";
import { memoriesOf, newNamespace, remember } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { startService, until } from "../support/service/service.js";

/** Opens a connection of its own, sends what `write` writes, and gives all that came back when it has ended. */
async function talk(
  url: string,
  write: (send: (text: string) => void, ended: () => boolean) => Promise<void>,
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = "";
  socket.setEncoding("utf8").on("data", (text: string) => (received += text));
  socket.on("error", () => {});
  await once(socket, "connect");
  const ended = once(socket, "close");
  await write(
    (text) => void (socket.writable && socket.write(text)),
    () => socket.closed || socket.readableEnded,
  );
  await ended;
  return received;
}

describe("routes that need no key", () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ MNEME_OPEN_REQUESTS_PER_SECOND: "5" });
    // Reads the description, against which each answer is held, while it may.
    await service.send("GET", "/healthz");
  });
  afterAll(() => service.stop());

  test.each(["/docs", "/docs/swagger-ui.css", "/openapi.json", "/docs/start.js"])(
    "%s is refused with 429 to an address that asks too often, while routes with a key and probes go on",
    async (path) => {
      // A bucket of four seconds fills meanwhile: a hundred requests are more than it ever holds.
      const statuses = await Promise.all(
        Array.from({ length: 100 }, async () => (await service.send("GET", path)).status),
      );
      expect(statuses).toContain(429);
      const refused = await until(
        () => service.send("GET", path),
        ({ status }) => status === 429,
      );
      expect(refused.body).toMatchObject({ code: "rate_limited" });
      expect(refused.headers.get("retry-after")).toBe("1");
      for (const probe of ["/healthz", "/readyz"]) {
        const probed = Array.from({ length: 30 }, async () => (await service.send("GET", probe)).status);
        expect(new Set(await Promise.all(probed))).toEqual(new Set([200]));
      }
      expect((await service.send("GET", memoriesOf(newNamespace()))).status).toBe(200);
    },
  );

  test("an address that has waited is served again", async () => {
    await until(
      () => service.send("GET", "/docs"),
      ({ status }) => status === 429,
    );
    await sleep(1500);
    expect((await service.send("GET", "/docs")).status).toBe(200);
  });
});

test("files that don't change are sent once: packed, and not at all to a client that has them", async () => {
  const service = await startService();
  for (const path of ["/openapi.json", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"]) {
    const packed = await fetch(service.url + path, { headers: { "accept-encoding": "gzip" } });
    const plain = await fetch(service.url + path, { headers: { "accept-encoding": "identity" } });
    const refusing = await fetch(service.url + path, { headers: { "accept-encoding": "gzip;q=0" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(refusing.headers.get("content-encoding")).toBeNull();
    expect(await packed.text()).toBe(await plain.text());
    await refusing.text();
    const etag = plain.headers.get("etag") ?? "";
    const again = await fetch(service.url + path, { headers: { "if-none-match": `"x", W/${etag}` } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  }
  await service.stop();
});

describe("an answer that is larger than the sockets hold", () => {
  const PATH = "/docs/swagger-ui-bundle.js";
  const TIMES = 20;

  /** Asks for the file many times on one connection, and gives the number of bytes that came until it was closed. */
  async function take(
    url: string,
    read: (socket: Socket, ended: () => boolean) => Promise<void>,
  ): Promise<number> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let received = 0;
    let ended = false;
    socket.on("error", () => {});
    await once(socket, "connect");
    socket.on("data", (chunk: Buffer) => (received += chunk.length));
    socket.pause();
    const closed = once(socket, "close").then(() => (ended = true));
    const head = `GET ${PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    socket.write(`${head}\r\n`.repeat(TIMES - 1) + `${head}Connection: close\r\n\r\n`);
    await read(socket, () => ended);
    socket.resume();
    await closed;
    return received;
  }

  test("ends with its connection when nobody reads it, and not when the reader is slow", async () => {
    const service = await startService({ MNEME_SEND_TIMEOUT_MS: "2000" });
    const size = (
      await (await fetch(service.url + PATH, { headers: { "accept-encoding": "identity" } })).text()
    ).length;
    const [unread, slow] = await Promise.all([
      take(service.url, () => sleep(8_000)),
      take(service.url, async (socket, ended) => {
        while (!ended()) {
          socket.resume();
          await sleep(20);
          socket.pause();
          await sleep(300);
        }
      }),
    ]);
    expect(unread).toBeLessThan(size * TIMES);
    expect(slow).toBeGreaterThan(size * TIMES);
    await service.stop();
  });
});

test("one key takes no more than its part of the places to follow changes, and others find theirs", async () => {
  const service = await startService({ MNEME_WATCHERS_PER_KEY: "3", MNEME_WATCHERS_MAX: "100" });
  const root = as(service, (await createKey(service)).key);
  const namespace = newNamespace();
  const path = `/v1/namespaces/${namespace}/state-changes`;
  const [one, other] = [await keyFor(root, namespace, ["read"]), await keyFor(root, namespace, ["read"])];
  const follow = (key: string) => openEvents(service, path, undefined, key);
  const opened = await Promise.all(Array.from({ length: 6 }, () => follow(one)));
  expect(opened.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429, 429]);
  const refused = await as(service, one).send("GET", path);
  expect(refused).toMatchObject({ status: 429, body: { code: "too_many_watchers_of_key" } });
  expect(refused.headers.get("retry-after")).toBe("5");
  const another = await follow(other);
  expect(another.status).toBe(200);
  opened.find(({ status }) => status === 200)?.close();
  // Its place is free again.
  const next = await until(
    () => follow(one),
    ({ status }) => status === 200,
  );
  for (const watcher of [...opened, another, next]) watcher.close();
  await service.stop();
});

describe("a request that trickles", () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ MNEME_BODY_TIMEOUT_MS: "3000" });
  });
  afterAll(() => service.stop());

  const head = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;

  test.each([
    ["a declared length", "Content-Length: 100000", (text: string) => text],
    ["chunks", "Transfer-Encoding: chunked", (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`],
  ])("in its body, with %s, is ended with 408, and nothing is stored", async (_name, header, frame) => {
    const namespace = newNamespace();
    const text = await talk(service.url, async (send, ended) => {
      send(head(memoriesOf(namespace), header));
      send(frame('{"content":"x","memory_type":"semantic"'));
      while (!ended()) {
        await sleep(100);
        send(frame(" "));
      }
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toMatch(/content-type: application\/problem\+json/i);
    expect(text).toMatch(/connection: close/i);
    expect(text).toContain('"code":"request_timeout"');
    expect((await service.send("GET", memoriesOf(namespace))).body).toMatchObject({ memories: [] });
  });

  test("in its headers is ended with 408", async () => {
    const text = await talk(service.url, async (send, ended) => {
      send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n");
      while (!ended()) {
        await sleep(500);
        send("X-Slow: 1\r\n");
      }
    });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("but arrives within the time is served", async () => {
    const namespace = newNamespace();
    const { id } = await remember(service, namespace, { content: "x" });
    expect(id).toBeDefined();
    const body = '{"content":"slow but in time","memory_type":"semantic"}';
    const text = await talk(service.url, async (send) => {
      send(head(memoriesOf(namespace), `Connection: close\r\nContent-Length: ${body.length}`));
      for (const part of [body.slice(0, 20), body.slice(20)]) {
        await sleep(150);
        send(part);
      }
    });
    expect(text).toMatch(/^HTTP\/1\.1 201 /);
  });
});
