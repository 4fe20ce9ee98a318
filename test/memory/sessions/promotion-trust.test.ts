import { afterAll, beforeAll, expect, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import { bodyOf, listAll, newNamespace, remember } from "../../support/acts/memories.js";
import { putSettings } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import { append, assistant, readSession, user } from "../../support/acts/sessions.js";
import { agent, agentIn, said } from "../../support/acts/trust.js";
import { nonEmpty } from "../../support/non-empty.js";

let service: Service;
let root: Service;
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service, { agent: "root", human: true })).key);
});
afterAll(() => service.stop());

test("a turn in which several agents spoke is trusted no more than the least accurate of them", async () => {
  const ns = newNamespace();
  bodyOf(await putSettings(root, ns, { session: { window_messages: 4 } }), 200);
  const [liar, honest] = [
    await agentIn(root, service, "liar", ns),
    await agentIn(root, service, "honest", ns),
  ];
  for (let index = 0; index < 6; index++) {
    await said(root, await remember(liar, ns, { content: `Claim ${index} is so.` }), "contradicted");
  }
  const { accuracy } = await agent(root, "liar");
  expect(accuracy).toBeLessThan(0.3);
  for (let turn = 0; turn < 4; turn++) {
    await append(honest, ns, "s", user(`What of claim ${turn}?`));
    await append(liar, ns, "s", assistant(`Claim ${turn} is so.`));
  }
  await until(
    () => readSession(root, ns, "s"),
    ({ message_count, summarised_to }) => message_count - summarised_to <= 4,
  );
  const promoted = (await listAll(root, ns)).filter(({ session_id }) => session_id === "s");
  expect(promoted.length).toBeGreaterThan(2);
  for (const { trust } of nonEmpty(promoted)) expect(trust).toBeLessThanOrEqual(accuracy);
});
