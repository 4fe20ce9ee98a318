import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { as, createKey } from "../../support/acts/access.js";
import type { Memory } from "../../support/acts/memories.js";
import {
  bodyOf,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  read,
  remember,
  revise,
} from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService, until } from "../../support/service/service.js";
import { agentIn, explained } from "../../support/acts/trust.js";

let services: readonly [Service, Service];
let root: Service;
beforeAll(async () => {
  const first = await startService({ MNEME_EMBEDDER: "local" });
  services = [first, await startService({ MNEME_EMBEDDER: "local", MNEME_KEY_PREFIX: first.prefix })];
  root = as(first, (await createKey(first, { agent: "root", human: true })).key);
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

async function agents(namespace: string, count: number): Promise<Service[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      agentIn(root, services[index % 2 === 0 ? 0 : 1], `agent ${index} ${randomUUID()}`, namespace),
    ),
  );
}

const corroborated = (memory: Pick<Memory, "namespace" | "id">, count: number) =>
  until(
    () => read(root, memory),
    ({ corroborations }) => corroborations === count,
  );

describe("the same words", () => {
  test("from other agents corroborate, each agent once, the author not at all", async () => {
    const namespace = newNamespace();
    const [author, ...others] = (await agents(namespace, 7)) as [Service, ...Service[]];
    const content = "The invoice was paid.";
    const memory = await remember(author, namespace, { content });
    bodyOf(await post(author, namespace, { content }), 200);
    expect(await read(root, memory)).toMatchObject({ corroborations: 0, trust: 0.5 });
    await Promise.all(
      [...others, ...others].map(async (other) => bodyOf(await post(other, namespace, { content }), 200)),
    );
    const found = await explained(root, memory);
    // 0.5 × min(1.5, 1 + 0.1 × 6)
    expect(found).toMatchObject({ corroborations: 6, trust: 0.75, seen_count: 14 });
    expect(found.trust_parts).toMatchObject({ corroboration: 1.5 });
  });

  test("say nothing of what it is revised to", async () => {
    const namespace = newNamespace();
    const [author, other] = (await agents(namespace, 2)) as [Service, Service];
    const memory = await remember(author, namespace, { content: "It is red." });
    bodyOf(await post(other, namespace, { content: "It is red." }), 200);
    expect((await read(root, memory)).corroborations).toBe(1);
    expect(
      (await revise(author, memory, { content: "The sky over Graz is green today." })).corroborations,
    ).toBe(0);
    expect((await read(root, memory)).corroborations).toBe(0);
  });
});

test("the same wording corroborates, however far apart the vectors are; another meaning doesn't", async () => {
  const service = await startService({
    MNEME_EMBEDDER: "local",
    MNEME_CORROBORATION_SIMILARITY: "1",
    MNEME_KEY_PREFIX: services[0].prefix,
  });
  onTestFinished(async () => void (await service.stop()));
  const namespace = newNamespace();
  const [author, other] = [
    await agentIn(root, service, `author ${randomUUID()}`, namespace),
    await agentIn(root, service, `other ${randomUUID()}`, namespace),
  ];
  const claim = (content: string) => ({ memory_type: "semantic", content });
  const [memory, contradicted] = [
    await remember(author, namespace, claim("I can't open the vault of the warehouse.")),
    await remember(author, namespace, claim("The vault of the warehouse is open.")),
  ];
  await remember(other, namespace, claim("The vault of the warehouse is open?"));
  await remember(other, namespace, claim("i can not open a vault of the warehouse"));
  await corroborated(memory, 1);
  expect((await read(root, contradicted)).corroborations).toBe(0);
});

test("where only one agent writes, nothing is to be compared, revisions neither", async () => {
  const namespace = newNamespace();
  const [author, other] = (await agents(namespace, 2)) as [Service, Service];
  const client = createClient({ url: inject("redisUrl"), RESP: 2 });
  await client.connect();
  onTestFinished(() => client.destroy());
  const due = ({ id }: Pick<Memory, "id">) =>
    client.sendCommand([
      "JSON.GET",
      `${services[0].prefix}:rec:{${namespace}}:${id}`,
      "$.index.corroborate_at",
    ]);
  const memory = await remember(author, namespace, { content: "The lift is out of order." });
  expect(await due(memory)).toBe("[]");
  await revise(author, memory, { content: "The lift works again." });
  expect(await due(memory)).toBe("[]");
  // Now there is somebody to be compared with: each says what the other one said.
  const said = await remember(other, namespace, { content: "Lunch is at noon." });
  await revise(author, memory, { content: "Lunch is at noon!" });
  await corroborated(memory, 1);
  await corroborated(said, 1);
});

describe("other words that mean the same", () => {
  const FACT = "Refunds are paid within ten days after the return arrives.";
  const AGAIN = "After a return arrives, refunds are paid within ten days.";

  test("from another agent corroborate, both ways; the author's own don't", async () => {
    const namespace = newNamespace();
    const [author, other] = (await agents(namespace, 2)) as [Service, Service];
    const first = await remember(author, namespace, { content: FACT });
    const own = await remember(author, namespace, { content: `${FACT} ` });
    const second = await remember(other, namespace, { content: AGAIN });
    await corroborated(second, 1);
    await corroborated(first, 1);
    await corroborated(own, 1);
    expect(await read(root, first)).toMatchObject({ trust: 0.55 });
  });

  test("but another number, a denial or another subject don't", async () => {
    const namespace = newNamespace();
    const [author, other] = (await agents(namespace, 2)) as [Service, Service];
    const written = [
      await remember(author, namespace, {
        content: "Refunds are paid within 10 days after the return arrives.",
      }),
      await remember(other, namespace, {
        content: "Refunds are paid within 20 days after the return arrives.",
      }),
      await remember(other, namespace, {
        content: "Refunds are not paid within 10 days after the return arrives.",
      }),
      await remember(other, namespace, { content: "The cafeteria serves soup on Mondays." }),
    ];
    // The last one was compared after all others.
    const marked = await remember(author, namespace, { content: "The cafeteria serves soup on Mondays.\n" });
    await corroborated(marked, 1);
    for (const memory of written.slice(0, 3)) expect((await read(root, memory)).corroborations).toBe(0);
  });

  test("of what was derived from a memory are no second voice", async () => {
    const namespace = newNamespace();
    const [author, other, third] = (await agents(namespace, 3)) as [Service, Service, Service];
    const first = await remember(author, namespace, { content: FACT });
    const derived = await remember(other, namespace, {
      content: AGAIN,
      derived_from: [{ namespace, id: first.id, version: 1 }],
    });
    const independent = await remember(third, namespace, { content: `${AGAIN}\n` });
    await corroborated(independent, 2);
    await corroborated(first, 1);
    await corroborated(derived, 1);
  });

  test("of a published copy and its origin are one voice, of two copies two", async () => {
    const [one, two, shared] = [newNamespace(), newNamespace(), newNamespace()];
    const publisher = async (namespace: string, name: string) => {
      const grants = [
        { namespace, verbs: ["read", "write"] },
        { namespace: shared, verbs: ["publish"] },
      ];
      return as(services[0], (await createKey(root, { agent: name, grants })).key);
    };
    const copies: Memory[] = [];
    for (const [namespace, content] of [
      [one, FACT],
      [two, AGAIN],
    ] as const) {
      const agent = await publisher(namespace, `owner of ${namespace}`);
      const memory = await remember(agent, namespace, { content });
      copies.push(bodyOf<Memory>(await agent.send("POST", `${pathOf(memory)}/publish`, { to: shared }), 201));
      expect((await read(root, memory)).corroborations).toBe(0);
    }
    for (const copy of copies) await corroborated(copy, 1);
    for (const { id } of copies) {
      const origin = await read(root, { namespace: id === copies[0]?.id ? one : two, id });
      expect(origin.corroborations).toBe(0);
    }
  });
});

describe("a derived memory", () => {
  test("is trusted at most as the least trusted of its sources", async () => {
    const namespace = newNamespace();
    const weak = await remember(root, namespace, { content: "A rumour.", trust_score: 0.2 });
    const strong = await remember(root, namespace, { content: "A fact." });
    const derived = await remember(root, namespace, {
      content: "Both together.",
      derived_from: [
        { namespace, id: strong.id, version: 1 },
        { namespace, id: weak.id, version: 1 },
      ],
    });
    expect(derived).toMatchObject({ trust: 0.2, trust_score: 1 });
    expect(await read(root, derived)).toMatchObject(derived);
    const next = await remember(root, namespace, {
      content: "And what follows.",
      derived_from: [{ namespace, id: derived.id, version: 1 }],
    });
    expect(next.trust).toBe(0.2);
  });

  test("may come from an old version, and only from what is there, in its own namespace, for who may read it", async () => {
    const namespace = newNamespace();
    const source = await remember(root, namespace, { content: "v1", trust_score: 0.3 });
    await revise(root, source, { trust_score: 1 });
    const from = (version: number, id = source.id, where = namespace) => ({
      content: `from ${version} ${id} ${where}`,
      derived_from: [{ namespace: where, id, version }],
    });
    expect((await remember(root, namespace, from(1))).trust).toBe(0.3);
    expect((await remember(root, namespace, from(2))).trust).toBe(0.5);
    for (const [body, field] of [
      [from(3), "derived_from[0]"],
      [from(1, "01JD8Q4V7K3W5N0R2T6Y9B1C4D"), "derived_from[0]"],
      [from(1, source.id, newNamespace()), "derived_from[0].namespace"],
    ] as const) {
      expect(await post(root, namespace, body)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    }
    const blind = await agentIn(root, services[0], "blind", namespace, { verbs: ["write"] });
    expect((await post(blind, namespace, from(1))).status).toBe(403);
    expect(
      (await blind.send("POST", memoriesOf(namespace), { content: "own", memory_type: "semantic" })).status,
    ).toBe(201);
  });
});
