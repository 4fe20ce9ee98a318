import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AIMessage } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { anyCharacter } from "../../test/support/any-character.js";
import { countCpu } from "../../test/support/cpu/spent.js";
import { listAll } from "../../test/support/acts/memories.js";
import { shareService } from "../../test/support/service/service.js";
import { HOSTILE, LONE_SURROGATES } from "../../test/support/hostile.js";
import { copyStore, MnemeStore } from "../src/index.js";
import { partsOf, costOf, PART_BYTES } from "../src/value/cut.js";
import { toJson, toText } from "../src/value/text-form.js";

const service = await shareService();

const place = (): { store: MnemeStore; root: string } => {
  const root = `r${randomUUID()}`;
  return { root, store: new MnemeStore({ url: service.url, rootNamespace: root }) };
};
const large = (letter: string): { text: string } => ({ text: letter.repeat(100_000) });
const partsIn = async (root: string) =>
  (await listAll(service, `${root}.t`, { limit: 200 })).filter(
    ({ key }) => key?.startsWith("~part.") === true,
  );

describe("a value that is larger than a memory's metadata", () => {
  it("is in parts that the store doesn't show, and that end with it", async () => {
    const { store, root } = place();
    await store.put(["t"], "k", large("a"));
    expect(await partsIn(root)).toHaveLength(2);
    expect((await store.search([])).map(({ namespace, key }) => [namespace, key])).toEqual([[["t"], "k"]]);
    expect(await store.listNamespaces()).toEqual([["t"]]);
    await store.put(["t"], "k", large("b"));
    expect(await partsIn(root)).toHaveLength(2);
    await store.put(["t"], "k", { small: true });
    expect(await partsIn(root)).toHaveLength(0);
    await store.put(["t"], "k", large("c"));
    const other = new MnemeStore({ url: service.url, rootNamespace: root });
    await other.delete(["t"], "k");
    expect(await partsIn(root)).toHaveLength(0);
  });

  it("is found by its words", async () => {
    const { store } = place();
    await store.put(["t"], "other", { title: "The gate of depot Linz" });
    await store.put(["t"], "k", { title: "Sourdough at altitude", ...large("a") });
    const [first] = await store.search(["t"], { query: "sourdough" });
    expect(first?.key).toBe("k");
    expect(first?.value["text"]).toHaveLength(100_000);
    expect(first?.score).toBeGreaterThan(0);
  });

  it("is read whole while it is replaced again and again", async () => {
    const { store } = place();
    await store.put(["t"], "k", large("a"));
    const state = { done: false };
    const writing = (async () => {
      for (const letter of "bcdefg") await store.put(["t"], "k", large(letter));
    })().finally(() => (state.done = true));
    let reads = 0;
    while (!state.done) {
      const text = (await store.get(["t"], "k"))?.value["text"];
      if (typeof text !== "string") throw new Error("it has vanished");
      expect(text).toBe((text[0] ?? "").repeat(100_000));
      reads++;
    }
    await writing;
    expect(reads).toBeGreaterThan(0);
    expect((await store.get(["t"], "k"))?.value).toEqual(large("g"));
  });

  it("is treated by the namespace's policy for personal data, also where it is cut", async () => {
    const { store, root } = place();
    const set = await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { pii: { email: "redact" } });
    expect(set.status, JSON.stringify(set.body)).toBe(200);
    const lines = Array.from({ length: 6000 }, (_, n) => `Write to anna.berg${n}@example.com.`);
    await store.put(["t"], "k", { lines });
    const value = JSON.stringify((await store.get(["t"], "k"))?.value);
    expect(value).not.toMatch(/example\.com|anna\.berg/);
    expect(value.match(/Write to/g)).toHaveLength(6000);
  });

  it("of which a part was lost is an error that names it, and no other value", async () => {
    const { store, root } = place();
    await store.put(["t"], "k", large("a"));
    const [part] = await partsIn(root);
    await service.send("DELETE", `/v1/namespaces/${root}.t/memories/${part?.id}`);
    await expect(store.get(["t"], "k")).rejects.toMatchObject({
      code: "bad_answer",
      message: expect.stringMatching(/The item "k" in .* parts of its value have ended or were deleted/),
    });
  });
});

const POLICY = {
  email: "redact",
  phone: "tokenize",
  card: "redact",
  iban: "redact",
  ip: "tokenize",
  national_id: "redact",
  secret: "redact",
};

describe("a policy for personal data", () => {
  const RISKY = {
    card: 4111111111111111,
    cards: [4111111111111111, 12, 4111111111111111],
    inWords: "Numbers: 4111111111111111, and 4111 1111 1111 1111.",
    lines: "Dear all,\nanna@example.com\tbob@example.com\n\u001bcarl@example.com",
    quoted: 'He said "password=abc12345X9" and "dora@example.com".',
    path: "C:\\new\\emil@example.com",
    url: "https://example.org",
    mail: "fred@example.com",
    password: "hunter2Zq9",
    pem: "-----BEGIN PRIVATE KEY-----\nMIIabc",
    "gina@example.com": { on: true, ip: "203.0.113.77" },
    half: "\ud800hans@example.com",
    after: { exact: 1.5e-7, big: 123456.75, list: [true, false, null, -12345] },
  };
  const SHOWN = /4111|example\.com|hunter2|abc12345|MIIabc|203\.0/;

  it.each([
    ["in one text", { half: RISKY.half }],
    ["in parts", { half: RISKY.half, rest: "word ".repeat(30_000) }],
  ])("leaves a value that can be read: %s", async (_, more) => {
    const { store, root } = place();
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { pii: POLICY });
    await store.put(["t"], "k", { ...more, ...RISKY });
    const value = (await store.get(["t"], "k"))?.value;
    expect(JSON.stringify(value)).not.toMatch(SHOWN);
    expect(value).toMatchObject({
      card: "[card]",
      cards: ["[card]", 12, "[card]"],
      inWords: "Numbers: [card], and [card].",
      lines: "Dear all,\n[email]\t[email]\n\u001b[email]",
      url: "https://example.org",
      mail: "[email]",
      after: RISKY.after,
    });
  });

  it("of which messages are a part leaves them messages", async () => {
    const { store, root } = place();
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { pii: POLICY });
    await store.put(["t"], "k", {
      messages: [new AIMessage("Write to\nanna@example.com.")],
      at: new Map([[1, 4111111111111111]]),
    });
    const value = (await store.get(["t"], "k"))?.value;
    const [message] = (value?.["messages"] ?? []) as AIMessage[];
    expect(message).toBeInstanceOf(AIMessage);
    expect(message?.content).toBe("Write to\n[email].");
    expect(value?.["at"]).toEqual(new Map([[1, "[card]"]]));
  });

  it("sees what stands where a value is cut", async () => {
    const { store, root } = place();
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { pii: POLICY });
    const list = Array.from({ length: 9000 }, (_, n) => ({ n, card: "4111 1111 1111 1111" }));
    const prose = Array.from(
      { length: 3000 },
      () => "We paid with 4111 1111 1111 1111 and left the old town on foot in the rain, as we had come.",
    );
    await store.put(["t"], "k", { list, prose: prose.join(" ") });
    const value = JSON.stringify((await store.get(["t"], "k"))?.value);
    expect(value).not.toMatch(/1111 1111/);
    expect(value.match(/\[card\]/g)).toHaveLength(12_000);
  });
});

describe("the text of a value", () => {
  it("is read as it was, whatever it holds, and each part fits", () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom(
        ...HOSTILE,
        ...LONE_SURROGATES,
        "\f",
        "\v0041",
        '"\f',
        "'",
        "`",
        "-----BEGIN X-----END -----",
      ),
    );
    fc.assert(
      fc.property(
        fc.object({
          key: text,
          values: [
            text,
            fc.double({ noNaN: true, noDefaultInfinity: true }),
            fc.maxSafeInteger(),
            fc.boolean(),
            fc.constant(null),
          ],
        }),
        (value) => {
          const json = JSON.stringify(value);
          expect(toJson(toText(json))).toBe(json);
        },
      ),
    );
    for (const letter of ["a", '"', "\\", "\f", "\u0001", "é", "😀", " ", "1 ", "[", "x,\n"]) {
      const json = JSON.stringify({
        [letter]: letter.repeat(200_000),
        list: Array.from({ length: 50_000 }, () => letter),
      });
      const parts = partsOf(toText(json));
      expect(toJson(parts.join(""))).toBe(json);
      for (const part of parts) expect(costOf(part)).toBeLessThanOrEqual(PART_BYTES);
      expect(parts.length).toBeLessThan(60);
    }
  });

  it("takes no longer per byte where it is long", () => {
    const timed = (length: number): number => {
      const json = JSON.stringify({
        text: '\\"1 \f'.repeat(length),
        list: Array.from({ length }, (_, n) => n),
      });
      const spent = countCpu();
      partsOf(toText(json));
      return spent();
    };
    timed(10_000);
    expect(timed(160_000)).toBeLessThan(16 * 4 * Math.max(timed(10_000), 5));
  });

  it("may be nested deeply", async () => {
    const { store } = place();
    let value: Record<string, unknown> = { end: 1 };
    for (let depth = 0; depth < 1500; depth++) value = { down: value };
    await store.put(["t"], "k", value);
    expect((await store.get(["t"], "k"))?.value).toEqual(value);
  });
});

describe("a member named lc", () => {
  const RECORD = {
    lc: 1,
    type: "constructor",
    id: ["langchain_core", "messages", "AIMessage"],
    kwargs: { content: "x" },
  };
  it.each([
    ["a record of a class", RECORD],
    ["a record of a class that isn't there", { ...RECORD, id: ["nowhere", "Nothing"] }],
    ["undefined", { lc: 2, type: "undefined" }],
    ["a Map", { lc: 2, type: "constructor", id: ["Map"], args: [[]] }],
    ["a number", { lc: 7 }],
  ])("is read as it was put: %s", async (_, record) => {
    const { store } = place();
    await store.put(["t"], "small", { record });
    expect((await store.get(["t"], "small"))?.value).toEqual({ record });
    await store.put(["t"], "large", { record, ...large("a") });
    expect((await store.get(["t"], "large"))?.value).toEqual({ record, ...large("a") });
    const mixed = { record, at: new Map([[1, 2]]) };
    if (record.lc === 7) {
      await store.put(["t"], "mixed", mixed);
      expect((await store.get(["t"], "mixed"))?.value).toEqual(mixed);
    } else {
      await expect(store.put(["t"], "mixed", mixed)).rejects.toThrow(/item "mixed".*member "lc"/);
      const message = new AIMessage({ content: "x", additional_kwargs: { record } });
      await expect(store.put(["t"], "mixed", { message })).rejects.toThrow(/item "mixed".*member "lc"/);
    }
  });
});

it("an item that can't be read doesn't hide the others from a search, and a warning names it", async () => {
  const { store, root } = place();
  const warnings: string[] = [];
  const listener = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", listener);
  onTestFinished(() => void process.off("warning", listener));
  await store.put(["t"], "whole", { text: "Rain in Linz." });
  await store.put(["t"], "lost", { title: "Rain in Graz.", ...large("a") });
  await service.send("PUT", `/v1/namespaces/${root}.t/items/marked`, { metadata: { "mneme:value": 1 } });
  await service.send("PUT", `/v1/namespaces/${root}.t/items/odd`, {
    metadata: { "mneme:value": "odd", text: "~{}" },
  });
  const [part] = await partsIn(root);
  await service.send("DELETE", `/v1/namespaces/${root}.t/memories/${part?.id}`);
  for (const options of [{}, { query: "rain" }, { filter: { text: "Rain in Linz." } }, { limit: 1 }])
    expect((await store.search([], options)).map(({ key }) => key)).toEqual(["whole"]);
  const to = place().store;
  expect(await copyStore(store, to)).toMatchObject({ namespaces: 1, items: 1 });
  for (const key of ["lost", "marked", "odd"]) {
    expect(warnings.join("\n")).toContain(`"${key}"`);
    await expect(store.get(["t"], key)).rejects.toThrow(new RegExp(`item "${key}" in .* can't be read: `));
  }
});

describe("a put of a large value", () => {
  it("that is refused midway leaves no parts", async () => {
    const { store, root } = place();
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { quota: { memories: 3 } });
    const value = { text: "a".repeat(1_000_000) };
    await expect(store.put(["t"], "k", value)).rejects.toMatchObject({ code: "quota_exceeded" });
    expect(await partsIn(root)).toEqual([]);
  });

  it("whose item is refused, and not its parts, leaves none", async () => {
    const { store, root } = place();
    await expect(store.put(["t"], "k".repeat(300), large("a"))).rejects.toMatchObject({ status: 400 });
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { quota: { memories: 2 } });
    await expect(store.put(["t"], "k", large("a"))).rejects.toMatchObject({ code: "quota_exceeded" });
    expect(await partsIn(root)).toEqual([]);
  });

  /** A store whose first conditional change is applied, but answered 503, after what `meanwhile` does. */
  const losing = (root: string, meanwhile?: () => Promise<unknown>): MnemeStore => {
    let lost = false;
    return new MnemeStore({
      url: service.url,
      rootNamespace: root,
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers);
        if (lost || !(headers.has("if-match") || headers.has("if-none-match"))) return fetch(input, init);
        lost = true;
        // As if the record of the answer were lost too, as it is where the service is killed before it.
        headers.delete("idempotency-key");
        expect((await fetch(input, { ...init, headers })).ok).toBe(true);
        await meanwhile?.();
        return new Response(null, { status: 503 });
      },
    });
  };

  it.each([
    ["new", {}],
    ["large before", large("z")],
    ["small before", { small: true }],
  ])("that is done, but not answered, keeps its parts: %s", async (_, before) => {
    const { store, root } = place();
    if (Object.keys(before).length > 0) await store.put(["t"], "k", before);
    await losing(root).put(["t"], "k", large("a"));
    expect((await store.get(["t"], "k"))?.value).toEqual(large("a"));
    expect(await partsIn(root)).toHaveLength(2);
  });

  it.each([
    ["large", large("y")],
    ["small", { small: true }],
  ])(
    "that is done, but not answered, and replaced by a %s one, leaves one that can be read",
    async (_, other) => {
      const { store, root } = place();
      await store.put(["t"], "k", large("z"));
      await losing(root, () => store.put(["t"], "k", other)).put(["t"], "k", large("a"));
      expect((await store.get(["t"], "k"))?.value).toEqual(large("a"));
      expect(await partsIn(root)).toHaveLength(2);
    },
  );

  it("that is small leaves no parts of what it has replaced without an answer", async () => {
    const { store, root } = place();
    await store.put(["t"], "k", large("z"));
    await losing(root).put(["t"], "k", { small: true });
    expect(await partsIn(root)).toEqual([]);
  });

  it("that is done, but not answered, and refused when it is sent again keeps its parts", async () => {
    const { store, root } = place();
    await store.put(["t"], "k", large("z"));
    let refused = false;
    const refusing = new MnemeStore({
      url: service.url,
      rootNamespace: root,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (refused || !new Headers(init?.headers).has("if-match")) return answer;
        refused = true;
        return Response.json({ code: "forbidden", status: 403 }, { status: 403 });
      },
    });
    await expect(refusing.put(["t"], "k", large("a"))).rejects.toMatchObject({ status: 403 });
    expect((await store.get(["t"], "k"))?.value).toEqual(large("a"));
  });

  it("and others of the same key at once leave the parts of one", async () => {
    const { store, root } = place();
    await store.put(["t"], "k", large("z"));
    const writers = Array.from("abcdef", () => new MnemeStore({ url: service.url, rootNamespace: root }));
    await Promise.all(writers.map((writer, n) => writer.put(["t"], "k", large("abcdef".charAt(n)))));
    expect(await partsIn(root)).toHaveLength(2);
    expect((await store.get(["t"], "k"))?.value["text"]).toHaveLength(100_000);
    await Promise.all(
      writers.map((writer, n) => (n % 2 ? writer.delete(["t"], "k") : writer.put(["t"], "k", large("y")))),
    );
    await store.delete(["t"], "k");
    expect(await partsIn(root)).toEqual([]);
  });

  it("whose item has ended by the service leaves parts that tidy deletes, and no others", async () => {
    const { store, root } = place();
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { ttl: { semantic_seconds: 2 } });
    await store.put(["t"], "ends", large("a"));
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, {});
    await store.put(["t"], "stays", large("b"));
    expect(await partsIn(root)).toHaveLength(4);
    await sleep(3_500);
    expect(await store.get(["t"], "ends")).toBe(null);
    expect(await store.tidy()).toBe(0);
    expect(await store.tidy({ olderThanSeconds: 0 })).toBe(2);
    expect(await partsIn(root)).toHaveLength(2);
    expect((await store.get(["t"], "stays"))?.value).toEqual(large("b"));
    expect(await store.tidy({ olderThanSeconds: 0 })).toBe(0);
  });

  it("has no end before its item, which use may prolong", async () => {
    const { store, root } = place();
    await service.send("PUT", `/v1/namespaces/${root}.t/settings`, { ttl: { semantic_seconds: 2 } });
    await store.put(["t"], "k", large("a"));
    const [part] = await partsIn(root);
    const detail = await service.send("GET", `/v1/namespaces/${root}.t/memories/${part?.id}`);
    expect(detail.body).toMatchObject({ expires_at: null });
  });
});

it("what was marked as another form by hand is an error, not a value", async () => {
  const { store, root } = place();
  const item = `/v1/namespaces/${root}.t/items/k`;
  for (const metadata of [
    { "mneme:value": "json", text: "{}" },
    { "mneme:value": "json", text: "~[1" },
    { "mneme:value": "json", text: "~7" },
    { "mneme:value": "langgraph", set: "x", parts: 1e9 },
    { "mneme:value": 1 },
  ]) {
    await service.send("PUT", item, { metadata });
    await expect(store.get(["t"], "k")).rejects.toMatchObject({ code: "bad_answer" });
  }
});
