import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { sessionStretch } from "../../../src/redis/backup/sessions.js";
import type { RedisGateway } from "../../../src/redis/connection/client.js";
import { createGateway, createRedisClient } from "../../../src/redis/connection/client.js";
import { createKeys } from "../../../src/redis/keys.js";
import { newNamespace } from "../../support/acts/memories.js";
import { append, user } from "../../support/acts/sessions.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_SESSION_WINDOW_MESSAGES: "1000" });
const client = createRedisClient({ url: inject("redisUrl") });
let redis: RedisGateway;
beforeAll(async () => {
  await client.connect();
  redis = createGateway(client, { timeoutMs: 4000, onMissingIndex: () => {}, observe: () => {} });
});
afterAll(() => client.destroy());

test("a walk over sessions visits each with the messages that it had, and ends while others append", async () => {
  const namespace = newNamespace();
  const deps = { redis, keys: createKeys(service.prefix) };
  const begun = { long: 100, short: 3, other: 50 };
  for (const [session, count] of Object.entries(begun)) {
    await append(service, namespace, session, ...Array.from({ length: count }, (_, at) => user(`${at + 1}`)));
  }
  const seen: Record<string, Set<number>> = {};
  const heads: string[] = [];
  let at: string | undefined;
  let steps = 0;
  do {
    const stretch = await sessionStretch(deps, namespace, { since: 0 }, at);
    for (const line of stretch.items) {
      if (line.kind === "session") heads.push(line.session.session_id);
      if (line.kind === "message") (seen[line.session_id] ??= new Set()).add(line.message.number);
    }
    at = stretch.next;
    // All of them move to the end of the namespace's list, and the one that is being read grows by a step's messages.
    for (const session of Object.keys(begun)) {
      await append(service, namespace, session, ...Array.from({ length: 50 }, () => user("more")));
    }
    steps += 1;
  } while (at !== undefined && steps < 30);
  expect(at).toBeUndefined();
  expect(heads.toSorted()).toEqual(["long", "other", "short"]);
  for (const [session, count] of Object.entries(begun)) {
    for (let number = 1; number <= count; number++) expect(seen[session]).toContain(number);
  }
});
