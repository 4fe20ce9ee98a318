import fc from "fast-check";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { afterAll, describe, expect, inject, test } from "vitest";
import { createKeys } from "../../src/redis/keys.js";
import { itemPath } from "../support/acts/items.js";
import { bodyOf, memoriesOf, newNamespace, pathOf, post, remember } from "../support/acts/memories.js";
import type { Json, Memory } from "../support/acts/memories.js";
import { append, sessionPath, user } from "../support/acts/sessions.js";
import { statePath } from "../support/acts/state.js";
import { contentIn } from "../support/redis/content.js";
import { putSettings } from "../support/service/namespaces.js";
import { startService, until, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";
import { erased } from "../erasures/support.js";

const settings = {
  MNEME_PII_SECRET: "a secret of the tests, long enough for it",
  TEST_ORIGINALS_EVERY_MS: "3000",
};
const service = await useService(settings);
const redis = createClient({ url: inject("redisUrl"), RESP: 2 });
await redis.connect();
afterAll(() => redis.destroy());

const TOKENS = /\[email:[0-9a-f]{16}\]/g;
const keysOf = (of: Service) => createKeys(of.prefix);
const mail = (who: number | string) => `person${who}@private-mail.example`;

async function tokenizing(of: Service = service): Promise<string> {
  const namespace = newNamespace();
  bodyOf(await putSettings(of, namespace, { pii: { email: "tokenize", state: true } }), 200);
  return namespace;
}

/** Tokens with an original. */
const kept = async (of: Service, namespace: string): Promise<string[]> =>
  (await redis.hKeys(keysOf(of).piiOriginals(namespace))).toSorted();

const TEXTS = ["rec", "old", "session", "session-messages", "state", "state-facts", "state-old"];

/** Tokens in all stored texts of a namespace, whatever reads them. */
async function shown(of: Service, namespace: string): Promise<string[]> {
  const found = new Set<string>();
  for (const kind of TEXTS) {
    const texts = await contentIn(redis, `${of.prefix}:${kind}:{${namespace}}`);
    for (const text of texts) for (const [token] of text.matchAll(TOKENS)) found.add(token);
  }
  return [...found].toSorted();
}

/** Waits until there are originals of exactly the tokens that are shown. */
async function settled(of: Service, namespace: string): Promise<string[]> {
  const both = () => Promise.all([kept(of, namespace), shown(of, namespace)]);
  const [tokens] = await until(both, ([one, other]) => JSON.stringify(one) === JSON.stringify(other));
  return tokens;
}

/** Ends a process at once, and starts another one that needn't wait for its lock. */
async function killed(current: Service): Promise<Service> {
  await current.kill9();
  await redis.unlink(keysOf(current).lock("originals of tokens"));
  return startService(current.env);
}

describe.concurrent("The original of a token", () => {
  test("stays while one of two memories shows it, and goes with the second", async () => {
    const namespace = await tokenizing();
    const [one, two] = [
      await remember(service, namespace, { content: `Write to ${mail(1)}` }),
      await remember(service, namespace, { content: `Or call ${mail(1)}` }),
    ];
    await service.send("DELETE", pathOf(one));
    await sleep(7_000);
    expect(await kept(service, namespace)).toHaveLength(1);
    await service.send("DELETE", pathOf(two));
    expect(await settled(service, namespace)).toEqual([]);
  });

  test("goes although another namespace has something that can't be read, whose originals stay", async () => {
    const [broken, sound] = [await tokenizing(), await tokenizing()];
    for (const namespace of [broken, sound])
      await service.send("DELETE", pathOf(await remember(service, namespace, { content: mail(1) })));
    await redis.set(keysOf(service).recordPrefix(broken) + "01ARZ3NDEKTSV4RRFFQ69G5FAV", "no JSON");
    expect(await settled(service, sound)).toEqual([]);
    expect(await kept(service, broken)).toHaveLength(1);
  });

  test.each<[string, (namespace: string) => Promise<unknown>]>([
    ["a memory's end", (ns) => remember(service, ns, { content: mail(1), ttl_seconds: 1 })],
    [
      "a deletion of what was revised",
      async (ns) => {
        const memory = await remember(service, ns, { content: `At ${mail(1)}` });
        bodyOf(await service.send("PATCH", pathOf(memory), { content: "Nowhere" }), 200);
        expect(await shown(service, ns)).toHaveLength(1);
        await service.send("DELETE", pathOf(memory));
      },
    ],
    [
      "a forget policy",
      async (ns) => {
        await remember(service, ns, { content: mail(1) });
        bodyOf(await service.send("POST", `/v1/namespaces/${ns}/forget`, { policy: { keep_top: 0 } }), 200);
      },
    ],
    [
      "an erasure",
      async (ns) => {
        await remember(service, ns, { content: mail(1), metadata: { who: "ann" } });
        await erased(service, { namespace: ns, subject: { metadata: { who: "ann" } } });
      },
    ],
    [
      "the end of a session",
      async (ns) => {
        await append(service, ns, "talk", user(`I am ${mail(1)}`));
        await service.send("DELETE", sessionPath(ns, "talk"));
      },
    ],
    [
      "retention",
      async (ns) => {
        await remember(service, ns, { content: mail(1), memory_type: "episodic" });
        const pii = { email: "tokenize", state: true };
        bodyOf(await putSettings(service, ns, { pii, retention: { episodic_seconds: 1 } }), 200);
      },
    ],
  ])("goes by %s", async (_, act) => {
    const namespace = await tokenizing();
    await act(namespace);
    await until(
      () => kept(service, namespace),
      (tokens) => tokens.length === 0,
    );
    expect(await shown(service, namespace)).toEqual([]);
  });

  test("stays for a version, a message, a summary, a document and its history, and an alias", async () => {
    const namespace = await tokenizing();
    const memory = await remember(service, namespace, { content: `At ${mail(1)}` });
    bodyOf(await service.send("PATCH", pathOf(memory), { content: "Moved." }), 200);
    await append(service, namespace, "talk", user(`I am ${mail(2)}`));
    const put = (value: Json) => service.send("PUT", statePath(namespace, "contact"), { value });
    await put({ at: mail(3) });
    await put({ at: mail(4) });
    const fact = { subject: mail(5), predicate: "likes", object: "tea" };
    bodyOf(await post(service, namespace, { fact, content: "A fact." }), 201);
    const tokens = await shown(service, namespace);
    expect(tokens).toHaveLength(5);
    await sleep(7_000);
    expect(await kept(service, namespace)).toEqual(tokens);
    const answer = await service.send("POST", `/v1/namespaces/${namespace}/pii/reveal`, { tokens });
    const { values } = answer.body as { values: { value: string }[] };
    expect(values.map(({ value }) => value).toSorted()).toEqual([1, 2, 3, 4, 5].map(mail));
  });

  test("stays where a text that a caller wrote shows the token, after the settings were turned off", async () => {
    const namespace = await tokenizing();
    const first = await remember(service, namespace, { content: mail(1) });
    bodyOf(await putSettings(service, namespace, {}), 200);
    await remember(service, namespace, { content: `Copied: ${first.content}` });
    await service.send("DELETE", pathOf(first));
    await sleep(7_000);
    expect(await kept(service, namespace)).toEqual([first.content]);
  });
});

type Act =
  | {
      readonly kind: "remember" | "item" | "append" | "state" | "copy";
      readonly at: number;
      readonly who: number;
    }
  | { readonly kind: "delete" | "forget" | "unsay" | "clear"; readonly at: number }
  | { readonly kind: "kill" };

const place = fc.nat({ max: 3 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("remember", "item", "append", "state", "copy"),
      at: place,
      who: place,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom("delete", "forget", "unsay", "clear"), at: place }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "kill" } as const) },
);

describe("Originals of tokens", () => {
  test("are exactly those of the tokens that texts show, whatever is written, deleted and killed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 8, maxLength: 16 }), async (sequence) => {
        let current = await startService({ ...settings, MNEME_EMBEDDER: "none" });
        const namespace = await tokenizing(current);
        try {
          for (const act of sequence) {
            if (act.kind === "kill") {
              const content = `Cut off: ${mail("9")}`;
              void post(current, namespace, { content, memory_type: "semantic" }).catch(() => {});
              await sleep(20);
              current = await killed(current);
            } else await perform(current, namespace, act);
            // What is shown can be revealed at any moment.
            const now = await shown(current, namespace);
            const originals = await kept(current, namespace);
            expect(originals).toEqual(expect.arrayContaining(now));
          }
          await settled(current, namespace);
        } finally {
          await current.stop();
        }
      }),
      { numRuns: 3 },
    );
  }, 600_000);

  test("all go, and no other, though the process is killed again and again while it deletes them", async () => {
    let current = await startService({
      ...settings,
      TEST_ORIGINALS_EVERY_MS: "5000",
      MNEME_EMBEDDER: "none",
    });
    const namespace = await tokenizing(current);
    for (let batch = 0; batch < 6; batch++) {
      const memories = Array.from({ length: 100 }, (_, index) => ({
        content: `Person ${batch * 100 + index} is ${mail(batch * 100 + index)}`,
        memory_type: "semantic",
        tags: [index % 10 === 0 ? "stays" : "goes"],
      }));
      bodyOf(await current.send("POST", `${memoriesOf(namespace)}/batch`, { memories }), 200);
    }
    expect(await kept(current, namespace)).toHaveLength(600);
    bodyOf(await current.send("DELETE", `/v1/namespaces/${namespace}?tag=goes`), 200);
    const left = await shown(current, namespace);
    expect(left).toHaveLength(60);
    for (let round = 0; round < 3; round++) {
      await sleep(100 + 400 * round);
      current = await killed(current);
      expect(await kept(current, namespace)).toEqual(expect.arrayContaining(left));
    }
    expect(await settled(current, namespace)).toEqual(left);
    await current.stop();
  }, 300_000);
});

async function perform(of: Service, namespace: string, act: Exclude<Act, { kind: "kill" }>): Promise<void> {
  const list = async () =>
    bodyOf<{ memories: Memory[] }>(await of.send("GET", memoriesOf(namespace)), 200).memories;
  const pick = async () => {
    const memories = await list();
    return memories[act.at % Math.max(1, memories.length)];
  };
  switch (act.kind) {
    case "remember":
      await post(of, namespace, { content: `${act.at} is ${mail(act.who)}`, memory_type: "semantic" });
      return;
    case "item":
      await of.send("PUT", itemPath(namespace, `item-${act.at}`), { content: `Now ${mail(act.who)}` });
      return;
    case "append":
      await append(of, namespace, `talk-${act.at}`, user(`I am ${mail(act.who)}`));
      return;
    case "state":
      await of.send("PUT", statePath(namespace, `key-${act.at}`), { value: { at: mail(act.who) } });
      return;
    case "copy": {
      const memory = await pick();
      if (memory !== undefined) await post(of, namespace, { content: `Copy ${act.who}: ${memory.content}` });
      return;
    }
    case "delete": {
      const memory = await pick();
      if (memory !== undefined) await of.send("DELETE", pathOf(memory));
      return;
    }
    case "forget":
      await of.send("DELETE", sessionPath(namespace, `talk-${act.at}`));
      return;
    case "unsay": {
      const memory = await pick();
      if (memory?.memory_type === "semantic")
        await of.send("PATCH", pathOf(memory), { content: `Nothing ${memory.id}` });
      return;
    }
    case "clear":
      await of.send("DELETE", statePath(namespace, `key-${act.at}`));
  }
}
