import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, Memory } from "../../support/acts/memories.js";
import { bodyOf, listAll, newNamespace, post, remember, revise } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";
import { runs } from "../../support/run/long.js";

const service = await shareService();

const NUTS = { content: "Allergic to nuts.", agent_id: "a", session_id: "s", metadata: { user_id: "ana" } };
const YEAR = { valid_from: "2024-01-01T00:00:00Z", valid_to: "2025-01-01T00:00:00Z" };

describe("a second telling", () => {
  test.for([
    ["user", { metadata: { user_id: "ben" } }],
    ["nested metadata", { metadata: { user_id: "ana", of: [{ day: 1 }] } }],
    ["agent", { agent_id: "b" }],
    ["session", { session_id: "t" }],
    ["validity", YEAR],
    ["end of validity", { valid_to: YEAR.valid_to }],
  ] as const)("with another %s is a memory of its own", async ([, other]) => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, NUTS);
    const two = await remember(service, namespace, { ...NUTS, ...other });
    expect(two.id).not.toBe(one.id);
    const stored = await listAll(service, namespace);
    expect(new Set(stored.map(({ id }) => id))).toEqual(new Set([one.id, two.id]));
  });

  test.for(["semantic", "episodic", "procedural"])(
    "that is equal in all of them is the same %s memory, whatever the order of metadata's names",
    async (memory_type) => {
      const namespace = newNamespace();
      const first = { ...NUTS, ...YEAR, memory_type, metadata: { a: 1, b: { c: 2, d: [3] } } };
      const one = await remember(service, namespace, first);
      const again = bodyOf<Memory>(
        await post(service, namespace, { ...first, metadata: { b: { d: [3], c: 2 }, a: 1 } }),
        200,
      );
      expect(again).toMatchObject({ id: one.id, seen_count: 2 });
    },
  );

  test("of an episode at another time is another episode; without a time it is the same", async () => {
    const namespace = newNamespace();
    const episode = { memory_type: "episodic", content: "ok", session_id: "s" };
    const [first, second] = ["2026-01-01T10:00:00Z", "2026-01-01T10:05:00Z"];
    const one = await remember(service, namespace, { ...episode, timestamp: first });
    const two = await remember(service, namespace, { ...episode, timestamp: second });
    const three = await remember(service, namespace, episode);
    expect(new Set([one.id, two.id, three.id]).size).toBe(3);
    expect(bodyOf<Memory>(await post(service, namespace, { ...episode, timestamp: first }), 200).id).toBe(
      one.id,
    );
    expect(bodyOf<Memory>(await post(service, namespace, episode), 200).id).toBe(three.id);
  });

  test("of a fact of cardinality many for another user is a memory of its own", async () => {
    const namespace = newNamespace();
    const fact = { subject: "Ana", predicate: "speaks", object: "Danish" };
    const one = await remember(service, namespace, { fact, metadata: { user_id: "ana" } });
    const two = await remember(service, namespace, { fact, metadata: { user_id: "ben" } });
    expect(two.id).not.toBe(one.id);
    const again = await post(service, namespace, { fact, metadata: { user_id: "ana" } });
    expect(bodyOf<Memory>(again, 200).id).toBe(one.id);
  });

  test("with other tags, trust, importance or time to live shows what is stored, and lives as long as the longer", async () => {
    const namespace = newNamespace();
    const stored = { content: "The well is deep.", tags: ["a"], trust_score: 0.5, ttl_seconds: 600 };
    const one = await remember(service, namespace, stored);
    const again = bodyOf<Memory>(
      await post(service, namespace, { ...stored, tags: ["b"], trust_score: 1, ttl_seconds: 60 }),
      200,
    );
    expect(again).toMatchObject({ id: one.id, tags: ["a"], trust_score: 0.5, expires_at: one.expires_at });
    const longer = bodyOf<Memory>(await post(service, namespace, { ...stored, ttl_seconds: null }), 200);
    expect(longer).toMatchObject({ id: one.id, expires_at: null });
  });
});

describe("a revised memory", () => {
  test("is known by what it says and what scopes it now", async () => {
    const namespace = newNamespace();
    const one = await remember(service, namespace, NUTS);
    await revise(service, one, { metadata: { user_id: "ben" }, valid_from: YEAR.valid_from });
    const told = { ...NUTS, metadata: { user_id: "ben" }, valid_from: YEAR.valid_from };
    expect(bodyOf<Memory>(await post(service, namespace, told), 200).id).toBe(one.id);
    const other = await remember(service, namespace, NUTS);
    expect(other.id).not.toBe(one.id);
    const refused = await service.send("PATCH", `/v1/namespaces/${namespace}/memories/${one.id}`, {
      metadata: { user_id: "ana" },
      valid_from: null,
    });
    expect(refused).toMatchObject({ status: 409, body: { code: "duplicate_content" } });
  });
});

test("any two tellings are one memory exactly if they are equal in content, type and what scopes them", async () => {
  const few = <T>(...values: T[]) => fc.constantFrom(...values);
  const telling = fc.record({
    content: few("The gate is open.", "The gate is shut."),
    memory_type: few("semantic", "episodic"),
    agent_id: few(undefined, "a"),
    session_id: few(undefined, "s"),
    metadata: few<Json | undefined>(undefined, { user: 1 }, { user: "1" }),
    valid_from: few(undefined, YEAR.valid_from),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(telling, { minLength: 2, maxLength: 8 }), async (tellings) => {
      const namespace = newNamespace();
      const model = new Map<string, number>();
      for (const each of tellings) {
        const key = JSON.stringify({ ...each, metadata: each.metadata ?? {} });
        const answer = await post(service, namespace, each);
        expect(answer.status).toBe(model.has(key) ? 200 : 201);
        model.set(key, (model.get(key) ?? 0) + 1);
      }
      const stored = await listAll(service, namespace);
      expect(stored.map(({ seen_count }) => seen_count).toSorted()).toEqual([...model.values()].toSorted());
    }),
    { numRuns: runs(25) },
  );
});
