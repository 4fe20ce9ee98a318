import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import type { BaseStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { shareService } from "../../../test/support/service/service.js";
import { MnemeStore } from "../../src/index.js";
import { BEHAVIOURS } from "./behaviours.js";
import type { Behaviour } from "./behaviours.js";

const service = await shareService();

async function seen({ see }: Behaviour, store: BaseStore): Promise<unknown> {
  try {
    return { seen: await see(store) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return "an error";
  }
}

describe("MnemeStore does what InMemoryStore does, or says why not", () => {
  it.each(BEHAVIOURS)("$name", async (behaviour) => {
    const theirs = await seen(behaviour, new InMemoryStore());
    const store = new MnemeStore({ url: service.url, rootNamespace: `r${randomUUID()}` });
    const ours = await seen(behaviour, store);
    if (behaviour.differs === undefined) expect(ours).toEqual(theirs);
    else expect(ours).not.toEqual(theirs);
  });

  it("lists each difference in the README, and how many are the same", () => {
    const readme = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
    const rows = [...readme.matchAll(/^\| InMemoryStore: (.+?) +\| (.+?) +\|$/gm)].map(([, name, reason]) => [
      name,
      reason,
    ]);
    const differences = BEHAVIOURS.flatMap(({ name, differs }) =>
      differs === undefined ? [] : [[name, differs]],
    );
    expect(rows).toEqual(differences);
    expect(readme).toContain(`${BEHAVIOURS.length - differences.length} of ${BEHAVIOURS.length} behaviours`);
  });
});
