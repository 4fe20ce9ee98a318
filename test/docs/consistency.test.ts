import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { coverageTable } from "../../scripts/test-faults/coverage.js";

/** A link to a test file, and after it the names of tests in quotes, joined by commas. */
const CLAIM = /\]\(((?:\.\.\/)?test\/[^)]+)\)((?:,? "[^"]+")+)/g;

test.each([
  ["docs/consistency.md", 20],
  ["SECURITY.md", 20],
  ["docs/operations.md", 15],
  ["docs/reliability.md", 20],
])("every test that %s names is there, under that name", (page, least) => {
  const file = join(repositoryRoot(), page);
  // A name may be wrapped.
  const text = readFileSync(file, "utf8").replaceAll(/\s+/g, " ");
  const claims = [...text.matchAll(CLAIM)];
  expect(claims.length).toBeGreaterThan(least);
  for (const [, link = "", names = ""] of claims) {
    const source = readFileSync(join(dirname(file), link), "utf8");
    for (const [, name = ""] of names.matchAll(/"([^"]+)"/g)) {
      expect(source.includes(`"${name}"`), `${link} has a test "${name}"`).toBe(true);
    }
  }
});

test("the production checklist has an answer, a command and a test for each of its points", () => {
  const text = readFileSync(join(repositoryRoot(), "docs/operations.md"), "utf8");
  const [, section = ""] = /^## Production checklist\n(.*?)^## /ms.exec(text) ?? [];
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  expect(rows.length).toBeGreaterThanOrEqual(15);
  for (const row of rows) {
    const [, point, answer, command, tested] = row.split("|").map((cell) => cell.trim());
    expect(answer, point).not.toBe("");
    expect(command, point).toMatch(/`.+`/);
    expect([...(tested ?? "").matchAll(CLAIM)].length, point).toBeGreaterThan(0);
  }
});

test("docs/reliability.md names for each fault what meets it, and its tests", () => {
  const text = readFileSync(join(repositoryRoot(), "docs/reliability.md"), "utf8");
  const [, block = ""] =
    /<!-- coverage of faults -->\n(.*?)<!-- end of coverage of faults -->/s.exec(text) ?? [];
  // The formatter aligns its columns.
  const cells = (table: string) =>
    table
      .trim()
      .split("\n")
      .map((row) => row.split("|").map((cell) => cell.trim().replace(/^-+$/, "-")));
  expect(cells(block)).toEqual(cells(coverageTable()));
});

test("SECURITY.md says of each attacker what is defended, by which test, and what isn't", () => {
  const text = readFileSync(join(repositoryRoot(), "SECURITY.md"), "utf8");
  const [, ...sections] = text.split(/^## /m);
  const attackers = sections.filter((section) => !section.startsWith("Reporting"));
  expect(attackers).toHaveLength(7);
  for (const section of attackers) {
    expect(section).toMatch(/^Defended:$/m);
    // Each link to a test file says which of its tests.
    const line = section.replaceAll(/\s+/g, " ");
    expect([...line.matchAll(CLAIM)].length).toBeGreaterThan(0);
    expect([...line.matchAll(CLAIM)]).toHaveLength(line.match(/\]\(test\//g)?.length ?? 0);
    expect(section).toMatch(/^Not defended: /m);
  }
});
