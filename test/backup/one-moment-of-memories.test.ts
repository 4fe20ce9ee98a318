import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import { bodyOf, listAll, memoriesOf, newNamespace, postBatch, remember } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";

const origin = await useService({ MNEME_SESSION_WINDOW_MESSAGES: "12" });
const target = await useService();
const file = join(tempFolder(), "moment.jsonl");

interface Content {
  /** By id. */
  readonly memories: Map<string, Shown>;
  /** Of the session, each with its number. */
  readonly said: Map<number, string>;
}

interface Shown {
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly valid_to: unknown;
  readonly fact: { readonly object: string } | null;
}

/** What a reader of the file that takes its lines one after the other ends with. */
function contentOf(lines: readonly Line[]): Content {
  const memories = new Map<string, Shown>();
  let said = new Map<number, string>();
  for (const line of lines) {
    if (line.kind === "memory") memories.set(line.memory.id, line.memory);
    if (line.kind === "erased" && line.what === "memory") memories.delete(line.id);
    if (line.kind === "session") {
      const { after = 0, session } = line;
      const kept = [...said].filter(([number]) => number <= after && number > session.summarised_to);
      said = new Map(kept);
    }
    if (line.kind === "message") said.set(line.message.number, String(line.message.content));
  }
  return { memories, said };
}

/** Reads the parts, and a part in between twice, as after a lost response. */
async function exported(namespace: string, between: () => Promise<void>): Promise<void> {
  const begun = await origin.send("POST", "/v1/exports", { namespaces: [namespace] });
  const { id } = bodyOf<{ id: string }>(begun, 202);
  let text = "";
  for (let part = 1; !text.includes('{"kind":"trailer"'); part++) {
    const path = `/v1/exports/${id}/parts/${part}`;
    if (part % 2 === 0) {
      await origin.send("GET", path);
      await between();
    }
    const answer = await origin.send("GET", path);
    expect(answer.status).toBe(200);
    text += answer.text;
  }
  writeFileSync(file, text);
}

const LINKS = 4;
const numberOf = ({ metadata }: Shown): number => Number(metadata["n"]);

/**
 * A writer that does one thing after the other: counts each link of a chain up to n, says "n" in a session, begins fact n, makes
 * token n and deletes token n - 1. Whatever the moment, the links are at n or at n - 1, and only the first ones at n.
 */
function createWriter(namespace: string, chain: readonly string[]) {
  const place = `/v1/namespaces/${namespace}`;
  let token: string | undefined;
  let n = 0;
  return {
    rounds: () => n,
    async round(): Promise<void> {
      n += 1;
      for (const id of chain) {
        const patched = await origin.send("PATCH", `${memoriesOf(namespace)}/${id}`, {
          metadata: { n },
        });
        expect(patched.status).toBe(200);
      }
      const messages = [{ role: "user", content: String(n) }];
      const answer = await origin.send("POST", `${place}/sessions/s/messages`, { messages });
      expect(answer.status).toBe(201);
      await remember(origin, namespace, {
        fact: { subject: "Counter", predicate: "stands_at", object: `n${n}`, cardinality: "one" },
      });
      const made = await remember(origin, namespace, { content: `Token ${n}.`, metadata: { token: n } });
      if (token !== undefined) {
        const removed = await origin.send("DELETE", `${memoriesOf(namespace)}/${token}`);
        expect(removed.status).toBeLessThan(300);
      }
      token = made.id;
    },
  };
}

function expectOneMoment({ memories, said }: Content, chain: readonly string[]): void {
  const numbers = chain.map((id) =>
    numberOf(memories.get(id) ?? { content: "", metadata: {}, valid_to: 0, fact: null }),
  );
  const [first = Number.NaN] = numbers;
  const last = numbers.at(-1) ?? Number.NaN;
  expect(numbers, "links").toEqual(numbers.toSorted((a, b) => b - a));
  expect(first - last, `links ${numbers.join(" ")}`).toBeLessThanOrEqual(1);
  const promoted = [...memories.values()].map(({ content }) => content).join("\n");
  const highest = Math.max(0, ...said.keys());
  expect([last, last - 1], "messages").toContain(highest);
  for (let number = Math.max(1, highest - 8); number <= highest; number++)
    expect(
      said.get(number) ?? (promoted.includes(String(number)) ? String(number) : ""),
      `message ${number}`,
    ).toBe(String(number));
  const open = [...memories.values()].filter(({ fact, valid_to }) => fact !== null && valid_to === null);
  expect(open.map(({ fact }) => fact?.object)).toHaveLength(1);
  const tokens = [...memories.values()].flatMap(({ metadata }) =>
    "token" in metadata ? [Number(metadata["token"])] : [],
  );
  expect([1, 2], `tokens ${tokens.join(" ")}`).toContain(tokens.length);
  expect(first - Math.max(...tokens)).toBeLessThanOrEqual(1);
}

test("an export shows a namespace's memories and sessions as of one moment, whatever is written meanwhile", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }), async (pauses) => {
      const namespace = newNamespace();
      const chain: string[] = [];
      // A walk reads 25 memories at a time: each link is read in another step.
      for (let link = 0; link < LINKS; link++) {
        const texts = Array.from({ length: 26 }, (_, at) => `Shelf ${link} ${at}.`);
        // Not embedded, but so much that the walk takes several parts.
        const pad = "x".repeat(15_000);
        const stored = await postBatch(
          origin,
          namespace,
          texts.map((content) => ({ memory_type: "semantic", content, metadata: { n: 0, pad } })),
        );
        chain.push(stored[0]?.memory?.id ?? "");
      }
      const writer = createWriter(namespace, chain);
      await writer.round();
      await writer.round();
      const before = writer.rounds();
      const stop = new AbortController();
      const write = async (): Promise<void> => {
        for (let at = 0; !stop.signal.aborted; at++) {
          await writer.round();
          await new Promise((resolve) => setTimeout(resolve, pauses[at % pauses.length]));
        }
      };
      const writing = write();
      await exported(namespace, async () => {
        const now = writer.rounds();
        while (writer.rounds() === now) await new Promise((resolve) => setTimeout(resolve, 5));
      }).finally(() => stop.abort());
      await writing;
      expect(writer.rounds()).toBeGreaterThan(before);

      const lines = linesOf(file);
      expect(lines.filter(({ kind }) => kind === "moment")).toHaveLength(1);
      const content = contentOf(lines);
      expectOneMoment(content, chain);

      const imported = await mneme(target, ["import", file]);
      expect(imported.code, imported.stderr).toBe(0);
      const restored = await listAll(target, namespace);
      const wanted = [...content.memories].map(([id, { metadata, fact }]) => ({
        id,
        metadata,
        fact: fact?.object,
      }));
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      expect(
        restored.map(({ id, metadata, fact }) => ({ id, metadata, fact: fact?.object })).toSorted(byId),
      ).toEqual(wanted.toSorted(byId));
      const path = `/v1/namespaces/${namespace}/sessions/s/messages?limit=100`;
      const { messages } = bodyOf<{ messages: { number: number }[] }>(await target.send("GET", path), 200);
      expect(messages.map(({ number }) => number)).toEqual(
        [...content.said.keys()].toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 2 },
  );
});
