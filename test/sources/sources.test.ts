import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonElementsOf } from "../../scripts/cli/sources/input/json-elements.js";
import { jsonLinesOf } from "../../scripts/cli/sources/input/json-lines.js";
import { linesOfReport, Tally } from "../../scripts/cli/sources/report.js";
import { consolidate } from "../support/acts/consolidations.js";
import { listAll, newNamespace, recall, revise } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import { tempDir } from "../support/run/temp-dir.js";
import { shareService } from "../support/service/service.js";
import type { SourceName } from "../../scripts/cli/sources/index.js";
import { importFrom, importThrice, runImport, startImport } from "./run.js";
import type { Expected } from "./run.js";

const service = await shareService();
const fixture = (name: string): string => join(import.meta.dirname, "fixtures", name);

const byTime = (memories: readonly Memory[]) =>
  memories
    .toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
    .map(({ content, timestamp, session_id }) => [content, timestamp, session_id]);

const thrice = (source: SourceName, file: string, expected: Expected): Promise<Memory[]> =>
  importThrice(service, source, file, expected);

describe("each source makes memories once, however often it is imported", () => {
  test("mcp-memory: types, observations and relations are facts, also of joined lines", async () => {
    const memories = await thrice("mcp-memory", fixture("memory.jsonl"), { made: 8, skipped: 0, failed: 4 });
    const facts = memories.map(({ fact }) => [fact?.subject, fact?.predicate, fact?.object]);
    expect(facts).toEqual(
      expect.arrayContaining([
        ["Mara Novak", "is_a", "person"],
        ["Mara Novak", "observation", "Prefers tea to coffee."],
        ["Mara Novak", "works_on", "Lindwurm"],
        ["Lindwurm", "is_hosted_in", "Graz"],
        ["Bela", "observation", "Lives in Linz."],
      ]),
    );
    const { hits } = await recall(service, {
      namespaces: [memories[0]?.namespace],
      query: "What does Mara drink?",
    });
    expect(hits.map(({ memory }) => memory.content)).toContain("Mara Novak: Prefers tea to coffee.");
  });

  test("chatgpt: the branch that its user sees, with its times", async () => {
    const memories = await thrice("chatgpt", fixture("chatgpt.json"), { made: 3, skipped: 5, failed: 1 });
    const one = "chatgpt/6630f1a0-1111-4000-8000-000000000001";
    expect(byTime(memories).slice(0, 2)).toEqual([
      [
        "User: Why does my sourdough collapse at 2,000 metres?\n  It rises, and then it falls.",
        "2024-05-01T12:00:01.500Z",
        one,
      ],
      [
        "Assistant: Thin air lets the gas expand faster.\n  Use less starter and a shorter proof.",
        "2024-05-01T12:00:06.789Z",
        one,
      ],
    ]);
    expect(memories.map(({ metadata }) => metadata["conversation"])).toContain("Sourdough at altitude");
    expect(memories.map(({ content }) => content)).toContain("User: Its tree is a circle.");
  });

  test("chatgpt: a folder with numbered parts", async () => {
    const folder = tempDir();
    const [first, second] = (JSON.parse(readFileSync(fixture("chatgpt.json"), "utf8")) as object[]).map(
      (conversation) => JSON.stringify([conversation]),
    );
    writeFileSync(join(folder, "conversations-000.json"), first ?? "");
    writeFileSync(join(folder, "conversations-001.json"), second ?? "");
    writeFileSync(join(folder, "user.json"), "{}");
    await thrice("chatgpt", folder, { made: 3, skipped: 5, failed: 0 });
  });

  test("claude: messages, with their blocks where the text is empty", async () => {
    const memories = await thrice("claude", fixture("claude.json"), { made: 2, skipped: 2, failed: 1 });
    const session = "claude/c1a0de00-0000-4000-8000-000000000001";
    expect(byTime(memories)).toEqual([
      ["User: When does the ferry to Hvar leave?", "2025-03-02T08:00:01.000Z", session],
      [
        "Assistant: In summer at 8:30 from Split.\n  In winter at 14:00.",
        "2025-03-02T08:00:09.000Z",
        session,
      ],
    ]);
  });

  test("claude-code: what the user and the assistant said", async () => {
    const file = fixture("claude-code.jsonl");
    const memories = await thrice("claude-code", file, { made: 2, skipped: 6, failed: 1 });
    expect(byTime(memories)).toEqual([
      ["User: Why does the deploy of Lindwurm fail?", "2026-01-05T10:00:00.000Z", "claude-code/5e55-1"],
      [
        "Assistant: The health check waits 3 seconds, and the start takes 5.",
        "2026-01-05T10:00:03.000Z",
        "claude-code/5e55-1",
      ],
    ]);
  });

  test("codex: messages without what the program adds and repeats", async () => {
    const file = fixture("rollout-2026-02-03T09-00-00-c0de.jsonl");
    const memories = await thrice("codex", file, { made: 2, skipped: 6, failed: 0 });
    expect(byTime(memories)).toEqual([
      ["User: Count the parcels of depot Graz.", "2026-02-03T09:00:01.000Z", "codex/c0de-1"],
      ["Assistant: Depot Graz holds 412 parcels.", "2026-02-03T09:00:04.000Z", "codex/c0de-1"],
    ]);
  });

  test("gemini-cli: both forms of its files, in a folder", async () => {
    const folder = tempDir();
    mkdirSync(join(folder, "00", "chats"), { recursive: true });
    for (const name of ["session-2026-03-04T07-00-a1b2.json", "session-2026-03-05T07-00-a1b3.jsonl"]) {
      writeFileSync(join(folder, "00", "chats", name), readFileSync(fixture(name)));
    }
    const memories = await thrice("gemini-cli", folder, { made: 4, skipped: 12, failed: 0 });
    expect(byTime(memories).map(([content]) => content)).toEqual([
      "User: Which port does the gateway use?",
      "Assistant: The gateway listens on port 7443.",
      "User: Rename the gateway.",
      "Assistant: Renamed to Torwart.",
    ]);
  });
});

test("a memory that was revised since is seen, not made again", async () => {
  const into = newNamespace();
  await importFrom(service, "claude-code", fixture("claude-code.jsonl"), into);
  const [memory] = await listAll(service, into);
  if (memory === undefined) throw new Error("nothing was imported");
  await revise(service, memory, { tags: ["checked"], metadata: { checked: true } });
  const report = await importFrom(service, "claude-code", fixture("claude-code.jsonl"), into);
  expect(report).toMatchObject({ made: 0, seen: 2 });
});

test("a memory that a consolidation superseded is seen, and the summary isn't prolonged", async () => {
  const into = newNamespace();
  const file = join(tempDir(), "session.jsonl");
  const lines = Array.from({ length: 12 }, (_, n) => ({
    type: "user",
    sessionId: "s1",
    uuid: `u${n}`,
    timestamp: `2025-01-05T10:00:${String(n).padStart(2, "0")}Z`,
    message: { content: `Depot Graz received pallet ${n} with parcels for the shop in Linz.` },
  }));
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join("\n"));
  expect(await importFrom(service, "claude-code", file, into)).toMatchObject({ made: 12 });
  await consolidate(service, into, { steps: ["summarise"] });
  const before = await listAll(service, into);
  const superseded = await listAll(service, into, { superseded: "true" });
  expect(superseded.length).toBeGreaterThan(0);
  expect(await importFrom(service, "claude-code", file, into)).toMatchObject({ made: 0, seen: 12 });
  const vitals = (memories: readonly Memory[]) =>
    memories.map(({ id, seen_count, version }) => [id, seen_count, version]);
  expect(vitals(await listAll(service, into))).toEqual(vitals(before));
});

test("the namespace's policy for personal data holds, and the second import is seen under it", async () => {
  const into = newNamespace();
  const settings = `/v1/namespaces/${into}/settings`;
  const put = await service.send("PUT", settings, { pii: { email: "redact", phone: "tokenize" } });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  const file = join(tempDir(), "memory.jsonl");
  const observations = ["Write to anna.berg@example.com or call +43 660 1234567."];
  writeFileSync(file, JSON.stringify({ type: "entity", name: "Anna", entityType: "person", observations }));
  expect(await importFrom(service, "mcp-memory", file, into)).toMatchObject({ made: 2, failed: 0 });
  const contents = (await listAll(service, into)).map(({ content }) => content).join("\n");
  expect(contents).not.toMatch(/anna\.berg|1234567/);
  expect(await importFrom(service, "mcp-memory", file, into)).toMatchObject({ made: 0, seen: 2 });
});

test("hostile records fail alone, and nothing of them is a field", async () => {
  const file = join(tempDir(), "hostile.jsonl");
  const long = "x".repeat(200_000);
  const lines = [
    JSON.stringify({ type: "entity", name: long, entityType: "a", observations: [] }),
    `{"type":"entity","name":"A","entityType":"b","observations":["${"\\u0000\\u001b[31m\\ud800\\u202e"}"]}`,
    `{"__proto__":{"type":"entity","name":"Proto","entityType":"b"},"constructor":{"name":"x"}}`,
    `${'{"type":'.repeat(50_000)}`,
    `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
    JSON.stringify({ type: "entity", name: "B", entityType: "b", observations: [long, "", 1e308, null, {}] }),
    `{"type":"relation","from":"A","to":"B","relationType":"r","relationType":"s"}`,
    "\u0000\u0000",
  ];
  writeFileSync(file, lines.join("\n"));
  const into = newNamespace();
  const report = await importFrom(service, "mcp-memory", file, into);
  expect(report).toMatchObject({ complete: true, skipped: 0 });
  expect(report.made).toBe(2 + 1 + 9 + 1);
  expect(report.failed).toBe(1 + 1 + 1 + 1 + 4 + 1);
  const names = (await listAll(service, into)).map(({ content }) => content).join("\n");
  expect(names).not.toMatch(/Proto/);
  expect(await importFrom(service, "mcp-memory", file, into)).toMatchObject({ made: 0, seen: report.made });
});

test("two values on one line are two memories, also where they have no id", async () => {
  const file = join(tempDir(), "joined.jsonl");
  const line = (content: string) => JSON.stringify({ type: "user", message: { content } });
  writeFileSync(file, `${line("One.")}${line("Two.")}\n${line("Three.")}\n`);
  const into = newNamespace();
  expect(await importFrom(service, "claude-code", file, into)).toMatchObject({ made: 3 });
  const refs = (await listAll(service, into)).map(({ metadata }) => metadata["source_ref"]);
  expect(refs).toEqual(
    expect.arrayContaining(["claude-code/joined/1", "claude-code/joined/1.2", "claude-code/joined/2"]),
  );
});

test("a file that vanished, and one that is nested without end, are one failure each", async () => {
  const gone = { path: join(tempDir(), "gone.jsonl"), name: "gone.jsonl", bytes: 1 };
  const deep = join(tempDir(), "deep.json");
  writeFileSync(deep, `[{"a":1},${"[".repeat(100_000)}`);
  const meter = { bytes: 0 };
  expect(await all(jsonLinesOf(gone, meter))).toEqual([
    expect.objectContaining({
      where: "gone.jsonl:1",
      problem: expect.stringMatching(/can't be read: ENOENT/),
    }),
  ]);
  expect(await all(jsonElementsOf({ path: deep, name: "deep.json", bytes: 1 }, meter))).toEqual([
    { where: "deep.json[0]", value: { a: 1 } },
    expect.objectContaining({ problem: expect.stringMatching(/nested deeper than 512/) }),
  ]);
});

test("nothing of a file that a terminal would obey is in the report", () => {
  const tally = new Tally();
  tally.fail("a\u001b[2J.jsonl:1", "role \u009b31m\u202e");
  tally.skip("a line of type \u0007x");
  const report = tally.report({ source: "codex", into: "a", dry_run: false, complete: true });
  expect(linesOfReport(report).join("")).not.toMatch(/\p{C}/u);
});

test("a document that is cut off gives what comes before, and says where it ends", async () => {
  const file = join(tempDir(), "conversations.json");
  const whole = readFileSync(fixture("chatgpt.json"));
  writeFileSync(file, whole.subarray(0, whole.length - 30));
  const report = await importFrom(service, "chatgpt", file, newNamespace());
  expect(report).toMatchObject({ made: 3, failed: 1 });
  expect(report.failures[0]?.reason).toMatch(/the rest of the file can't be read/);
});

test("an import that was killed half-way goes on where it was", async () => {
  const file = join(tempDir(), "memory.jsonl");
  await writeGraph(file, 3_000);
  const into = newNamespace();
  const child = startImport(service, [file, "--from", "mcp-memory", "--into", into]);
  let before = 0;
  while (before === 0 && child.exitCode === null) {
    before = (await listAll(service, into, { limit: 200 })).length;
  }
  child.kill("SIGKILL");
  await once(child, "close");
  const report = await importFrom(service, "mcp-memory", file, into);
  expect(report.seen).toBeGreaterThanOrEqual(before);
  expect(report.made + report.seen).toBe(3_000);
  expect(report.made).toBeGreaterThan(0);
  expect(await listAll(service, into, { limit: 200 })).toHaveLength(3_000);
});

test.each([
  [
    "mcp-memory",
    (n: number) => `${JSON.stringify({ type: "entity", name: `Shop ${n}`, observations: [text(n)] })}\n`,
  ],
  ["claude", claudeText],
])("%s: a file of 25 MB is read in a heap of 48 MB", async (source, write) => {
  const file = join(tempDir(), "large.json");
  const out = createWriteStream(file);
  for (let n = 0; n < 12_000; n++) if (!out.write(write(n))) await once(out, "drain");
  out.end(source === "claude" ? "]" : "");
  await once(out, "finish");
  const args = [file, "--from", source, "--into", newNamespace(), "--dry-run"];
  const { report, stderr } = await runImport(service, args, { NODE_OPTIONS: "--max-old-space-size=48" });
  expect(report, stderr).toMatchObject({ made: 12_000, failed: 0, complete: true });
});

function text(n: number): string {
  return `${n}: ${"The gate reads the label of a parcel. ".repeat(53)}`;
}

function claudeText(n: number): string {
  const message = { uuid: `m${n}`, text: text(n), sender: "human", created_at: "2025-01-01T00:00:00Z" };
  return `${n === 0 ? "[" : ","}${JSON.stringify({ uuid: `c${n}`, chat_messages: [message] })}`;
}

test("wrong calls are refused in a sentence", async () => {
  const file = fixture("memory.jsonl");
  const from = ["--from", "mcp-memory"];
  const refused = async (...args: string[]) => (await runImport(service, args)).stderr;
  expect(await refused(file, ...from)).toMatch(/--into/);
  const key = { MNEME_API_KEY: "mn_secret\nmore" };
  const { stderr } = await runImport(service, [file, ...from, "--into", "a"], key);
  expect(stderr.trim()).toBe("MNEME_API_KEY must be one line of visible ASCII characters.");
  expect(await refused(file, ...from, "--into", "a b")).toMatch(/a b isn't a namespace/);
  expect(await refused(file, ...from, "--into", "a", "--resume", "x")).toMatch(/--resume: not with --from/);
  expect(await refused(`${file}.none`, ...from, "--into", "a")).toMatch(/can't be read/);
  expect(await refused(tempDir(), ...from, "--into", "a")).toMatch(/without files of this source/);
  expect(await refused(file, ...from, "--into", "a", "--trust", "2")).toMatch(/from 0 to 1/);
});

async function writeGraph(file: string, observations: number): Promise<void> {
  const out = createWriteStream(file);
  for (let n = 0; n < observations; n++) {
    const line = { type: "relation", from: `Depot ${n % 97}`, relationType: "ships_to", to: `Shop ${n}` };
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
