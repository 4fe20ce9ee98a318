import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newNamespace, pathOf, post, remember } from "../support/acts/memories.js";
import { startRedis } from "../support/redis/start.js";
import type { TestRedis } from "../support/redis/start.js";
import type { Answer } from "../support/service/answer.js";
import { startService, until, untilReady } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const dir = mkdtempSync(join(tmpdir(), "mneme-faults-"));
let redis: TestRedis;
let admin: ReturnType<typeof createClient>;
let service: Service;

beforeAll(async () => {
  redis = await startRedis({ dir });
  admin = createClient({ url: redis.url });
  await admin.connect();
  await admin.sendCommand(["ACL", "SETUSER", "agent", "on", ">secret", "~*", "&*", "+@all"]);
  const url = redis.url.replace("redis://", "redis://agent:secret@");
  service = await startService({ REDIS_URL: url, MNEME_EMBEDDER: "local" });
});
afterAll(async () => {
  await service.stop();
  admin.destroy();
  await redis.stop();
  rmSync(dir, { recursive: true, force: true });
});

const command = async (...words: string[]): Promise<void> => void (await admin.sendCommand(words));
const config = (name: string, value: string) => () => command("CONFIG", "SET", name, value);
const rule = (text: string) => () => command("ACL", "SETUSER", "agent", text);

interface Fault {
  readonly code: string;
  readonly by: string;
  readonly status: number;
  /** Whether the service is ready to serve what still works. */
  readonly ready?: boolean;
  /** Whether what `/readyz` itself does is allowed. */
  readonly hidden?: boolean;
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const FAULTS: readonly Fault[] = [
  {
    code: "redis_readonly",
    by: "a primary that became a replica",
    status: 503,
    begin: () => command("REPLICAOF", "127.0.0.1", "1"),
    end: () => command("REPLICAOF", "NO", "ONE"),
  },
  {
    code: "redis_replicas_missing",
    by: "too few replicas",
    status: 503,
    begin: config("min-replicas-to-write", "1"),
    end: config("min-replicas-to-write", "0"),
  },
  {
    code: "redis_out_of_memory",
    by: "a full memory",
    status: 507,
    ready: true,
    begin: config("maxmemory", "1"),
    end: config("maxmemory", "0"),
  },
  {
    code: "acl_denied",
    by: "a user that may not add to the audit trail",
    status: 503,
    ready: true,
    hidden: true,
    begin: rule("-xadd"),
    end: rule("+xadd"),
  },
  {
    code: "acl_denied",
    by: "a user that may run no script",
    status: 503,
    ready: true,
    hidden: true,
    begin: rule("-@scripting"),
    end: rule("+@scripting"),
  },
  {
    code: "acl_denied",
    by: "a user that may write nothing",
    status: 503,
    begin: rule("-@write"),
    end: rule("+@write"),
  },
];

const reasonOf = ({ body }: Answer): string | undefined =>
  (body as { redis: { reason?: string } }).redis.reason;

describe("a fault of Redis is named after its cause, and ends without a restart", () => {
  test.each(FAULTS)("$code: $by", async ({ code, status, ready = false, hidden = false, begin, end }) => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "before" });
    await begin();
    try {
      const problem = { status, body: { code, status } };
      expect(await post(service, namespace, { content: "refused" })).toMatchObject(problem);
      expect(await service.send("GET", pathOf(memory))).toMatchObject(problem);
      const batch = await service.send("POST", `/v1/namespaces/${namespace}/memories/batch`, {
        memories: [{ content: "refused", memory_type: "semantic" }],
      });
      expect(batch.text).toContain(code);
      // Its last answer may be a tenth of a second old.
      await until(
        () => service.send("GET", "/readyz"),
        (probe) => probe.status === (ready ? 200 : 503) && (hidden || reasonOf(probe) === code),
      );
    } finally {
      await end();
    }
    await untilReady(service);
    await until(
      () => post(service, namespace, { content: "after" }),
      (answer) => answer.status === 201,
    );
    expect(await service.send("GET", `/v1/namespaces/${namespace}/memories?limit=10`)).not.toMatchObject({
      text: expect.stringContaining("refused"),
    });
  });

  test("redis_disk_full: a snapshot that can't be written", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, { content: "before" });
    await config("save", "3600 1")();
    // A folder that is gone can't be written, like a full disk.
    rmSync(dir, { recursive: true });
    await command("BGSAVE");
    await until(
      () => admin.info("persistence"),
      (info) => info.includes("rdb_last_bgsave_status:err"),
    );
    try {
      expect(await post(service, namespace, { content: "refused" })).toMatchObject({
        status: 507,
        body: { code: "redis_disk_full" },
      });
      await until(
        () => service.send("GET", "/readyz"),
        (probe) => reasonOf(probe) === "redis_disk_full",
      );
    } finally {
      await config("save", "")();
    }
    await untilReady(service);
    expect((await post(service, namespace, { content: "after" })).status).toBe(201);
  });
});
