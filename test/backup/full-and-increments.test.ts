import fc from "fast-check";
import { expect, test } from "vitest";
import { erased } from "../erasures/support.js";
import { bodyOf, listAll, memoriesOf, newNamespace, postBatch, remember } from "../support/acts/memories.js";
import { append, user } from "../support/acts/sessions.js";
import { setState, statePath } from "../support/acts/state.js";
import { useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const origin = await useService();
const target = await useService();

const KEYS = ["k0", "k1", "k2"];
const SESSIONS = ["s0", "s1"];

const act = fc.record({
  kind: fc.constantFrom("set", "set", "unset", "erase", "say", "say", "end", "tell", "revise", "forget"),
  on: fc.nat(2),
});
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

/** Does one thing after the other. Values that were erased are never seen again. */
function createWriter(namespace: string) {
  const place = `/v1/namespaces/${namespace}`;
  const gone = new Set<string>();
  const said = new Map<string, string[]>();
  const told: string[] = [];
  let n = 0;
  return {
    gone,
    async run({ kind, on }: Act): Promise<void> {
      n += 1;
      const value = `value-${n};`;
      const key = KEYS[on % KEYS.length] ?? "";
      const session = SESSIONS[on % SESSIONS.length] ?? "";
      if (kind === "set") {
        await setState(origin, namespace, key, value);
        said.set(key, [...(said.get(key) ?? []), value]);
      }
      if (kind === "unset") await origin.send("DELETE", statePath(namespace, key));
      if (kind === "erase") {
        await erased(origin, { subject: { state_key: key }, namespace });
        for (const each of said.get(key) ?? []) gone.add(each);
      }
      if (kind === "say") await append(origin, namespace, session, user(value));
      if (kind === "end") await origin.send("DELETE", `${place}/sessions/${session}`);
      if (kind === "tell")
        told.push((await remember(origin, namespace, { content: value, metadata: { n } })).id);
      const id = told.at(on);
      if (kind === "revise" && id !== undefined)
        await origin.send("PATCH", `${memoriesOf(namespace)}/${id}`, { metadata: { n } });
      if (kind === "forget" && id !== undefined)
        await origin.send("DELETE", `${memoriesOf(namespace)}/${id}`);
    },
  };
}

/** So much that an export takes several parts. */
async function fill(namespace: string, name: string): Promise<void> {
  const memories = Array.from({ length: 75 }, (_, at) => ({
    memory_type: "semantic",
    content: `${name} ${at}.`,
    metadata: { pad: "x".repeat(15_000) },
  }));
  await postBatch(origin, namespace, memories.slice(0, 40));
  await postBatch(origin, namespace, memories.slice(40));
}

async function exported(namespace: string, since: string | undefined, between: readonly Act[], run: Run) {
  const begun = await origin.send("POST", "/v1/exports", {
    namespaces: [namespace],
    ...(since === undefined ? {} : { since }),
  });
  const { id, started_at } = bodyOf<{ id: string; started_at: string }>(begun, 202);
  const open = [...between];
  let text = "";
  for (let part = 1; !text.includes('{"kind":"trailer"'); part++) {
    const answer = await origin.send("GET", `/v1/exports/${id}/parts/${part}`);
    expect(answer.status).toBe(200);
    text += answer.text;
    for (let next = open.shift(); next !== undefined; next = open.shift()) await run(next);
  }
  return { text, started_at };
}
type Run = (one: Act) => Promise<void>;

async function imported(text: string): Promise<void> {
  const begun = await target.send("POST", "/v1/imports", { on_conflict: "overwrite" });
  const { id } = bodyOf<{ id: string }>(begun, 202);
  const answer = await target.send("PUT", `/v1/imports/${id}/parts/1`, undefined, {
    raw: Buffer.from(text),
    headers: { "content-type": "application/octet-stream" },
  });
  expect(bodyOf<{ status: string }>(answer, 200).status).toBe("complete");
}

/** What readers get. */
async function contentOf(service: Service, namespace: string) {
  const at = (path: string) => service.send("GET", path);
  const documents = await Promise.all(KEYS.map((key) => at(statePath(namespace, key))));
  const histories = await Promise.all(KEYS.map((key) => at(`${statePath(namespace, key)}/history`)));
  const sessions = await Promise.all(
    SESSIONS.map((name) => at(`/v1/namespaces/${namespace}/sessions/${name}/messages?limit=100`)),
  );
  const memories = await listAll(service, namespace);
  return {
    documents: documents.map(({ status, body }) => ({
      status,
      value: (body as { value?: unknown }).value,
    })),
    histories: histories.map(({ status, text }) => ({ status, values: text.match(/value-\d+;/g) })),
    sessions: sessions.map(({ status, text }) => ({ status, said: text.match(/value-\d+;/g) })),
    memories: memories
      .map(({ id, content, metadata }) => `${id} ${content} ${String(metadata["n"])}`)
      .toSorted(),
  };
}

test("a full export and its increments restore what is there, and nothing that was erased", async () => {
  const acts = fc.array(act, { minLength: 3, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(acts, acts, acts, async (before, after, during) => {
      const namespace = newNamespace();
      const { run, gone } = createWriter(namespace);
      // Idle since, unless an act goes on with it.
      for (const kind of ["say", "set"] as const) for (const on of [0, 1]) await run({ kind, on });
      for (const one of before) await run(one);
      const full = await exported(namespace, undefined, [], run);
      await imported(full.text);
      for (const one of after) await run(one);
      await fill(namespace, "Shelf");
      const first = await exported(namespace, full.started_at, during, run);
      await imported(first.text);
      const second = await exported(namespace, first.started_at, [], run);
      await imported(second.text);

      const [here, there] = [await contentOf(origin, namespace), await contentOf(target, namespace)];
      expect(there).toEqual(here);
      await imported(full.text);
      const again = await contentOf(target, namespace);
      const shown = JSON.stringify([again.documents, again.histories]);
      for (const value of gone) expect(shown).not.toContain(value);
    }),
    { numRuns: 2 },
  );
});
