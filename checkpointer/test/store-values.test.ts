import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { listAll } from "../../test/support/acts/memories.js";
import { useService } from "../../test/support/service/service.js";
import { MnemeStore } from "../src/index.js";

const service = await useService();

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
    expect(await partsIn(root)).toHaveLength(4);
    expect((await store.search([])).map(({ namespace, key }) => [namespace, key])).toEqual([[["t"], "k"]]);
    expect(await store.listNamespaces()).toEqual([["t"]]);
    await store.put(["t"], "k", large("b"));
    expect(await partsIn(root)).toHaveLength(4);
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
      message: expect.stringMatching(/parts of the item "k" are missing/),
    });
  });
});

it("what was marked as another form by hand is an error, not a value", async () => {
  const { store, root } = place();
  const item = `/v1/namespaces/${root}.t/items/k`;
  for (const metadata of [
    { "mneme:value": "json", text: "[1" },
    { "mneme:value": "json", text: "7" },
    { "mneme:value": "langgraph", set: "x", parts: 1e9 },
    { "mneme:value": 1 },
  ]) {
    await service.send("PUT", item, { metadata });
    await expect(store.get(["t"], "k")).rejects.toMatchObject({ code: "bad_answer" });
  }
});
