import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { LIMITS } from "../../src/domain/limits.js";

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

test("CONTRIBUTING.md shows the end of src/state/put.ts as it is", () => {
  const [, shown = ""] =
    /^The end of `src\/state\/put\.ts`:\n\n```ts\n([^]*?)```/m.exec(read("CONTRIBUTING.md")) ?? [];
  expect(shown).toMatch(/^\/\*\* Writes a document/);
  expect(read("src/state/put.ts").endsWith(shown)).toBe(true);
});

test("docs/api.md gives the limits that requests are held to", () => {
  const [, table = ""] = /^## Limits\n([^]*?)^## /m.exec(read("docs/api.md")) ?? [];
  const rows = new Map(
    [...table.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map(([, what = "", most = ""]) => [what, most]),
  );
  const size = (bytes: number): string =>
    bytes >= 1024 ** 2
      ? `${bytes / 1024 ** 2} MiB`
      : bytes >= 1024
        ? `${bytes / 1024} KiB`
        : `${bytes} bytes`;
  const count = (value: number): string => value.toLocaleString("en");
  expect(Object.fromEntries([...rows].slice(2))).toEqual({
    "body of a request; of a batch": `${size(LIMITS.requestBytes)}; ${size(LIMITS.batchBytes)}`,
    "content of a memory": size(LIMITS.contentBytes),
    "its metadata": `${size(LIMITS.metadataBytes)}, ${LIMITS.metadataDepth} levels deep, ${count(LIMITS.metadataLeaves)} values`,
    "its tags": `${LIMITS.tags} of ${size(LIMITS.tagBytes)} each`,
    "an interaction": `${size(LIMITS.interactionBytes)}, ${LIMITS.toolCalls} tool calls`,
    "memories in a batch": count(LIMITS.batchItems),
    "query of a recall": size(LIMITS.queryBytes),
    "namespaces and patterns of a recall": count(LIMITS.recallNamespaces),
    "hits of a recall; entries of a list's page": `${LIMITS.recallLimit}; ${LIMITS.listLimit}`,
    "messages of an append; one message": `${LIMITS.appendMessages}; ${size(LIMITS.messageBytes)}`,
    "a state document": `${size(LIMITS.stateBytes)}, ${LIMITS.stateDepth} levels deep`,
    "a state transaction": `${LIMITS.transactionOperations} operations on ${LIMITS.transactionKeys} documents, ${size(LIMITS.transactionBytes)} in all`,
    "ids, agents, sessions, keys of items": size(LIMITS.identifierBytes),
  });
});
