import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { contentHash } from "../../scripts/cli/pam/canonical.js";
import { contentOf, mneme } from "../support/acts/backup.js";
import { listAll, memoriesOf, newNamespace, recall, remember, revise } from "../support/acts/memories.js";
import { findPython, runPython } from "../support/run/python.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const origin = await useService();
const target = await useService();
const namespace = newNamespace();
const folder = tempFolder();
const file = join(folder, "export.json");

interface Document {
  memories: { id: string; content: string; content_hash: string; metadata: object; provenance: object }[];
  integrity?: unknown;
  [more: string]: unknown;
}

const documentOf = (path: string): Document => JSON.parse(readFileSync(path, "utf8")) as Document;

function saved(name: string, document: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof document === "string" ? document : JSON.stringify(document));
  return path;
}

async function run(service: Service | undefined, ...args: string[]): Promise<string> {
  const ran = await mneme(service, args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.stderr;
}

beforeAll(async () => {
  const place = `/v1/namespaces/${namespace}`;
  const plain = await remember(origin, namespace, {
    content: "  The  Depot in GRAZ\u0085opens\u001Cat six. ΌΣΟΣ İ ﬁ é ",
    tags: ["depot", "Not a PAM tag"],
    metadata: { language: 7, shelf: { row: 4.235923879920906e-122, names: ["ä", "\u{1F4A1}", "𝒳"] } },
    importance: 0.9,
  });
  await revise(origin, plain, { content: "The depot in Graz opens at seven." });
  await remember(origin, namespace, {
    content: "Parcels are weighed twice.",
    memory_type: "procedural",
    derived_from: [{ namespace, id: plain.id, version: 2 }],
  });
  for (const [object, from] of [
    ["Graz", "0000-01-01T00:00:00Z"],
    ["Linz", "2023-01-01T00:00:00Z"],
  ]) {
    await remember(origin, namespace, {
      fact: { subject: "Ada", predicate: "lives_in", object, cardinality: "one" },
      valid_from: from,
    });
  }
  await origin.send("POST", `${place}/sessions/s%2F1/messages`, {
    messages: [{ role: "user", content: "Hi." }],
  });
  await origin.send("POST", `${place}/interactions`, {
    input: "Hello?",
    response: "Good day.",
    session_id: "s/1",
    timestamp: "2024-02-29T23:59:59.987Z",
  });
  await origin.send("PUT", `${place}/state/n`, { value: 1 });
  const report = await run(origin, "export", "--format", "pam", "--out", file, "--namespace", namespace);
  expect(report).toMatch(/5 memories, as Portable AI Memory 1\.0/);
  expect(report).toMatch(/no place for these lines.*message: \d.*version: 2.*state: 1/);
}, 240_000);

test("an exported document passes the validator of the specification", async () => {
  const code = `
import json, sys
from portable_ai_memory.core.io import load_dict
from portable_ai_memory.core.validator import validate
import jsonschema, portable_ai_memory.schemas as schemas, pathlib
raw = json.loads(open(sys.argv[1], encoding="utf-8").read())
schema = json.loads((pathlib.Path(schemas.__file__).parent / "portable-ai-memory.schema.json").read_text())
jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(raw)
result = validate(load_dict(raw))
print(len(raw["memories"]), "memories,", len(result.errors), "errors,", len(result.warnings), "warnings")
print(result)
`;
  expect(findPython(), "Python 3.11 or later").toBeDefined();
  const { code: exit, text } = await runPython(["-c", code, file], {
    requirements: join(import.meta.dirname, "pam-requirements.txt"),
  });
  expect(exit, text).toBe(0);
  expect(text).toMatch(/5 memories, 0 errors, 0 warnings/);
});

test("a document of mneme brings memories back as they were, and once more changes nothing", async () => {
  expect(await run(target, "import", file)).toMatch(/memory: created 5/);
  expect(await run(target, "import", file, "--from", "pam")).toMatch(/memory: unchanged 5/);
  const [first, second] = [join(folder, "first.jsonl"), join(folder, "second.jsonl")];
  await run(origin, "export", "--out", first, "--namespace", namespace);
  await run(target, "export", "--out", second, "--namespace", namespace);
  const memories = (path: string) => contentOf(path).filter((line) => line.includes('"kind":"memory"'));
  expect(memories(second)).toEqual(memories(first));
  const hits = async (service: Service) =>
    (await recall(service, { query: "When does the depot open?", namespaces: [namespace] })).hits.map(
      ({ memory }) => memory.id,
    );
  expect(await hits(target)).toEqual(await hits(origin));

  const moved = newNamespace();
  expect(await run(target, "import", file, "--into", moved)).toMatch(/memory: created 5/);
  expect(await listAll(target, moved)).toHaveLength((await listAll(target, namespace)).length);
});

const foreign = (memory: { id: string; content: string; [more: string]: string }, temporal = {}) => ({
  ...memory,
  content_hash: contentHash(memory.content),
  tags: ["tea"],
  confidence: { initial: 0.4 },
  temporal: { created_at: "2024-05-01T10:00:00.5", ...temporal },
  provenance: { platform: "chatgpt" },
});

test("a document of another system is imported into a namespace, and says there where it comes from", async () => {
  const document = {
    schema: "portable-ai-memory",
    schema_version: "1.0",
    owner: { id: "u-1" },
    memories: [
      foreign({ id: "a", type: "preference", content: "Likes tea.", summary: "Tea" }),
      foreign({ id: "b", type: "instruction", content: "When late, apologise." }),
      foreign(
        { id: "c", type: "fact", content: "Lived in Graz.", status: "superseded" },
        { superseded_by: "d" },
      ),
      foreign(
        { id: "d", type: "fact", content: "Lives in Linz." },
        { valid_until: "2031-01-01T00:00:00+02:00" },
      ),
      foreign({ id: "e", type: "fact", content: "Never mind.", status: "retracted" }),
    ],
  };
  const path = saved("foreign.json", document);
  const refused = await mneme(target, ["import", path]);
  expect(refused.stderr).toMatch(/Say with --into which namespace/);
  const place = newNamespace();
  const report = await run(target, "import", path, "--into", place);
  expect(report).toMatch(/4 memories, as Portable AI Memory\. 1 more were retracted/);
  expect(await run(target, "import", path, "--into", place)).toMatch(/memory: unchanged 4/);
  const stored = await listAll(target, place);
  expect(stored.map(({ content }) => content).toSorted()).toEqual([
    "Likes tea.",
    "Lives in Linz.",
    "When late, apologise.",
  ]);
  expect(stored.find(({ content }) => content === "Likes tea.")).toMatchObject({
    memory_type: "semantic",
    trust_score: 0.4,
    tags: ["tea"],
    source_agent: "pam/chatgpt",
    recorded_at: "2024-05-01T10:00:00.500Z",
    metadata: { pam: { id: "a", type: "preference", platform: "chatgpt", summary: "Tea" } },
  });
});

test("a damaged, forged or unknown document is refused in words, and nothing is written", async () => {
  const document = documentOf(file);
  const [first] = document.memories;
  const cases: (readonly [unknown, RegExp])[] = [
    [readFileSync(file, "utf8").slice(0, -100), /isn't JSON: it is damaged or truncated/],
    [{ ...document, schema_version: "2.0" }, /PAM version 2\.0\. This release reads version 1\.0/],
    [{ ...document, memories: document.memories.slice(1) }, /integrity checksum doesn't fit/],
    [
      { ...document, integrity: undefined, memories: [{ ...first, content: "Changed." }] },
      /memories\[0\]: content_hash doesn't fit/,
    ],
    [{ ...document, integrity: undefined, memories: [first, first] }, /memories\[1\]: its id is another/],
    [{ ...document, memories: "none" }, /isn't a PAM document: memories/],
    [
      {
        ...document,
        integrity: undefined,
        memories: [{ ...first, metadata: { mneme: { namespace: "a.b", memory: { id: "x" }, evil: 1 } } }],
      },
      /wrong\.json: memory 1: /,
    ],
  ];
  for (const [change, message] of cases) {
    const ran = await mneme(target, ["import", saved("wrong.json", change), "--verify"]);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(message);
  }
  const zipped = join(folder, "zipped.gz");
  writeFileSync(zipped, Buffer.from([0x1f, 0x8b, 8, 0]));
  expect((await mneme(undefined, ["import", zipped, "--verify"])).stderr).toMatch(/is compressed.*gunzip/);
  const keys = await mneme(origin, ["export", "--format", "pam", "--out", join(folder, "k.json"), "--keys"]);
  expect(keys.stderr).toMatch(/PAM has no place for --vectors, --keys and --receipts/);
  expect(memoriesOf(namespace)).toContain(namespace);
});
