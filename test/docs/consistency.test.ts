import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = join(import.meta.dirname, "..", "..", "docs");
/** A link to a test file, and after it the names of tests in quotes, joined by commas. */
const CLAIM = /\]\((\.\.\/test\/[^)]+)\)((?:,? "[^"]+")+)/g;

test("every test that docs/consistency.md names is there, under that name", () => {
  // A name may be wrapped.
  const page = readFileSync(join(FOLDER, "consistency.md"), "utf8").replaceAll(/\s+/g, " ");
  const claims = [...page.matchAll(CLAIM)];
  expect(claims.length).toBeGreaterThan(20);
  for (const [, file = "", names = ""] of claims) {
    const source = readFileSync(join(FOLDER, file), "utf8");
    for (const [, name = ""] of names.matchAll(/"([^"]+)"/g)) {
      expect(source.includes(`"${name}"`), `${file} has a test "${name}"`).toBe(true);
    }
  }
});
