import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { capabilitiesOf, TRAITS, versionText } from "../../src/redis/connection/capabilities.js";
import type { TraitName } from "../../src/redis/connection/capabilities.js";

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const page = read("docs/redis.md");

/** Cells of each row of the first table below a heading, as text. */
function tableBelow(heading: string): string[][] {
  const [, below = ""] = page.split(`\n${heading}\n`);
  const rows = /(?:^\|.*\n)+/m.exec(below)?.[0].trimEnd().split("\n") ?? [];
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
  return cells.filter((_, index) => index !== 1);
}

const versionOf = (text: string): number => {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return major * 10_000 + minor * 100 + patch;
};

test("the table of capabilities says what the code decides, for each release's modules", () => {
  const [head = [], search = [], json = [], ...traits] = tableBelow("## What differs between releases");
  const releases = head.slice(1).map((release, index) => ({
    release,
    can: capabilitiesOf(
      { search: versionOf(search[index + 1] ?? ""), json: versionOf(json[index + 1] ?? "") },
      false,
    ),
  }));
  expect(releases.map(({ release }) => release)).toEqual(["7.4", "8.2", "8.4", "8.6", "8.8", "8.10"]);
  const names = Object.keys(TRAITS) as TraitName[];
  expect(traits.map(([means]) => means)).toEqual(names.map((name) => TRAITS[name].means));
  expect(traits.map((cells) => cells.slice(1))).toEqual(
    names.map((name) => releases.map(({ can }) => (can[name] ? "yes" : "–"))),
  );
  for (const text of [...search.slice(1), ...json.slice(1)]) expect(versionText(versionOf(text))).toBe(text);
});

test("the image of docker-compose.yml is pinned, is one that was measured, and is the one that the docs name", () => {
  const image = /^ +image: redis:(\d+\.\d+\.\d+)$/m.exec(read("docker-compose.yml"))?.[1];
  const measured = tableBelow("## What was measured").map(([server = ""]) => server);
  expect(measured).toContain(`Redis ${image}`);
  for (const file of ["docs/redis.md", "docs/third-party.md", "src/redis/connection/unfit.ts"])
    expect(read(file), file).toContain(`redis:${image}`);
});
