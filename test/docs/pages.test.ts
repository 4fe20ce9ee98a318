import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";

const ROOT = repositoryRoot();
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const pages = [
  ...readdirSync(ROOT),
  ...["docs", "checkpointer", "checkpointer/examples"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  ),
].filter((name) => name.endsWith(".md"));

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  const prose = page.replaceAll(/^```[^]*?^```/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("links in README and docs", () => {
  test.each(pages)("every link in %s leads to a file, and to a heading of it", (page) => {
    const links = [...read(page).matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]+))?\)/g)];
    for (const [link, path = "", anchor] of links) {
      const target = path === "" ? page : join(dirname(page), path);
      expect(existsSync(join(ROOT, target)), `${page} links to ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(target)), `${page} links to ${link}`).toContain(anchor);
    }
  });

  test.each(pages)("every path that %s names is there", (page) => {
    const named = read(page).matchAll(/`((?:src|test|scripts|docs|checkpointer)\/[^`\s<>…*#]+)[^`\s]*`/g);
    for (const [, path = ""] of named) {
      expect(existsSync(join(ROOT, path)), `${page} names ${path}`).toBe(true);
    }
  });

  test("the pages have links, so that these tests look at something", () => {
    expect(pages.length).toBeGreaterThan(15);
    expect(read("README.md").match(/\]\(docs\//g)?.length).toBeGreaterThan(10);
  });
});

test("docs/configuration.md describes every variable of .env.example, and no other", () => {
  const named = (text: string, line: RegExp): string[] =>
    [...text.matchAll(line)].map(([, name = ""]) => name).toSorted();
  const variables = named(read(".env.example"), /^# ([A-Z_]+)=/gm);
  expect(variables.length).toBeGreaterThan(40);
  expect(named(read("docs/configuration.md"), /^\| `([A-Z_]+)`/gm)).toEqual(variables);
});
