import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Memory } from "../../support/acts/memories.js";
import { bodyOf, listAll, memoriesOf, newNamespace, pathOf } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

test("a kept answer is erased with a memory in it, and the request isn't done a second time", async () => {
  const namespace = newNamespace();
  const headers = { "idempotency-key": randomUUID() };
  const body = { memory_type: "semantic", content: "My locker code is 5511." };
  const send = () => service.send("POST", memoriesOf(namespace), body, { headers });
  const memory = bodyOf<Memory>(await send(), 201);
  expect(bodyOf<Memory>(await send(), 201).id).toBe(memory.id);
  expect((await service.send("DELETE", pathOf(memory))).status).toBe(204);
  const again = await send();
  expect(again).toMatchObject({ status: 410, body: { code: "answer_erased" } });
  expect(again.text).not.toContain("5511");
  expect(await listAll(service, namespace)).toEqual([]);
});
