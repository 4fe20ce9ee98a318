import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mneme } from "../support/acts/backup.js";
import { listAll, newNamespace, remember, revise } from "../support/acts/memories.js";
import { tempDir } from "../support/run/temp-dir.js";
import { shareService } from "../support/service/service.js";
import { importFrom } from "./run.js";

const service = await shareService();
const EMAIL = /anna\.berg@example\.com/;

async function run(...args: string[]): Promise<string> {
  const { code, stderr } = await mneme(service, args);
  expect(code, stderr).toBe(0);
  return stderr;
}

/** A namespace that redacts addresses. */
async function strict(): Promise<string> {
  const into = newNamespace();
  const { status } = await service.send("PUT", `/v1/namespaces/${into}/settings`, {
    pii: { email: "redact" },
  });
  expect(status).toBe(200);
  return into;
}

async function exported(format: string): Promise<string> {
  const namespace = newNamespace();
  const first = await remember(service, namespace, {
    content: "Write to anna.berg@example.com.",
    tags: ["mail"],
    metadata: { from: "anna.berg@example.com", shelf: 3 },
    importance: 0.9,
  });
  await revise(service, first, { content: "Write to anna.berg@example.com, or call." });
  await remember(service, namespace, {
    fact: { subject: "Anna", predicate: "lives_in", object: "Graz" },
    valid_from: "2020-01-01T00:00:00Z",
  });
  const file = join(tempDir(), `export.${format}`);
  await run("export", "--namespace", namespace, "--out", file, "--format", format);
  return file;
}

test.each(["mneme", "pam"])(
  "%s: --as-new writes memories under the namespace's policy, once",
  async (format) => {
    const file = await exported(format);
    const into = await strict();
    await run("import", file, "--as-new", "--into", into);
    const memories = await listAll(service, into);
    expect(memories).toHaveLength(2);
    expect(JSON.stringify(memories)).not.toMatch(EMAIL);
    expect(memories.map(({ version }) => version)).toEqual([1, 1]);
    const fact = memories.find((memory) => memory.fact !== undefined);
    expect(fact).toMatchObject({
      fact: { subject: "Anna", object: "Graz" },
      valid_from: "2020-01-01T00:00:00.000Z",
    });
    const mail = memories.find((memory) => memory.fact === undefined);
    expect(mail?.content).toMatch(/^Write to \S+, or call\.$/);
    expect(mail).toMatchObject({
      importance: 0.9,
      trust_score: 0.5,
      metadata: { shelf: 3, trust_class: "import" },
    });
    if (format === "pam") return;
    expect(await importFrom(service, "mneme-export", file, into)).toMatchObject({
      made: 0,
      seen: 2,
      failed: 0,
    });
    // Without it an export is restored as it was.
    const restored = await strict();
    await run("import", file, "--into", restored);
    expect(JSON.stringify(await listAll(service, restored))).toMatch(EMAIL);
  },
);

test("hostile lines fail alone", async () => {
  const file = join(tempDir(), "lines.jsonl");
  const line = (memory: object) => JSON.stringify({ kind: "memory", namespace: "a", memory });
  const lines = [
    line({
      id: "1",
      memory_type: "semantic",
      content: "Good.",
      tags: [7, "t"],
      importance: 9e9,
      fact: { subject: 1 },
    }),
    line({ id: "2", memory_type: "semantic", content: "Good too.", metadata: { source: "elsewhere" } }),
    line({ id: "3", memory_type: "other", content: "x" }),
    line({ id: "4", memory_type: "episodic", content: "Old.", superseded_at: 1 }),
    JSON.stringify({ kind: "state", namespace: "a" }),
    "[",
  ];
  writeFileSync(file, lines.join("\n"));
  const into = newNamespace();
  const report = await importFrom(service, "mneme-export", file, into);
  expect(report).toMatchObject({ made: 1, skipped: 2, failed: 3 });
  expect((await listAll(service, into)).map(({ metadata }) => metadata["source"])).toEqual(["mneme-export"]);
});

test("what is held back stays out: quarantined, expired, deleted and revised during the export", async () => {
  const file = join(tempDir(), "lines.jsonl");
  const line = (id: string, more: object = {}, again?: true) =>
    JSON.stringify({
      kind: "memory",
      namespace: "a",
      again,
      memory: { id, memory_type: "semantic", content: `Memory ${id}.`, ...more },
    });
  const end = Date.now() + 3_600_000;
  const lines = [
    line("plain"),
    line("copy", { quarantined: true }),
    line("past", { expires_at: Date.now() - 1 }),
    line("short", { expires_at: end, lifetime: { seconds: 86_400, by: "ttl" } }),
    line("aged", { expires_at: end, lifetime: { seconds: 86_400, by: "type" } }),
    line("gone"),
    line("changed", { content: "The old text." }),
    JSON.stringify({ kind: "erased", namespace: "a", what: "memory", id: "gone", at: 1 }),
    JSON.stringify({ kind: "erased", namespace: "b", what: "memory", id: "plain", at: 1 }),
    JSON.stringify({ kind: "erased", namespace: "a", what: "memory_history", id: "plain", at: 1 }),
    line("changed", { content: "The new text." }, true),
  ];
  writeFileSync(file, lines.join("\n"));
  const into = newNamespace();
  const report = await importFrom(service, "mneme-export", file, into);
  expect(report).toMatchObject({ made: 4, skipped: 7, failed: 0 });
  const memories = await listAll(service, into);
  expect(memories.map(({ content }) => content).toSorted()).toEqual([
    "Memory aged.",
    "Memory plain.",
    "Memory short.",
    "The new text.",
  ]);
  const ends = new Map(memories.map(({ content, expires_at }) => [content, expires_at]));
  expect(ends.get("Memory plain.")).toBe(null);
  expect(ends.get("Memory aged.")).toBe(null);
  const kept = Date.parse(ends.get("Memory short.") ?? "");
  expect(kept).toBeGreaterThan(end - 60_000);
  expect(kept).toBeLessThan(end + 60_000);
});

test("an increment beside its export replaces and deletes what that holds", async () => {
  const folder = tempDir();
  const write = (name: string, since: string | null, lines: readonly object[]) =>
    writeFileSync(
      join(folder, name),
      [{ kind: "manifest", since }, ...lines].map((line) => JSON.stringify(line)).join("\n"),
    );
  const memory = (id: string, content: string) => ({
    kind: "memory",
    namespace: "a",
    memory: { id, memory_type: "semantic", content },
  });
  write("1.jsonl", null, [memory("1", "The old text."), memory("2", "Deleted."), memory("3", "Kept.")]);
  write("2.jsonl", "2030-01-01T00:00:00Z", [
    memory("1", "The new text."),
    { kind: "erased", namespace: "a", what: "memory", id: "2", at: 1 },
  ]);
  const into = newNamespace();
  await importFrom(service, "mneme-export", folder, into);
  expect((await listAll(service, into)).map(({ content }) => content).toSorted()).toEqual([
    "Kept.",
    "The new text.",
  ]);
});
