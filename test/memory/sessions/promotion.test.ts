import { createClient } from "redis";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import type { MemoryDetail } from "../../support/acts/memories.js";
import { bodyOf, listAll, newNamespace, pathOf, read } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";
import { putSettings } from "../../support/service/namespaces.js";
import type { Service } from "../../support/service/service.js";
import { startService, until, useService } from "../../support/service/service.js";
import {
  append,
  assistant,
  postMessages,
  readMessages,
  readSession,
  sessionPath,
  user,
} from "../../support/acts/sessions.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await useService();

const WINDOW = { session: { window_messages: 10, window_tokens: 100_000 } };

async function windowed(settings: object = WINDOW): Promise<string> {
  const ns = newNamespace();
  bodyOf(await putSettings(service, ns, { ...settings }), 200);
  return ns;
}

interface Kept {
  readonly id: string;
  readonly number: number;
  readonly content: unknown;
}

/** The messages that episodic memories hold as they came. */
async function promoted(by: Service, ns: string): Promise<{ kept: Kept[]; memories: MemoryDetail[] }> {
  const memories: MemoryDetail[] = [];
  for (const memory of await listAll(by, ns, { order: "asc" })) memories.push(await read(by, memory));
  const kept = memories.flatMap(({ interaction }) => {
    const input = interaction?.input as { messages?: Kept[] } | undefined;
    return input?.messages ?? [];
  });
  return { kept, memories };
}

/** Waits until nothing is past the window any more. */
async function settled(by: Service, ns: string, sid: string, window: number): Promise<void> {
  await until(
    () => readSession(by, ns, sid),
    ({ message_count, summarised_to }) => message_count - summarised_to <= window,
    150_000,
  );
}

async function expectExactlyOnce(by: Service, ns: string, sid: string, ids: readonly string[]) {
  const here = await readMessages(by, ns, sid);
  const { kept } = await promoted(by, ns);
  const all = [...kept, ...here].toSorted((a, b) => a.number - b.number);
  expect(all.map(({ number }) => number)).toEqual(ids.map((_, index) => index + 1));
  expect(all.map(({ id }) => id).toSorted()).toEqual([...ids].toSorted());
  return { here, kept };
}

describe("a session past its window", () => {
  test("keeps its last turns; the oldest become episodic memories with their messages as they came", async () => {
    const ns = await windowed();
    const sent = Array.from({ length: 6 }, (_, turn) => [
      user(`Question ${turn}: where is parcel PX-${turn}-K?`, { id: `q${turn}` }),
      assistant(`Parcel PX-${turn}-K is in Bremen.`, { id: `a${turn}` }),
    ]).flat();
    await append(service, ns, "s", ...sent);
    await settled(service, ns, "s", 10);
    const { kept, here } = await expectExactlyOnce(
      service,
      ns,
      "s",
      sent.map(({ id }) => String(id)),
    );
    expect(here[0]).toMatchObject({ role: "user" });
    expect(here.length).toBeLessThanOrEqual(5);
    expect(kept.toSorted((a, b) => a.number - b.number)).toMatchObject(sent.slice(0, kept.length));

    const { memories } = await promoted(service, ns);
    const summary = memories.find(({ metadata }) => metadata["summary"] !== undefined);
    const turns = memories.filter((memory) => memory !== summary);
    expect(turns).toHaveLength(kept.length / 2);
    for (const turn of nonEmpty(turns)) {
      expect(turn).toMatchObject({
        memory_type: "episodic",
        session_id: "s",
        source_agent: "anonymous",
      });
    }
    const session = await readSession(service, ns, "s");
    expect(session.summary).toMatchObject({ method: "extractive", model: null });
    expect(session.summary?.text).toContain("PX-0-K");
    expect(summary).toMatchObject({
      metadata: { summary: { method: "extractive", from: 1, to: session.summarised_to } },
    });
    const sources = (summary?.metadata["summary"] as { sources: string[] } | undefined)?.sources;
    expect(sources?.toSorted()).toEqual(turns.map(({ id }) => id).toSorted());
    // Its sources are those that it is trusted no more than.
    expect(summary?.derived_from).toEqual(
      turns
        .toSorted((one, other) => (sources ?? []).indexOf(one.id) - (sources ?? []).indexOf(other.id))
        .map(({ id, version }) => ({ namespace: ns, id, version })),
    );
    // Sentences are chosen, not made up.
    for (const line of summary?.content.split("\n") ?? []) {
      expect(sent.map(({ content }) => String(content)).join(" ")).toContain(line.replace(/^\w+: /, ""));
    }
  });

  test("trusts its summary no more than the least trusted of what it was made from", async () => {
    const ns = await windowed();
    const doubted = bodyOf<MemoryDetail>(
      await service.send("POST", `/v1/namespaces/${ns}/interactions`, {
        input: "Where is parcel PX-9-K?",
        response: "Maybe it is in Bremen.",
        session_id: "s",
        trust_score: 0.1,
      }),
      201,
    );
    for (let turn = 0; turn < 6; turn++) {
      await append(service, ns, "s", user(`Is parcel ${turn} late?`), assistant(`Parcel ${turn} is late.`));
    }
    await settled(service, ns, "s", 10);
    const { memories } = await promoted(service, ns);
    const summary = memories.find(({ metadata }) => metadata["summary"] !== undefined);
    expect(summary?.derived_from).toContainEqual({ namespace: ns, id: doubted.id, version: 1 });
    expect(summary?.trust).toBe(0.1);
    expect(memories.filter(({ trust }) => trust > 0.1).length).toBeGreaterThan(0);
  });

  test("by its tokens as well", async () => {
    const ns = await windowed({ session: { window_messages: 1000, window_tokens: 200 } });
    for (let turn = 0; turn < 4; turn++) {
      await append(service, ns, "s", user("word ".repeat(60), { id: `q${turn}` }), assistant("Yes."));
    }
    await until(
      () => readSession(service, ns, "s"),
      ({ tokens }) => tokens <= 200,
    );
  });

  test("doesn't part a call from its results", async () => {
    const ns = await windowed();
    const calls = (from: number) =>
      Array.from({ length: 3 }, (_, index) => ({ id: `c${from + index}`, name: "look" }));
    for (let round = 0; round < 4; round++) {
      const results = calls(round * 3).map(({ id }) => ({ role: "tool", content: "x", tool_call_id: id }));
      await append(
        service,
        ns,
        "s",
        { role: "assistant", content: null, tool_calls: calls(round * 3) },
        ...results,
      );
    }
    await settled(service, ns, "s", 10);
    expect((await readMessages(service, ns, "s"))[0]).toMatchObject({ role: "assistant" });
  });

  test("nor from a result that comes after the user's next message", async () => {
    const ns = await windowed({ session: { window_messages: 4, window_tokens: 100_000 } });
    for (let round = 0; round < 6; round++) {
      const id = `c${round}`;
      await append(
        service,
        ns,
        "s",
        user(`Where is parcel ${round}?`),
        { role: "assistant", content: null, tool_calls: [{ id, name: "look" }] },
        user("Well?"),
        { role: "tool", content: "In Bremen.", tool_call_id: id },
      );
      // Whatever is promoted by now, no result here has lost its call.
      const here = await readMessages(service, ns, "s");
      const calls = here.flatMap(({ tool_calls }) => tool_calls?.map((call) => call.id) ?? []);
      expect(calls).toEqual(expect.arrayContaining(here.flatMap(({ tool_call_id }) => tool_call_id ?? [])));
    }
    await append(service, ns, "s", user("Thanks."));
    await settled(service, ns, "s", 4);
    const here = await readMessages(service, ns, "s");
    expect(here[0]).toMatchObject({ role: "user" });
    const calls = here.flatMap(({ tool_calls }) => tool_calls?.map((call) => call.id) ?? []);
    expect(calls).toEqual(expect.arrayContaining(here.flatMap(({ tool_call_id }) => tool_call_id ?? [])));
  });

  test.for([
    ["behind its call", 150, "c"],
    ["without an end", 450, "c"],
    ["of a call that nobody made", 150, "other"],
  ] as const)("isn't held up by very many results %s", async ([, many, id]) => {
    const ns = await windowed();
    await append(service, ns, "s", user("Look."), {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c", name: "look" }],
    });
    for (let sent = 0; sent < many; sent += 50) {
      const results = Array.from({ length: 50 }, () => ({ role: "tool", content: "x", tool_call_id: id }));
      await append(service, ns, "s", ...results);
    }
    for (let turn = 0; turn < 6; turn++)
      await append(service, ns, "s", user(`Turn ${turn}`), assistant("Yes."));
    await settled(service, ns, "s", 10);
  });

  test("knows the ids of promoted messages again", async () => {
    const ns = await windowed();
    const sent = Array.from({ length: 12 }, (_, index) => user(`m${index}`, { id: `m${index}` }));
    await append(service, ns, "s", ...sent);
    await settled(service, ns, "s", 10);
    expect(await postMessages(service, ns, "s", sent)).toMatchObject({
      status: 200,
      body: { message_count: 12 },
    });
    await expectExactlyOnce(
      service,
      ns,
      "s",
      sent.map(({ id }) => String(id)),
    );
  });

  test("begins anew under the same name: its range is another one", async () => {
    const ns = await windowed();
    const sent = (round: number) =>
      Array.from({ length: 12 }, (_, index) => user(`${round}.${index}`, { id: `${round}.${index}` }));
    await append(service, ns, "s", ...sent(1));
    await settled(service, ns, "s", 10);
    await service.send("DELETE", `/v1/namespaces/${ns}/sessions/s`);
    const first = (await promoted(service, ns)).kept.length;
    await append(service, ns, "s", ...sent(2));
    await settled(service, ns, "s", 10);
    const { kept } = await promoted(service, ns);
    expect(kept.filter(({ id }) => id.startsWith("1."))).toHaveLength(first);
    expect(kept.filter(({ id }) => id.startsWith("2."))).toHaveLength(
      (await readSession(service, ns, "s")).summarised_to,
    );
  });

  test("that is deleted before a promotion came to its end leaves nothing of that; what was promoted before stays if asked to", async () => {
    const ns = await windowed();
    const said = (from: number) =>
      Array.from({ length: 12 }, (_, index) => user(`m${from + index} was said.`));
    await append(service, ns, "s", ...said(0));
    await settled(service, ns, "s", 10);
    const before = await listAll(service, ns);
    // Room for some of the turns, so the promotion stops halfway.
    bodyOf(await putSettings(service, ns, { ...WINDOW, quota: { memories: before.length + 2 } }), 200);
    await append(service, ns, "s", ...said(12));
    await until(
      () => listAll(service, ns),
      (memories) => memories.length === before.length + 2,
    );
    expect(await service.send("DELETE", `${sessionPath(ns, "s")}?derived=keep`)).toMatchObject({
      status: 204,
    });
    const after = await until(
      () => listAll(service, ns),
      (memories) => memories.length <= before.length,
    );
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  test("waits in the session while the namespace is full", async () => {
    const ns = await windowed({ ...WINDOW, quota: { memories: 0 } });
    const sent = Array.from({ length: 14 }, (_, index) => user(`m${index}`, { id: `m${index}` }));
    await append(service, ns, "s", ...sent);
    await expectExactlyOnce(
      service,
      ns,
      "s",
      sent.map(({ id }) => String(id)),
    );
    bodyOf(await putSettings(service, ns, WINDOW), 200);
    await settled(service, ns, "s", 10);
    await expectExactlyOnce(
      service,
      ns,
      "s",
      sent.map(({ id }) => String(id)),
    );
  });
});

describe("exactly once", () => {
  test("16 clients append while it is summarised", async () => {
    const ns = await windowed();
    const second = await startService({ MNEME_KEY_PREFIX: service.prefix });
    onTestFinished(async () => void (await second.stop()));
    const ids: string[] = [];
    await Promise.all(
      Array.from({ length: 16 }, async (_, client) => {
        for (let index = 0; index < 15; index++) {
          const by = index % 2 === 0 ? service : second;
          const id = `${client}.${index}`;
          ids.push(id);
          const messages = [user(`Client ${client} says ${index}.`, { id })];
          const sent = await postMessages(by, ns, "s", messages);
          expect(sent.status).toBe(201);
          // What a client does that got no answer.
          if (index % 5 === 0) expect((await postMessages(by, ns, "s", messages)).status).toBe(200);
        }
      }),
    );
    await settled(service, ns, "s", 10);
    await expectExactlyOnce(service, ns, "s", ids);
  });

  test("under kill -9 at any moment", async () => {
    const ns = await windowed();
    let victim = await startService({ MNEME_KEY_PREFIX: service.prefix });
    const ids: string[] = [];
    for (let round = 0; round < runs(12); round++) {
      const sending = Promise.allSettled(
        Array.from({ length: 4 }, async (_, client) => {
          for (let index = 0; index < 6; index++) {
            const id = `${round}.${client}.${index}`;
            ids.push(id);
            await postMessages(victim, ns, "s", [user(`${id} was said.`, { id })]);
          }
        }),
      );
      // Any moment will do: no assertion hangs on which.
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 150));
      await victim.kill9();
      await sending;
      victim = await startService({ MNEME_KEY_PREFIX: service.prefix });
    }
    onTestFinished(async () => void (await victim.stop()));
    // Each client tries again until it has an answer.
    for (const id of new Set(ids)) {
      const again = await postMessages(victim, ns, "s", [user(`${id} was said.`, { id })]);
      expect([200, 201]).toContain(again.status);
    }
    await settled(victim, ns, "s", 10);
    await expectExactlyOnce(victim, ns, "s", [...new Set(ids)]);
  });

  test.for(["claimed", "one turn stored", "all stored"] as const)(
    "taken up where another process died: %s",
    async (state) => {
      const ns = newNamespace();
      const ids = Array.from({ length: 12 }, (_, index) => `m${index}`);
      await append(service, ns, "s", ...ids.map((id) => user(`${id} was said.`, { id })));
      const redis = createClient({ url: inject("redisUrl") });
      await redis.connect();
      onTestFinished(() => redis.destroy());
      const [head = ""] = (await redis.keys(`${service.prefix}:session:{${ns}}:*`)) as string[];
      // A claim as a process leaves it that died: 1 to 8, and its time is over.
      await redis.hSet(head, { f: "3", ct: "8", cu: String(Date.now() - 1000) });
      const before: MemoryDetail[] = [];
      if (state !== "claimed") {
        // What it had stored is what a whole promotion stores: let one run, and turn the session's clock back.
        const stream = head.replace(":session:", ":session-messages:");
        const entries = (await redis.xRange(stream, "-", "+")) ?? [];
        const fields = await redis.hGetAll(head);
        bodyOf(await putSettings(service, ns, WINDOW), 200);
        await append(service, ns, "s", user("m12 was said.", { id: "m12" }));
        ids.push("m12");
        await until(
          () => readSession(service, ns, "s"),
          ({ summarised_to }) => summarised_to === 8,
        );
        before.push(...(await promoted(service, ns)).memories);
        const last = (await redis.xRange(stream, "9-0", "+")) ?? [];
        await redis.del(stream);
        for (const { id, message } of [...entries.slice(0, 8), ...last]) {
          await redis.xAdd(stream, id, message as Record<string, string>);
        }
        await redis.hSet(head, { z: "0", f: "9", ct: "8", cu: "1", t: fields["t"] ?? "0" });
        if (state === "one turn stored") {
          for (const memory of before.slice(1)) await service.send("DELETE", pathOf(memory));
        }
      } else {
        bodyOf(await putSettings(service, ns, WINDOW), 200);
      }
      await append(service, ns, "s", user("more", { id: "more" }));
      ids.push("more");
      await settled(service, ns, "s", 10);
      const { kept } = await expectExactlyOnce(service, ns, "s", ids);
      expect(kept.map(({ number }) => number)).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7, 8]));
      const after = (await promoted(service, ns)).memories;
      expect(after.map(({ id }) => id)).toContain(before[0]?.id ?? after[0]?.id);
      expect(after.filter(({ metadata }) => metadata["summary"] !== undefined)).toHaveLength(1);
    },
  );

  test("turns past the window are promoted by another process when the first one dies", async () => {
    const ns = await windowed();
    const lone = await startService({ MNEME_KEY_PREFIX: service.prefix });
    const ids = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const messages = ids.map((id) => user("said", { id }));
    await postMessages(lone, ns, "s", messages);
    await lone.kill9();
    await settled(service, ns, "s", 10);
    await expectExactlyOnce(service, ns, "s", ids);
  });
});
