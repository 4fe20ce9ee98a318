import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NO_EVIDENCE } from "../../../src/memory/model/record.js";
import { accuracyOf, trustOf, weighted } from "../../../src/memory/trust/trust.js";

const text = readFileSync(new URL("../../../docs/trust.md", import.meta.url), "utf8");

/** The rows of the table that begins with these columns. */
function table(...columns: string[]): string[][] {
  const lines = text.split("\n");
  const cells = (line: string): string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const start = lines.findIndex((line) => cells(line).join() === columns.join());
  const rest = lines.slice(start + 2);
  return start < 0
    ? []
    : rest
        .slice(
          0,
          rest.findIndex((line) => !line.startsWith("|")),
        )
        .map(cells);
}

const examples = table(
  "accuracy",
  "age_days",
  "human_confirmed",
  "corroborations",
  "trust_score",
  "sources",
  "trust",
);
const agents = table("confirmed", "contradicted", "accuracy");
const weights = table("relevance", "trust", "trust_weight", "score");

describe("docs/trust.md", () => {
  test("has its examples", () => {
    expect([examples.length, agents.length, weights.length]).toEqual([12, 6, 4]);
  });

  test.each(examples)(
    "trust of %s, %s days, %s, %s, %s, %s is %s",
    (accuracy, days, human, others, score, source, trust) => {
      const now = Date.now();
      const memory = {
        timestamp: now - Number(days) * 24 * 3600 * 1000,
        trust_score: Number(score),
        source_trust: source === "" ? null : Number(source),
        evidence: {
          ...NO_EVIDENCE,
          human_confirmed: human === "yes",
          corroborated_by: Array.from({ length: Number(others) }, String),
        },
      };
      expect(trustOf(memory, Number(accuracy), now).trust).toBe(Number(trust));
    },
  );

  test.each(agents)("accuracy after %s and %s is %s", (confirmed, contradicted, accuracy) => {
    const verdicts = { confirmed: Number(confirmed), contradicted: Number(contradicted) };
    expect(accuracyOf(verdicts)).toBeCloseTo(Number(accuracy), 10);
  });

  test.each(weights)("a score of %s with trust %s and weight %s is %s", (relevance, trust, weight, score) => {
    expect(weighted(Number(relevance), Number(trust), Number(weight))).toBeCloseTo(Number(score), 10);
  });
});
