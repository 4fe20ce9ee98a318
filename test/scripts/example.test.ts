import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

const root = new URL("../../", import.meta.url);

/** What an example prints, run as `npm run example` does. */
async function run(...name: string[]): Promise<string> {
  const { OPENAI_API_KEY: _, ...env } = process.env;
  const main = new URL("dist/scripts/example/main.js", root).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...name], {
    env: { ...env, OPENAI_API_KEY: "", MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: inject("modelDir") },
  });
  return stdout;
}

test("the example prints the story that its README shows", async () => {
  const stdout = await run();
  const readme = await readFile(new URL("checkpointer/examples/README.md", root), "utf8");
  const shown = /```text\n(.*?)```/s.exec(readme)?.[1];
  expect(stdout).toBe(shown);
});

test("the example of the middleware prints what the README of the package shows", async () => {
  const readme = await readFile(new URL("checkpointer/README.md", root), "utf8");
  const shown = /example -- middleware.*?```text\n(.*?)```/s.exec(readme)?.[1];
  expect(await run("middleware")).toBe(shown);
});

/** Question by question, from the line with the answer to the next question. */
function answersIn(part: string): Map<string, string> {
  const turns = part.split(/^ {2}Mara: +/m).slice(1);
  return new Map(
    turns.map((turn) => {
      const [question = "", ...answer] = turn.split("\n");
      return [question, answer.join("\n").trim()];
    }),
  );
}

test("after three days the agent answers what it could not before, and shows its sources", async () => {
  const [days = "", without = "", withMemory = ""] = (await run("three-days")).split(
    /^Day 3, with(?:out)? memory.*$/m,
  );
  expect(days).toContain("Agent: A double room is 180 dollars a night.");
  expect(Object.fromEntries(answersIn(without))).toEqual({
    "What is my booking number?": "Agent: I don't know.",
    "What is my home address?": "Agent: I don't know.",
    "Which room do I prefer?": "Agent: I don't know.",
    "When does my ferry arrive?": "Agent: I don't know.",
    "How much is a single room?": "Agent: A single room is 120 dollars a night.",
  });
  const answers = answersIn(withMemory);
  expect([...answers.keys()]).toEqual([...answersIn(without).keys()]);
  const expected = ["SD-4471-K", "Lindengasse 12, 8010 Graz", "garden view", "Friday at nine", "110 euros"];
  for (const [index, answer] of [...answers.values()].entries()) {
    expect(answer).toMatch(new RegExp(`^Agent: .*${expected[index]}`));
    expect(answer).toMatch(/^ +from \w+ memory \(trust 0\.\d+\): /m);
    expect(answer).toMatch(/^ +← said on day 1: /m);
    expect(answer).toMatch(/^ +receipt [0-9A-Z]{26}: [1-9]\d* memor(?:y|ies) recalled$/m);
  }
  const price = answers.get("How much is a single room?") ?? "";
  expect(price).toContain("from procedural memory");
  expect(price.match(/← said on day [12]: /g)).toHaveLength(3);
});
