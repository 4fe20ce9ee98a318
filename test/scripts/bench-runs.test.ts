import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { PART_NAMES } from "../../scripts/bench/part-names.js";
import { saveResult } from "../../scripts/figures/results.js";
import { updateDocs } from "../../scripts/figures/update-docs.js";
import { isLong } from "../support/run/long.js";

const SCRIPTS = fileURLToPath(new URL("../../dist/scripts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Runs a command of the repository with the model of the suite; gives what it prints. */
async function command(name: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"],
    MNEME_MODEL_DIR: inject("modelDir"),
    MNEME_REDIS_TIMEOUT_MS: "4000",
  };
  const main = join(SCRIPTS, name, "main.js");
  const { stdout } = await run(process.execPath, [main, ...args], { env, maxBuffer: 2 ** 26 });
  return stdout;
}

function tempDir(): string {
  return mkdtempSync(join(tmpdir(), "mneme-test-bench-"));
}

/** All parts take 100 s of processor time: a run takes a sixth of them, which is drawn, and the long form all. */
const SHARES = 6;
const drawn = Math.floor(Math.random() * SHARES);
const parts = isLong ? PART_NAMES : PART_NAMES.filter((_, index) => index % SHARES === drawn);

test("npm run bench measures its parts at a small size, and writes the figures to a file", async () => {
  const dir = tempDir();
  const file = join(dir, "figures.json");
  const report = await command("bench", ...parts, "--records", "30", "--samples", "1", "--json", file);
  for (const part of parts) expect(report).toContain(`## bench ${part}`);
  const figures = JSON.parse(readFileSync(file, "utf8")) as Record<string, object>;
  expect(Object.keys(figures).toSorted()).toEqual(["finished_at", ...parts].toSorted());
  for (const part of parts) expect(Object.keys(figures[part] ?? {}), part).not.toEqual([]);
  rmSync(dir, { recursive: true });
}, 600_000);

/** Made up: two conversations with two questions each, and one that neither answers. */
function writeDataSet(dir: string): void {
  const said: Readonly<Record<string, readonly string[]>> = {
    one: ["My parrot is called Kiki.", "The boat needs a new sail.", "I moved to Oslo in March."],
    two: ["The bakery sells rye bread.", "My daughter studies law.", "We met at the opera."],
  };
  const asked: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
    one: [
      ["What is Ann's parrot called?", ["0"]],
      ["When did Ann move to Oslo?", ["2"]],
      ["Which car does Ann drive?", []],
    ],
    two: [["What does Bo's daughter study?", ["1"]]],
  };
  const lines = (items: readonly object[]): string =>
    `${items.map((item) => JSON.stringify(item)).join("\n")}\n`;
  const speaker = (ns: string): string => (ns === "one" ? "Ann" : "Bo");
  const docs = Object.entries(said).flatMap(([ns, texts]) =>
    texts.map((text, id) => ({ ns, id: String(id), session: "s", speaker: speaker(ns), text })),
  );
  const queries = Object.entries(asked).flatMap(([ns, questions]) =>
    questions.map(([q, evidence], index) => ({
      ns,
      qid: `${ns}-${index}`,
      q,
      category: evidence.length === 0 ? "abstention" : "fact",
      evidence,
    })),
  );
  writeFileSync(join(dir, "docs.jsonl"), lines(docs));
  writeFileSync(join(dir, "queries.jsonl"), lines(queries));
}

test("npm run eval scores recall, and how well relevance detects questions without an answer", async () => {
  const dir = tempDir();
  writeDataSet(dir);
  const file = join(dir, "figures.json");
  const report = await command("eval", "--data", dir, "--settle", "0", "--json", file);
  expect(report).toContain("ROC-AUC");
  const { data_sets } = JSON.parse(readFileSync(file, "utf8")) as {
    data_sets: {
      queries: number;
      skipped: number;
      answerability: Record<string, { questions: number; auc: number }>;
    }[];
  };
  expect(data_sets).toMatchObject([{ queries: 3, skipped: 1, degraded: 0, unembedded: 0 }]);
  const { unanswered, wrong } = data_sets[0]?.answerability ?? {};
  expect(unanswered?.questions).toBe(1);
  expect(wrong?.questions).toBe(3);
  for (const part of [unanswered, wrong]) expect(part?.auc).toBeGreaterThan(0.5);
  rmSync(dir, { recursive: true });
});

describe("bench --update-docs", () => {
  /** A copy of what it reads and writes. */
  function copy(): string {
    const root = tempDir();
    for (const name of ["docs/benchmarks.md", "docs/recall.md"]) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      cpSync(join(ROOT, name), join(root, name));
    }
    return root;
  }

  test("writes the figures that were kept between the markers, with date and commit, and nothing else", () => {
    const root = copy();
    const before = readFileSync(join(root, "docs", "benchmarks.md"), "utf8");
    expect(updateDocs(root)).toEqual([]);
    expect(readFileSync(join(root, "docs", "benchmarks.md"), "utf8")).toBe(before);
    const scores = { r5: 0.1234, r10: 0.2345, mrr10: 0.3456, ndcg10: 0.4567 };
    const latency = { p50: 1, p99: 2, samples: 3 };
    saveResult(
      "eval-locomo",
      {
        machine: {},
        data_set: {
          name: "locomo",
          answerability: { unanswered: undefined, wrong: { questions: 77, auc: 0.8765 } },
          retrievers: ["default", "keyword", "vector", "hybrid RRF"].map((name) => ({
            name,
            scores,
            latency,
          })),
        },
      },
      root,
    );
    const updated = updateDocs(root);
    expect(updated.flatMap(({ blocks }) => blocks).toSorted()).toEqual([
      "answerability",
      "recall-locomo",
      "recall-summary",
    ]);
    const page = readFileSync(join(root, "docs", "benchmarks.md"), "utf8");
    expect(page).toContain("**.234 / .457**");
    expect(page).toContain(`Measured on ${new Date().toISOString().slice(0, 10)}`);
    expect(readFileSync(join(root, "docs", "recall.md"), "utf8")).toContain(".876 (77)");
    const outside = (text: string): string =>
      text.replaceAll(/<!-- figures: [\w-]+ -->[\s\S]*?<!-- end of figures -->/g, "");
    expect(outside(page)).toBe(outside(before));
    // Once more changes nothing.
    updateDocs(root);
    expect(readFileSync(join(root, "docs", "benchmarks.md"), "utf8")).toBe(page);
    rmSync(root, { recursive: true });
  });
});
