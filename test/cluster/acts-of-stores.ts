import { join } from "node:path";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { RedisSaver } from "@mneme/checkpointer";
import { expect, test } from "vitest";
import { openRedis } from "../../src/redis/connection/open-redis.js";
import { archiveAll, archived } from "../memory/archive/support.js";
import { erased } from "../erasures/support.js";
import { contentOf, mneme } from "../support/acts/backup.js";
import { listAll, newNamespace, read, remember } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import type { Service } from "../support/service/service.js";
import { until } from "../support/service/service.js";

/** What works over the whole store, or with several keys at once, as on a single Redis. The service has an archive. */
export function testActsOfStores(serviceOf: () => Service): void {
  const folder = tempFolder();

  test("an export imported again after an erasure says the same in a second export", async () => {
    const [service, root] = [serviceOf(), newNamespace()];
    const names = Array.from({ length: 4 }, (_, index) => `${root}.n${index}`);
    for (const name of names) {
      await remember(service, name, { content: `The depot of ${name} opens at six.` });
      const put = await service.send("PUT", `/v1/namespaces/${name}/state/gate`, { value: { open: true } });
      expect(put.status).toBe(201);
    }
    const [first, second] = [join(folder, "first.jsonl"), join(folder, "second.jsonl")];
    const exportTo = (file: string) =>
      mneme(service, ["export", "--out", file, ...names.flatMap((name) => ["--namespace", name])]);
    const before = await exportTo(first);
    expect(before.code, before.stderr).toBe(0);
    const { status } = await erased(service, { namespace: `${root}.**` });
    expect(status).toBe("complete");
    expect(await listAll(service, names[0] ?? "")).toEqual([]);
    const other = await mneme(service, ["import", first, "--restore-erased"]);
    expect(other.code, other.stderr).toBe(0);
    const after = await exportTo(second);
    expect(after.code, after.stderr).toBe(0);
    const told = (file: string) => contentOf(file).filter((line) => !line.includes('"erased"'));
    expect(told(second)).toEqual(told(first));
  });

  test("an episode is archived, and restored", async () => {
    const [service, namespace] = [serviceOf(), newNamespace()];
    const content = `The lighthouse keeper came aboard. ${"The harbour was quiet. ".repeat(30)}`.trim();
    const memory = await remember(service, namespace, { memory_type: "episodic", content });
    await archiveAll(service, namespace);
    expect(await archived(service, namespace, 1)).toMatchObject([{ id: memory.id, archived: true }]);
    const path = `/v1/namespaces/${namespace}/archive/restore`;
    expect((await service.send("POST", path, { ids: [memory.id] })).status).toBe(200);
    await until(
      () => read(service, memory),
      (found) => found.archived === false,
    );
    expect(await read(service, memory)).toMatchObject({ content });
  });

  test("a saver over the store's client keeps a thread, which the service lists, shows and deletes", async () => {
    const service = serviceOf();
    const { client } = openRedis({ url: service.env["REDIS_URL"] ?? "" });
    await client.connect();
    const thread = newNamespace();
    try {
      const saver = new RedisSaver(client, { keyPrefix: `${service.prefix}:graph` });
      const config = { configurable: { thread_id: thread, checkpoint_ns: "" } };
      await saver.put(config, emptyCheckpoint(), { source: "input", step: -1, parents: {} }, {});
      expect((await saver.getTuple(config))?.metadata?.step).toBe(-1);
      const listed = await service.send("GET", "/v1/threads?limit=50");
      expect(listed.status).toBe(200);
      expect(listed.text).toContain(thread);
      const page = await service.send("GET", `/v1/threads/${thread}/checkpoints`);
      expect(page.status).toBe(200);
      expect((await service.send("DELETE", `/v1/threads/${thread}`)).status).toBe(204);
      expect(await saver.getTuple(config)).toBeUndefined();
    } finally {
      client.destroy();
    }
  });

  test("what needs one server says so, instead of failing on a connection that isn't there", () => {
    const { client } = openRedis({ url: serviceOf().env["REDIS_URL"] ?? "" });
    expect(() => client.multi()).toThrow("needs one server");
    expect(() => client.duplicate()).toThrow("needs one server");
  });
}
