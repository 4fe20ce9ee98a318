import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { newNamespace } from "../support/acts/memories.js";
import { useService } from "../support/service/service.js";

const ROOT = repositoryRoot();
const run = promisify(execFile);

const service = await useService({ MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: inject("modelDir") });

/** The first block of JavaScript or TypeScript of a page, or of a section of it, and the output that the page shows next. */
function snippetOf(page: string, section = ""): { code: string; shown: string | undefined } {
  const text = readFileSync(join(ROOT, page), "utf8");
  const [, code = "", shown] =
    /^```(?:js|ts)\n([^]*?)^```$(?:[^`]|`(?!``))*(?:^```\n([^]*?)^```$)?/m.exec(
      text.slice(text.indexOf(section)),
    ) ?? [];
  return { code, shown };
}

/** What a snippet prints, run as a module in the repository, whose packages it imports. */
async function print(code: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  return stdout;
}

const here = (code: string, name: string): string =>
  code.replaceAll("http://127.0.0.1:8080", service.url).replaceAll(name, newNamespace());

test("the graph in README prints what README shows", async () => {
  const { code, shown } = snippetOf("README.md", "## LangGraph");
  expect(shown).toBeDefined();
  expect(await print(here(code, "acme.store"), { REDIS_URL: inject("redisUrl") })).toBe(shown);
});

test("the first snippet of the checkpointer's page prints what the page shows", async () => {
  const { code, shown } = snippetOf("checkpointer/README.md");
  expect(shown).toBeDefined();
  const unique = here(code, "customer 7742");
  expect(await print(unique, { REDIS_URL: inject("redisUrl") })).toBe(shown);
});

test("the first snippet of the client's page stores, recalls and lists", async () => {
  const { code } = snippetOf("src/client/README.md");
  const everywhere = code.replaceAll("acme.**", "acme.support.**");
  expect(await print(here(everywhere, "acme.support"))).toBe("Customer account ID is CX-7742-B.\n");
});
