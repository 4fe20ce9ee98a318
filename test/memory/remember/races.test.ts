import { afterAll, beforeAll, expect, test } from "vitest";
import {
  listAll,
  newNamespace,
  pathOf,
  post,
  postBatch,
  read,
  remember,
} from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import type { Answer } from "../../support/service/answer.js";
import { startService } from "../../support/service/service.js";
import type { Service } from "../../support/service/service.js";

/** Two processes over one Redis, as in production: nothing may hang on what one process knows. */
let services: readonly [Service, Service];
beforeAll(async () => {
  const first = await startService();
  services = [first, await startService({ MNEME_KEY_PREFIX: first.prefix })];
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

const CLIENTS = 32;

function race(client: (service: Service, index: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => client(services[index % 2 === 0 ? 0 : 1], index)),
  );
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted();
const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("32 clients that write equal content make one memory, seen 32 times", async () => {
  const namespace = newNamespace();
  const answers = await race((service, index) =>
    post(service, namespace, { content: "equal", tags: [`t${index}`] }),
  );
  expect(statuses(answers)).toEqual([...repeat(CLIENTS - 1, 200), 201]);
  const memories = await listAll(services[0], namespace);
  expect(memories).toHaveLength(1);
  expect(memories[0]?.seen_count).toBe(CLIENTS);
  expect(new Set(answers.map(({ body }) => (body as Memory).id)).size).toBe(1);
  expect(answers.map(({ body }) => (body as Memory).seen_count).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: CLIENTS }, (_, index) => index + 1),
  );
});

test("batches that share contents store each once, and lose none", async () => {
  const namespace = newNamespace();
  const batches = await Promise.all(
    Array.from({ length: 8 }, (_, client) =>
      postBatch(
        services[client % 2 === 0 ? 0 : 1],
        namespace,
        Array.from({ length: 40 }, (_item, index) => ({
          content: `content ${client * 20 + index}`,
          memory_type: "semantic",
        })),
      ),
    ),
  );
  const results = batches.flat();
  expect(results.filter(({ status }) => status === 201)).toHaveLength(180);
  expect(results.filter(({ status }) => status === 200)).toHaveLength(140);
  const memories = await listAll(services[0], namespace, { limit: 200 });
  expect(memories).toHaveLength(180);
  expect(memories.reduce((sum, { seen_count }) => sum + seen_count, 0)).toBe(320);
});

test("of 32 revisions of one version exactly one wins, round after round", async () => {
  const memory = await remember(services[0], newNamespace(), { content: "raced" });
  for (let version = 1; version <= 5; version++) {
    const answers = await race((service, index) =>
      service.send(
        "PATCH",
        pathOf(memory),
        { metadata: { [`round${version}`]: index } },
        { headers: { "if-match": `"${version}"` } },
      ),
    );
    expect(statuses(answers)).toEqual([200, ...repeat(CLIENTS - 1, 412)]);
    const winner = answers.find(({ status }) => status === 200)?.body;
    expect(await read(services[0], memory)).toMatchObject(winner as object);
  }
});

test("revisions without If-Match are all there in the end, or refused as lost", async () => {
  const memory = await remember(services[0], newNamespace(), { content: "shared" });
  const answers = await race((service, index) =>
    service.send("PATCH", pathOf(memory), { metadata: { [`client${index}`]: index } }),
  );
  const accepted = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
  for (const { status } of answers) expect([200, 412]).toContain(status);
  const { metadata, version } = await read(services[1], memory);
  expect(metadata).toEqual(Object.fromEntries(accepted.map((index) => [`client${index}`, index])));
  expect(version).toBe(1 + accepted.length);
});

test("eight revisions at once without If-Match all succeed", async () => {
  const memory = await remember(services[0], newNamespace(), { content: "shared by eight" });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      services[index % 2 === 0 ? 0 : 1].send("PATCH", pathOf(memory), { metadata: { [`c${index}`]: index } }),
    ),
  );
  expect(statuses(answers)).toEqual(repeat(8, 200));
  const { metadata } = await read(services[0], memory);
  expect(Object.keys(metadata)).toHaveLength(8);
});

test("a revision keeps a sighting that was counted in between", async () => {
  const namespace = newNamespace();
  const memory = await remember(services[0], namespace, { content: "seen and revised" });
  const answers = await race((service, index) =>
    index % 4 === 0
      ? service.send("PATCH", pathOf(memory), { trust_score: index / 100 })
      : post(service, namespace, { content: "seen and revised" }),
  );
  const seen = answers.filter(
    ({ body }, index) => index % 4 !== 0 && (body as Memory).id === memory.id,
  ).length;
  expect(seen).toBe(24);
  expect((await read(services[0], memory)).seen_count).toBe(1 + seen);
});

test("two memories can't take the same content by revision", async () => {
  const namespace = newNamespace();
  const memories = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) =>
      remember(services[0], namespace, { content: `mine ${index}` }),
    ),
  );
  const answers = await race((service, index) => {
    const memory = memories[index];
    if (memory === undefined) throw new Error("no memory");
    return service.send("PATCH", pathOf(memory), { content: "wanted by all" });
  });
  expect(statuses(answers)).toEqual([200, ...repeat(CLIENTS - 1, 409)]);
  const contents = (await listAll(services[0], namespace)).map(({ content }) => content);
  expect(contents.filter((content) => content === "wanted by all")).toHaveLength(1);
});

test("a deleted memory isn't brought back by a revision that was under way", async () => {
  for (let round = 0; round < 5; round++) {
    const memory = await remember(services[0], newNamespace(), { content: `doomed ${round}` });
    const answers = await race((service, index) =>
      index === 7
        ? service.send("DELETE", pathOf(memory))
        : service.send("PATCH", pathOf(memory), {
            metadata: { [`c${index}`]: 1 },
            content: `doomed ${index}`,
          }),
    );
    expect(answers[7]?.status).toBe(204);
    for (const { status } of answers) expect([200, 204, 404, 412]).toContain(status);
    expect(await services[0].send("GET", pathOf(memory))).toMatchObject({ status: 404 });
    expect(await listAll(services[0], memory.namespace)).toEqual([]);
    expect((await post(services[0], memory.namespace, { content: "doomed 3" })).status).toBe(201);
  }
});

test("of 32 deletions exactly one removes the memory", async () => {
  const memory = await remember(services[0], newNamespace(), { content: "once" });
  const answers = await race((service) => service.send("DELETE", pathOf(memory)));
  expect(statuses(answers)).toEqual([204, ...repeat(CLIENTS - 1, 404)]);
});
