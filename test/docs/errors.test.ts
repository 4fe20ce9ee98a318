import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROBLEMS } from "../../src/http/problem.js";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const rows = Array.from(page.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm), (row) =>
  row.slice(1),
);

test("the page of error codes lists each code with its status and title, and what to do", () => {
  const listed = rows.map(([code = "", status, title]) => [code, [Number(status), title]] as const);
  expect(new Set(listed.map(([code]) => code)).size).toBe(listed.length);
  expect(Object.fromEntries(listed)).toEqual(PROBLEMS);
  for (const [code, , , advice] of rows) expect(advice, code).toMatch(/\.$/);
});
