import { expect, test } from "vitest";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { newNamespace, post } from "../support/acts/memories.js";
import { keysCommand } from "../support/run/keys-command.js";
import { useService } from "../support/service/service.js";

const service = await useService();
const root = as(service, (await createKey(service)).key);

test("a key with the grant metrics reads /metrics and nothing else", async () => {
  const made = await keysCommand(service, "create", "--agent", "scraper", "--grant", "**=metrics");
  const scraper = as(service, made.stdout.trim());
  const { status, text } = await scraper.send("GET", "/metrics");
  expect(status).toBe(200);
  expect(text).toContain("mneme_redis_up 1");
  const namespace = newNamespace();
  expect((await post(scraper, namespace, { content: "x" })).status).toBe(403);
  for (const path of [`/v1/namespaces/${namespace}/memories`, "/v1/audit?namespace=**", "/v1/agents"]) {
    expect((await scraper.send("GET", path)).status, path).not.toBe(200);
  }
  expect((await scraper.send("GET", "/v1/keys")).status).toBe(403);
  const grants = [{ namespace: "**", verbs: ["metrics"] }];
  expect((await scraper.send("POST", "/v1/keys", { agent: "x", grants })).status).toBe(403);
});

test("a key of a namespace reads no metrics, and the grant is one on everything only", async () => {
  const reader = as(service, await keyFor(root, newNamespace(), ["read", "admin"]));
  expect((await reader.send("GET", "/metrics")).status).toBe(403);
  const grants = [{ namespace: "acme.**", verbs: ["metrics"] }];
  expect(await root.send("POST", "/v1/keys", { agent: "x", grants })).toMatchObject({
    status: 400,
    body: { errors: [{ field: "grants[0].verbs", message: "metrics can only be granted on **." }] },
  });
});
