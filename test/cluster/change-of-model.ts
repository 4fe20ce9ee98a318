import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { z } from "@hono/zod-openapi";
import type { migrationView, modelsView } from "../../src/http/embeddings/schemas.js";
import { bodyOf, newNamespace, postBatch } from "../support/acts/memories.js";
import { startFakeOpenAI } from "../support/embeddings/fake-openai.js";
import type { TestCluster } from "../support/redis/cluster.js";
import { startService, until } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

type Migration = z.output<typeof migrationView>;
type Models = z.output<typeof modelsView>;

const ROUTE = "/v1/embedding-migrations";
const NAMESPACES = 6;
const OF_EACH = 24;

/** The node that restarts is away for a moment: then, and only then, its namespaces get 503. */
export function testChangeOfModel(clusterOf: () => TestCluster): void {
  async function twoServices(): Promise<readonly [Service, Service]> {
    const [large, small] = [await startFakeOpenAI(64), await startFakeOpenAI(32)];
    const env = {
      REDIS_URL: clusterOf().url,
      MNEME_DURABLE_REPLICAS: "0",
      MNEME_EMBEDDER: "openai",
      OPENAI_API_KEY: "test",
      OPENAI_BASE_URL: large.baseURL,
      MNEME_EMBEDDING_DIMENSIONS: "64",
      MNEME_EMBEDDING_SECOND: "openai",
      MNEME_EMBEDDING_SECOND_API_KEY: "test",
      MNEME_EMBEDDING_SECOND_BASE_URL: small.baseURL,
      MNEME_EMBEDDING_SECOND_DIMENSIONS: "32",
    };
    const first = await startService(env);
    const second = await startService({ ...env, MNEME_KEY_PREFIX: first.prefix });
    // Not with the file: what comes after it loses nodes, and isn't about these.
    onTestFinished(async () => {
      await Promise.all([first, second].map((service) => service.stop()));
      await Promise.all([large, small].map((provider) => provider.close()));
    });
    return [first, second];
  }

  test("the embedding model changes there and back under load, while a node restarts, and no recall is empty", async () => {
    const cluster = clusterOf();
    const [first, second] = await twoServices();
    const root = newNamespace();
    const names = Array.from({ length: NAMESPACES }, (_, index) => `${root}.n${index}`);
    const contents = Array.from(
      { length: OF_EACH },
      (_, index) => `Crate ${index} holds ${WARES[index % 8]}.`,
    );
    for (const name of names) {
      await postBatch(
        first,
        name,
        contents.map((content) => ({ content, memory_type: "semantic" })),
      );
    }
    const nodes = new Set(await Promise.all(names.map((name) => cluster.masterOf(name))));
    expect(nodes.size).toBeGreaterThan(1);

    const load = underLoad([first, second], root, names, contents);
    const begun = bodyOf<Migration>(await first.send("POST", ROUTE, { rate_per_second: 30 }), 202);
    expect(begun).toMatchObject({ status: "filling" });
    expect(begun.to).not.toBe(begun.from);
    await until(
      () => latest(second),
      ({ changed }) => changed > 0,
    );
    const global = await cluster.masterOf("~system");
    const away = [...nodes].find((node) => node !== global);
    await load.mayFail(async () => {
      await away?.restart();
      for (const service of [first, second]) await servesAgain(service, names);
    });
    await reaches(second, "switched");
    const all = names.flatMap((namespace) => contents.map((content) => ({ namespace, content })));
    const sample = all.filter((_, index) => index % 9 === 0);
    await expectNearest(second, [...sample, ...load.written()]);

    await step(first, begun, "roll_back");
    await uses(second, begun.from);
    await expectNearest(second, [...sample, ...load.written()]);
    await step(first, begun, "switch");
    await step(first, begun, "finish");
    await reaches(second, "finished");
    const written = await load.end();
    expect(written.length).toBeGreaterThan(10);
    await uses(second, begun.to);
    await expectNearest(second, [...sample, ...written]);
    for (const { client } of cluster.nodes) {
      const indexes = (await client.sendCommand(["FT._LIST"])) as unknown[];
      expect(
        indexes
          .map(String)
          .filter((name) => name.startsWith(`${first.prefix}:`) && name.includes(begun.from)),
      ).toEqual([]);
      expect(await client.keys(`${first.prefix}:vec:${begun.from}:*`)).toEqual([]);
    }
  });
}

const WARES = ["lamps", "ropes", "candles", "violins", "bolts", "oranges", "letters", "clocks"];

interface Placed {
  readonly namespace: string;
  readonly content: string;
}

async function latest(service: Service): Promise<Migration> {
  const { migration } = bodyOf<Models>(await service.send("GET", ROUTE), 200);
  if (migration === null) throw new Error("no migration");
  return migration;
}

const reaches = (service: Service, wanted: Migration["status"]): Promise<Migration> =>
  until(
    () => latest(service),
    ({ status }) => status === wanted,
  );

async function step(service: Service, { id }: Migration, name: string): Promise<void> {
  bodyOf<Migration>(await service.send("POST", `${ROUTE}/${id}/steps`, { step: name }), 200);
}

/** A service learns of a switch within seconds. */
async function uses(service: Service, model: string): Promise<void> {
  await until(
    async () => (await service.send("GET", "/readyz")).body as { embedder: { model: string } },
    ({ embedder }) => embedder.model === model,
  );
}

async function recalled(service: Service, query: object): Promise<Placed[] | undefined> {
  const { status, body } = await service.send("POST", "/v1/recall", { limit: 5, ...query });
  if (status !== 200) expect(status).toBe(503);
  if (status !== 200) return undefined;
  return (body as { hits: { memory: Placed }[] }).hits.map(({ memory }) => memory);
}

async function servesAgain(service: Service, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await until(
      () => recalled(service, { namespaces: [name], query: "crate" }),
      (hits) => hits !== undefined,
    );
  }
}

/** A text is nearest to itself. */
async function expectNearest(service: Service, texts: readonly Placed[]): Promise<void> {
  for (const { namespace, content } of texts) {
    const hits = await until(
      () => recalled(service, { namespaces: [namespace], query: content, mode: "vector" }),
      (found) => found?.some((hit) => hit.content === content) === true,
    );
    expect(hits?.length).toBeGreaterThan(0);
  }
}

/** Recalls and writes until it is told to end; no recall lacks what was asked for. */
function underLoad(
  services: readonly [Service, Service],
  root: string,
  names: readonly string[],
  contents: readonly string[],
) {
  const stop = new AbortController();
  const written: Placed[] = [];
  let failing = false;
  let served = 0;
  const work = Promise.all(
    services.map(async (service, worker) => {
      for (let count = worker; !stop.signal.aborted; count++) {
        const namespace = names[count % names.length] ?? "";
        const content = contents[(count * 7) % contents.length] ?? "";
        const mayFail = failing;
        for (const query of [
          { namespaces: [namespace], query: content },
          { namespaces: [namespace], query: content, mode: "vector" },
          { namespaces: [`${root}.**`], query: content, limit: 20, duplicates: "keep" },
        ]) {
          const hits = await recalled(service, query);
          if (hits === undefined) expect(mayFail || failing, "a recall was refused").toBe(true);
          else {
            expect(hits.map((hit) => hit.content)).toContain(content);
            served += 1;
          }
        }
        const more = `Parcel ${count} of ${worker} went to the ferry.`;
        const memory = { memory_type: "semantic", content: more };
        const { status } = await service.send("POST", `/v1/namespaces/${namespace}/memories`, memory);
        if (status === 201) written.push({ namespace, content: more });
        else expect({ status, may: mayFail || failing }).toEqual({ status: 503, may: true });
        await sleep(400);
      }
    }),
  );
  // Awaited at the end.
  work.catch(() => {});
  return {
    written: () => [...written],
    async mayFail(during: () => Promise<void>): Promise<void> {
      failing = true;
      await during();
      // What was asked meanwhile is answered.
      await sleep(1_000);
      failing = false;
    },
    async end(): Promise<readonly Placed[]> {
      stop.abort();
      await work;
      expect(served).toBeGreaterThan(50);
      return written;
    },
  };
}
