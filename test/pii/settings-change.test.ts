import { afterAll, describe, expect, inject, test } from "vitest";
import { itemPath } from "../support/acts/items.js";
import { append, readMessages, user } from "../support/acts/sessions.js";
import { bodyOf, listAll, newNamespace, pathOf, postBatch, remember } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { startRedisGate } from "../support/redis/tap.js";
import { patchSettings } from "../support/service/namespaces.js";
import { startService, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const service = await useService();
const gate = await startRedisGate(inject("redisUrl"));
const late = await startService({
  REDIS_URL: gate.url,
  MNEME_KEY_PREFIX: service.prefix,
  MNEME_REDIS_TIMEOUT_MS: "4000",
});
afterAll(async () => {
  gate.release();
  await late.stop();
  gate.stop();
});

const EMAIL = "vera.north@private-mail.example";
const SAYS = `Write to ${EMAIL} today.`;

/** Each begins its write in one process before the settings change, and says where to look for its text. */
const WRITERS: Readonly<
  Record<
    string,
    (namespace: string) => Promise<{ write: (on: Service) => Promise<unknown>; text: () => Promise<unknown> }>
  >
> = {
  "a new memory": async (namespace) => ({
    write: (on) => remember(on, namespace, { content: SAYS }),
    text: () => listAll(service, namespace),
  }),
  "a batch": async (namespace) => ({
    write: (on) => {
      const contents = ["Nothing in it.", SAYS, "Nor here."];
      return postBatch(
        on,
        namespace,
        contents.map((content) => ({ content, memory_type: "semantic" })),
      );
    },
    text: () => listAll(service, namespace),
  }),
  "an interaction": async (namespace) => ({
    write: async (on) =>
      bodyOf(await on.send("POST", `/v1/namespaces/${namespace}/interactions`, { input: SAYS }), 201),
    text: () => listAll(service, namespace),
  }),
  "a revision": async (namespace) => {
    const memory = await remember(service, namespace, {
      content: "Write tomorrow.",
      memory_type: "semantic",
    });
    return {
      write: async (on) => bodyOf(await on.send("PATCH", pathOf(memory), { content: SAYS }), 200),
      text: () => listAll(service, namespace),
    };
  },
  "a restored version": async (namespace) => {
    const memory = await remember(service, namespace, { content: SAYS, memory_type: "semantic" });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "Write tomorrow." }), 200);
    return {
      write: async (on) => bodyOf(await on.send("POST", `${pathOf(memory)}/restore`, { version: 1 }), 200),
      text: () => listAll(service, namespace),
    };
  },
  "an item": async (namespace) => ({
    write: async (on) => bodyOf(await on.send("PUT", itemPath(namespace, "note"), { content: SAYS }), 201),
    text: () => listAll(service, namespace),
  }),
  "an item's next version": async (namespace) => {
    bodyOf(await service.send("PUT", itemPath(namespace, "note"), { content: "Write tomorrow." }), 201);
    return {
      write: async (on) => bodyOf(await on.send("PUT", itemPath(namespace, "note"), { content: SAYS }), 200),
      text: () => listAll(service, namespace),
    };
  },
  "a message": async (namespace) => ({
    write: (on) => append(on, namespace, "talk", user(SAYS)),
    text: () => readMessages(service, namespace, "talk"),
  }),
  "a copy": async (namespace) => {
    const memory = await remember(service, newNamespace(), { content: SAYS });
    return {
      write: async (on) =>
        bodyOf<Memory>(await on.send("POST", `${pathOf(memory)}/publish`, { to: namespace }), 201),
      text: () => listAll(service, namespace),
    };
  },
  "a value of state": async (namespace) => ({
    write: async (on) =>
      bodyOf(await on.send("PUT", `/v1/namespaces/${namespace}/state/note`, { value: SAYS }), 201),
    text: async () => bodyOf(await service.send("GET", `/v1/namespaces/${namespace}/state/note`), 200),
  }),
};

describe("A write that is on its way while the settings for personal data change", () => {
  test.each(Object.entries(WRITERS))("is treated by the new ones: %s", async (_, prepare) => {
    const namespace = newNamespace();
    const { write, text } = await prepare(namespace);
    const came = gate.hold(EMAIL);
    const written = write(late);
    await Promise.race([came, written]);
    await patchSettings(service, namespace, { pii: { email: "redact", state: true } });
    gate.release();
    await written;
    const stored = JSON.stringify(await text());
    expect(stored).toContain("[email]");
    expect(stored).not.toContain(EMAIL);
  });
});
