import { describe, expect, test } from "vitest";
import { createKey } from "../support/acts/access.js";
import type { Memory } from "../support/acts/memories.js";
import { bodyOf, newNamespace, pathOf, read, recall, remember, revise } from "../support/acts/memories.js";
import { useService } from "../support/service/service.js";

const HOUR_MS = 3_600_000;

/** Sets all that JavaScript knows of the time, before the service's first line. */
function shifted(byMs: number): string {
  const code = `const now = Date.now; const RealDate = Date; const shifted = () => now() + ${byMs};
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [shifted()] : args),
  get: (target, name) => (name === "now" ? shifted : Reflect.get(target, name)),
});`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

describe.each([
  ["an hour behind", -HOUR_MS],
  ["an hour ahead", HOUR_MS],
])("a service whose clock is %s of Redis's", async (_name, byMs) => {
  const service = await useService({ NODE_OPTIONS: shifted(byMs) });

  test("keeps a new memory for its time to live, and ends it by Redis's clock", async () => {
    const namespace = newNamespace();
    const memory = await remember(service, namespace, { content: "The lift works.", ttl_seconds: 60 });
    expect(await read(service, memory)).toMatchObject({ content: "The lift works." });
    const found = await recall(service, { namespaces: [namespace], query: "lift" });
    expect(found.hits.map(({ memory: { id } }) => id)).toEqual([memory.id]);
    const left = Date.parse(memory.expires_at ?? "") - Date.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(61_000);
    expect(Math.abs(Date.parse(memory.recorded_at) - Date.now())).toBeLessThan(HOUR_MS / 2);
  });

  test("answers as of a time of Redis's clock, and refuses its future", async () => {
    const namespace = newNamespace();
    const first = await remember(service, namespace, { content: "Anna lives in Graz." });
    const then = first.updated_at;
    const second = await revise(service, first, { content: "Anna lives in Linz." });
    const asOf = (time: string) => service.send("GET", `${pathOf(first)}?as_of=${encodeURIComponent(time)}`);
    expect(bodyOf<Memory>(await asOf(then), 200).content).toBe("Anna lives in Graz.");
    expect(bodyOf<Memory>(await asOf(second.updated_at), 200).content).toBe("Anna lives in Linz.");
    expect((await asOf(new Date(Date.now() + HOUR_MS / 2).toISOString())).status).toBe(400);
  });

  test("makes keys that expire by Redis's clock", async () => {
    const soon = new Date(Date.now() + HOUR_MS / 2).toISOString();
    const key = await createKey(service, { expires_at: soon });
    const answer = await service.send("GET", "/v1/keys", undefined, {
      headers: { authorization: `Bearer ${key.key}` },
    });
    expect(answer.status).toBe(200);
    const past = await service.send(
      "POST",
      "/v1/keys",
      {
        agent: "late",
        grants: [{ namespace: "a", verbs: ["read"] }],
        expires_at: new Date(Date.now() - 1000).toISOString(),
      },
      { headers: { authorization: `Bearer ${key.key}` } },
    );
    expect(past).toMatchObject({ status: 400, body: { errors: [{ field: "expires_at" }] } });
  });
});
