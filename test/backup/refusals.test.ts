import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { checkFile } from "../../scripts/cli/check-file.js";
import { CHAIN_START, checked, linked } from "../../src/backup/chain.js";
import { RELEASE } from "../../src/backup/release.js";
import packageJson from "../../package.json" with { type: "json" };
import { as, createKey, keyFor } from "../support/acts/access.js";
import { forge, linesOf, mneme } from "../support/acts/backup.js";
import { bodyOf, listAll, memoriesOf, newNamespace, remember } from "../support/acts/memories.js";
import { transact } from "../support/acts/state.js";
import { runs } from "../support/run/long.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const open = await useService();
const root = as(open, (await createKey(open)).key);
const namespace = newNamespace();
const folder = tempFolder();
const file = join(folder, "export.jsonl");
let admin: string;

beforeAll(async () => {
  admin = await keyFor(root, namespace, ["read", "write", "admin"]);
  for (const content of ["One.", "Two.", "Three."]) await remember(root, namespace, { content });
  await root.send("PUT", `/v1/namespaces/${namespace}/state/k`, { value: { a: 1 } });
  const ran = await mneme(open, ["export", "--out", file, "--namespace", namespace], admin);
  expect(ran.code, ran.stderr).toBe(0);
});

test("an export and an import that are begun without a body have the defaults", async () => {
  const exported = await root.send("POST", "/v1/exports");
  expect(exported).toMatchObject({ status: 202, body: { namespaces: ["**"] } });
  const imported = await root.send("POST", "/v1/imports");
  expect(imported).toMatchObject({ status: 202, body: { on_conflict: "skip", dry_run: false } });
});

const damaged = (change: (lines: string[]) => string[]): string => {
  const path = join(folder, `damaged-${Math.random()}.jsonl`);
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  writeFileSync(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
  return path;
};

describe("a file that isn't as it was written", () => {
  const cases: [string, (lines: string[]) => string[], RegExp][] = [
    [
      "a changed letter",
      (lines) => lines.map((line, at) => (at === 2 ? line.replace("T", "t") : line)),
      /Line 3: .*damaged/,
    ],
    ["a lost line", (lines) => lines.toSpliced(1, 1), /Line 2: .*damaged/],
    ["a line twice", (lines) => lines.toSpliced(1, 0, lines[1] ?? ""), /Line 3: .*damaged/],
    [
      "two lines that changed places",
      (lines) => [lines[0], lines[2], lines[1], ...lines.slice(3)].map((line) => line ?? ""),
      /Line 2: .*damaged/,
    ],
    ["no trailer", (lines) => lines.slice(0, -1), /truncated: it ends after line \d+/],
    [
      "half a line at the end",
      (lines) => [...lines.slice(0, -1), (lines.at(-1) ?? "").slice(0, 40)],
      /Line \d+: .*damaged/,
    ],
    ["a line after the trailer", (lines) => [...lines, lines.at(-1) ?? ""], /Nothing may follow the trailer/],
    ["nothing in it", () => [], /is empty/],
  ];
  test.each(cases)(
    "is refused with its place, before anything is written: %s",
    async (_, change, message) => {
      const path = damaged(change);
      const ran = await mneme(open, ["import", path], admin);
      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(message);
      await expect(checkFile(path)).rejects.toThrow(message);
    },
  );

  test("no change of a byte goes unnoticed", async () => {
    const bytes = readFileSync(file);
    const path = join(folder, "byte.jsonl");
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(bytes);
        changed[at] = ((changed[at] ?? 0) + by) % 256;
        writeFileSync(path, changed);
        await expect(checkFile(path)).rejects.toThrow(/Line \d+|truncated/);
      }),
      { numRuns: runs(150) },
    );
  });

  test("no file that is cut off passes as whole", async () => {
    const bytes = readFileSync(file);
    const path = join(folder, "cut.jsonl");
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        writeFileSync(path, bytes.subarray(0, length));
        await expect(checkFile(path)).rejects.toThrow();
      }),
      { numRuns: runs(50) },
    );
  });

  test("a chain of any lines is read back as it was written", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ kind: fc.string(), sum: fc.string(), text: fc.string() })),
        (lines) => {
          let [written, read] = [CHAIN_START, CHAIN_START];
          for (const line of lines) {
            const json = JSON.stringify(line);
            const link = linked(written, json);
            const back = checked(read, link.text);
            expect(back?.json).toBe(json);
            written = link.chain;
            read = back?.chain ?? CHAIN_START;
          }
          expect(read).toEqual(written);
        },
      ),
    );
  });
});

/** Sends a file to the service itself, without the command's own check. */
async function sendFile(
  service: Service,
  path: string,
  options = {},
): Promise<{ status: number; body: unknown }> {
  const { id } = bodyOf<{ id: string }>(await service.send("POST", "/v1/imports", options), 202);
  return service.send("PUT", `/v1/imports/${id}/parts/1`, undefined, {
    raw: readFileSync(path),
    headers: { "content-type": "application/octet-stream" },
  });
}

describe("a forged file whose sums fit", () => {
  const forged = (change: (line: Record<string, unknown>) => unknown): string => {
    const path = join(folder, `forged-${Math.random()}.jsonl`);
    forge(
      path,
      linesOf(file).map((line) => structuredClone(change({ ...line }))),
    );
    return path;
  };
  const inMemory =
    (change: (line: Record<string, Record<string, unknown>>) => unknown) => (line: Record<string, unknown>) =>
      line["kind"] === "memory" ? change(structuredClone(line) as never) : line;
  const patched = (part: string, fields: Record<string, unknown>) =>
    inMemory((line) => ({ ...line, [part]: { ...line[part], ...fields } }));

  const cases: [string, (line: Record<string, unknown>) => unknown, RegExp][] = [
    ["an unknown kind", inMemory((line) => ({ ...line, kind: "command" })), /Line 2: kind/],
    ["an unknown field", inMemory((line) => ({ ...line, lua: "x" })), /Line 2: lua: Unknown field/],
    [
      "an unknown field of a memory",
      patched("memory", { secret: 1 }),
      /Line 2: memory\.secret: Unknown field/,
    ],
    [
      "a namespace that is a key of its own",
      inMemory((line) => ({ ...line, namespace: "a}:b{" })),
      /Line 2: namespace/,
    ],
    ["an id that is a pattern", patched("memory", { id: "*" }), /Line 2: memory\.id/],
    ["a hash with a brace", patched("stored", { hash: "x}:{y" }), /Line 2: stored\.hash/],
    [
      "a content that is too large",
      patched("memory", { content: "x".repeat(70_000) }),
      /Line 2: memory\.content/,
    ],
    ["a content with half a character", patched("memory", { content: "\ud800" }), /Line 2: memory\.content/],
    ["a trust above 1", patched("memory", { trust_score: 2 }), /Line 2: memory\.trust_score/],
    ["a date beyond the calendar", patched("memory", { expires_at: 1e18 }), /Line 2: memory\.expires_at/],
    [
      "a vector that isn't of numbers",
      inMemory((line) => ({ ...line, vectors: ["AHw="] })),
      /Line 2: vectors/,
    ],
    [
      "a place on a timeline without a fact",
      patched("stored", { place: { timeline: "t", object: "o" } }),
      /Line 2: stored\.place/,
    ],
    ["a version without its memory", inMemory((line) => ({ ...line, kind: "message" })), /Line 2/],
    [
      "a value that isn't JSON",
      (line) =>
        line["kind"] === "state"
          ? { ...line, document: { ...(line["document"] as object), json: "{" } }
          : line,
      /json: Must be JSON/,
    ],
    [
      "a newer format",
      (line) => (line["kind"] === "manifest" ? { ...line, format_version: 4, mneme_version: "9.0.0" } : line),
      /format version 4, written by mneme 9\.0\.0/,
    ],
  ];
  test.each(cases)(
    "is refused by the service and by the command, with the line: %s",
    async (_, change, message) => {
      const path = forged(change);
      await expect(checkFile(path)).rejects.toThrow(message);
      const answer = await sendFile(as(open, admin), path);
      expect(answer.status, JSON.stringify(answer.body)).toBe(422);
      expect((answer.body as { detail: string }).detail).toMatch(message);
    },
  );

  test("nothing of a namespace that the key doesn't administer is written", async () => {
    const path = forged((line) =>
      line["namespace"] === undefined ? line : { ...line, namespace: "other.tenant" },
    );
    const answer = await sendFile(as(open, admin), path);
    expect(answer.status).toBe(422);
    expect((answer.body as { detail: string }).detail).toMatch(/no grant to admin in other\.tenant/);
    expect(await listAll(root, "other.tenant")).toEqual([]);
  });

  test("publications to namespaces where the key may not publish, and feedback of others, stay out", async () => {
    const target = newNamespace();
    const key = await keyFor(root, target, ["read", "write", "admin"]);
    const path = forged(
      inMemory((line) => ({
        ...line,
        published: { "other.tenant": { follow: true, published_by: "x", published_at: 1, version: 0 } },
        voices: { someone: { v: "confirmed", at: 1 } },
      })),
    );
    const { status } = await sendFile(as(open, key), path, { into: target });
    expect(status).toBe(200);
    const out = join(folder, "stripped.jsonl");
    const ran = await mneme(open, ["export", "--out", out, "--namespace", target], key);
    expect(ran.code, ran.stderr).toBe(0);
    const memories = linesOf(out).filter(({ kind }) => kind === "memory");
    expect(memories).toHaveLength(3);
    for (const line of memories) {
      expect(line).not.toHaveProperty("published");
      expect(line).not.toHaveProperty("voices");
    }
  });
});

test("an import without the trailer stays unfinished, and takes no second manifest", async () => {
  const service = as(open, admin);
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -2);
  const { id } = bodyOf<{ id: string }>(await service.send("POST", "/v1/imports", {}), 202);
  const put = (part: number, text: string) =>
    service.send("PUT", `/v1/imports/${id}/parts/${part}`, undefined, {
      raw: text,
      headers: { "content-type": "application/octet-stream" },
    });
  expect((await put(1, `${lines.join("\n")}\n`)).body).toMatchObject({ status: "running", next_part: 2 });
  // Sent again, a part changes nothing.
  expect((await put(1, `${lines.join("\n")}\n`)).body).toMatchObject({ status: "running", next_part: 2 });
  expect((await put(4, "")).status).toBe(400);
  const refused = await put(2, `${lines[0]}\n`);
  expect(refused.status).toBe(422);
  expect((await service.send("GET", `/v1/imports/${id}`)).body).toMatchObject({
    status: "failed",
    failure: { line: lines.length + 1 },
  });
});

test("an export and an import are another key's business only for that key", async () => {
  const other = as(open, await keyFor(root, namespace, ["read", "write", "admin"], "other"));
  const { id } = bodyOf<{ id: string }>(
    await as(open, admin).send("POST", "/v1/exports", { namespaces: [namespace] }),
    202,
  );
  expect((await other.send("GET", `/v1/exports/${id}`)).status).toBe(404);
  expect((await other.send("GET", `/v1/exports/${id}/parts/1`)).status).toBe(404);
  expect((await as(open, admin).send("GET", `/v1/exports/${id}/parts/2`)).status).toBe(400);
  expect((await as(open, admin).send("GET", `/v1/exports/${id}/parts/1`)).status).toBe(200);
});

test("the release that a manifest names is that of package.json", () => {
  expect(RELEASE).toBe(packageJson.version);
});

test("a key without admin exports memories, but neither settings nor who gave feedback", async () => {
  const shown = newNamespace();
  const memory = await remember(root, shown, { content: "Shown." });
  await root.send("POST", `${memoriesOf(shown)}/${memory.id}/feedback`, {
    outcome: "confirmed",
    by: "agent",
  });
  await root.send("PUT", `/v1/namespaces/${shown}/settings`, { decay: { touch: false } });
  const out = join(folder, "reader.jsonl");
  const reader = await keyFor(root, shown, ["read"]);
  expect((await mneme(open, ["export", "--out", out], reader)).code).toBe(0);
  const lines = linesOf(out);
  expect(lines.map(({ kind }) => kind)).toEqual(["manifest", "memory", "moment", "trailer"]);
  expect(lines[1]).not.toHaveProperty("voices");
  expect(lines[1]).toMatchObject({ memory: { evidence: { counts: { confirmed: 1 } } } });
});

test("a document whose name no URL holds comes back out of an old backup, and a transaction deletes it", async () => {
  const path = join(folder, "dots.jsonl");
  const named = linesOf(file);
  for (const line of named) if (line["kind"] === "state") Object.assign(line, { key: ".." });
  forge(path, named);
  const into = newNamespace();
  const key = await keyFor(root, into, ["read", "write", "admin"]);
  const imported = await mneme(open, ["import", path, "--into", into], key);
  expect(imported.code, imported.stderr).toBe(0);
  const there = async () =>
    bodyOf<{ documents: { key: string; version: number }[] }>(
      await root.send("GET", `/v1/namespaces/${into}/state`),
      200,
    ).documents;
  const checks = (await there()).map(({ key: name, version }) => ({ key: name, version }));
  expect(checks).toHaveLength(1);
  const wrote = await transact(root, into, { operations: [{ op: "set", key: "..", value: 1 }] });
  expect(wrote.status).toBe(400);
  const deleted = await transact(root, into, { checks, operations: [{ op: "delete", key: ".." }] });
  expect(deleted.status, JSON.stringify(deleted.body)).toBe(200);
  expect(await there()).toEqual([]);
});
