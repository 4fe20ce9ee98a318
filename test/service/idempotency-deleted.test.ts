import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { memoriesOf, newNamespace } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();

const keyed = () => ({ headers: { "idempotency-key": randomUUID() } });
const secret = () => `secret ${randomUUID()}`;

interface Asked {
  readonly name: string;
  readonly method: "POST" | "PUT";
  readonly path: (namespace: string) => string;
  readonly body: (text: string) => unknown;
}

const STATE: Asked = {
  name: "a document",
  method: "PUT",
  path: (namespace) => `/v1/namespaces/${namespace}/state/${encodeURIComponent("täglich/{a} %")}`,
  body: (text) => ({ value: { text } }),
};
const TRANSACTION: Asked = {
  name: "a transaction",
  method: "POST",
  path: (namespace) => `/v1/namespaces/${namespace}/state-transactions`,
  body: (text) => ({ operations: [{ op: "set", key: "täglich/{a} %", value: { text } }] }),
};
const SESSION: Asked = {
  name: "messages of a session",
  method: "POST",
  path: (namespace) => `/v1/namespaces/${namespace}/sessions/chat/messages`,
  body: (text) => ({ messages: [{ role: "user", content: text }] }),
};
const ALIASES: Asked = {
  name: "a namespace's aliases",
  method: "PUT",
  path: (namespace) => `/v1/namespaces/${namespace}/entities/Ana`,
  body: (text) => ({ aliases: [text] }),
};
const MEMORY: Asked = {
  name: "a memory",
  method: "POST",
  path: memoriesOf,
  body: (text) => ({ memory_type: "semantic", content: text }),
};

async function askTwice(asked: Asked, namespace: string, remove: () => Promise<unknown>) {
  const [options, text] = [keyed(), secret()];
  const send = () => service.send(asked.method, asked.path(namespace), asked.body(text), options);
  const first = await send();
  expect(first.status).toBeLessThan(300);
  expect((await send()).headers.get("idempotency-replayed")).toBe("true");
  await remove();
  const again = await send();
  expect(again).toMatchObject({ status: 410, body: { code: "answer_erased" } });
  expect(again.text).not.toContain(text);
}

test.each([STATE, TRANSACTION, SESSION, ALIASES, MEMORY])(
  "a stored answer about $name is erased with its namespace",
  async (asked) => {
    const namespace = newNamespace();
    await askTwice(asked, namespace, async () => {
      expect((await service.send("DELETE", `/v1/namespaces/${namespace}`)).status).toBe(200);
    });
  },
);

test.each([STATE, TRANSACTION])("a stored answer of $name is erased with the document", async (asked) => {
  const namespace = newNamespace();
  await askTwice(asked, namespace, async () => {
    expect((await service.send("DELETE", STATE.path(namespace))).status).toBe(204);
  });
});

test("a stored answer about a session is erased with the session", async () => {
  const namespace = newNamespace();
  await askTwice(SESSION, namespace, async () => {
    const { status } = await service.send("DELETE", `/v1/namespaces/${namespace}/sessions/chat`);
    expect(status).toBe(204);
  });
});

test("a transaction that deletes a document erases other answers about it, and its own is replayed", async () => {
  const namespace = newNamespace();
  const options = keyed();
  const body = { operations: [{ op: "delete", key: "täglich/{a} %" }] };
  const remove = () => service.send("POST", TRANSACTION.path(namespace), body, options);
  await askTwice(STATE, namespace, async () => {
    expect((await remove()).status).toBe(200);
  });
  const again = await remove();
  expect(again.status).toBe(200);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
});

test("answers about other documents, and of what is written after a deletion, stay", async () => {
  const namespace = newNamespace();
  const put = (key: string, options: { headers: Record<string, string> }) =>
    service.send("PUT", `/v1/namespaces/${namespace}/state/${key}`, { value: 1 }, options);
  const [other, later] = [keyed(), keyed()];
  await put("other", other);
  await put("one", keyed());
  await service.send("DELETE", `/v1/namespaces/${namespace}/state/one`);
  await put("one", later);
  for (const again of [await put("other", other), await put("one", later)]) {
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  }
});

test("a forget that is asked for again gets its first answer, which names what it deleted", async () => {
  const namespace = newNamespace();
  await service.send("POST", memoriesOf(namespace), MEMORY.body(secret()));
  const options = keyed();
  const forget = () =>
    service.send("POST", `/v1/namespaces/${namespace}/forget`, { policy: { max_age: 0 } }, options);
  const first = await forget();
  const again = await forget();
  expect(again).toMatchObject({ status: first.status, text: first.text });
});
