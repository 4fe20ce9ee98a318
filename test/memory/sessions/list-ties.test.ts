import { afterAll, expect, inject, test } from "vitest";
import { connectOnce } from "../../../scripts/redis/server/connect.js";
import { createKeys } from "../../../src/redis/keys.js";
import { bodyOf, newNamespace } from "../../support/acts/memories.js";
import { append, sessionsOf, user } from "../../support/acts/sessions.js";
import type { Session } from "../../support/acts/sessions.js";
import { shareService } from "../../support/service/service.js";

interface Page {
  readonly sessions: readonly Session[];
  readonly cursor: string | null;
}

const service = await shareService();
const client = await connectOnce({ url: inject("redisUrl") });
afterAll(() => client.destroy());

/** Sessions whose last appends are of one microsecond, as an earlier release imported them. */
async function sessionsOfOneMoment(namespace: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `talk ${n}`);
  await Promise.all(names.map((name) => append(service, namespace, name, user("Hello."))));
  const key = createKeys(service.prefix).sessions(namespace);
  const facets = await client.zRange(key, 0, -1);
  await client.zAdd(
    key,
    facets.map((value) => ({ value, score: 1_700_000_000_000_000 })),
  );
  return names;
}

async function page(namespace: string, cursor: string | null): Promise<Page> {
  const query = cursor === null ? "" : `&cursor=${cursor}`;
  return bodyOf<Page>(await service.send("GET", `${sessionsOf(namespace)}?limit=2${query}`), 200);
}

test("A list shows each of the sessions that share a moment once, also if one is deleted in between", async () => {
  const namespace = newNamespace();
  const names = await sessionsOfOneMoment(namespace, 9);
  await append(service, namespace, "the last one", user("Hello."));
  const listed: string[] = [];
  let cursor: string | null = null;
  do {
    const found: Page = await page(namespace, cursor);
    listed.push(...found.sessions.map(({ session_id }) => session_id));
    ({ cursor } = found);
    if (listed.length === 4) {
      const gone = encodeURIComponent(listed[3] ?? "");
      bodyOf(await service.send("DELETE", `${sessionsOf(namespace)}/${gone}`), 204);
    }
  } while (cursor !== null);
  expect(listed[0]).toBe("the last one");
  expect(listed.toSorted()).toEqual(["the last one", ...names].toSorted());
});

test("A deleted namespace keeps none of the sessions that share a moment", async () => {
  const namespace = newNamespace();
  await sessionsOfOneMoment(namespace, 510);
  await service.send("DELETE", `/v1/namespaces/${namespace}`);
  expect(await client.exists(createKeys(service.prefix).sessions(namespace))).toBe(0);
});
