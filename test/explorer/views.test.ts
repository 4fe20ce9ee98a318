import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { seed } from "../../scripts/explorer-picture/seed.js";
import type { Seeded } from "../../scripts/explorer-picture/seed.js";
import { seedThreads } from "../../scripts/explorer-picture/seed-threads.js";
import { as } from "../support/acts/access.js";
import { bodyOf } from "../support/acts/memories.js";
import {
  CHROMIUM,
  checkAccessibility,
  checkWidth,
  startBrowser,
  visit,
} from "../support/explorer/browser.js";
import type { Look } from "../support/explorer/browser.js";
import { hostileStore, RAN } from "../support/explorer/hostile-store.js";
import { isLong } from "../support/run/long.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const LOOKS: readonly Look[] = [
  { scheme: "light", width: 1280 },
  { scheme: "dark", width: 390 },
  { scheme: "dark", width: 1280 },
  { scheme: "light", width: 390 },
];
/** Both colours and both widths: axe takes a second for each view, so it looks at the other two of each only. */
const WHOLLY = new Set(LOOKS.slice(0, 2));
/** Other than in the long form, it looks at each view in one of the two, which is drawn. */
const DRAWN = Math.floor(Math.random() * 2);
const ALWAYS: ReadonlySet<string> = new Set(["ask", "memory", "facts", "thread", "health"]);

/** Each view, with something in it. */
const addresses = ({ namespace, revised, receiptId, endsTomorrow }: Seeded): Record<string, string> => ({
  newest: "ask?ns=acme.**",
  ask: `ask?ns=${namespace}&q=refund for Anna&as_of=${revised.before}`,
  trace: `ask?ns=${namespace}&q=refund for Anna&show=trace`,
  memories: `memories?ns=${namespace}`,
  memory: `memories?ns=${namespace}&m=${endsTomorrow}&in=${namespace}`,
  versions: `memories?ns=${namespace}&m=${revised.id}&in=${namespace}&tab=versions`,
  provenance: `memories?ns=${namespace}&m=${revised.id}&in=${namespace}&tab=provenance`,
  facts: `entities?ns=${namespace}&entity=Anna Keller`,
  graph: `entities?ns=${namespace}&entity=Anna Keller&show=graph`,
  profile: `entities?ns=${namespace}&entity=Anna Keller&show=profile`,
  nothing: "entities?ns=acme.nothing",
  entities: `entities?ns=${namespace}`,
  quarantine: "quarantine?ns=acme.**",
  state: `state?ns=${namespace}&key=order-20931`,
  documents: `state?ns=${namespace}`,
  sessions: `sessions?ns=${namespace}`,
  session: `sessions?ns=${namespace}&sid=ticket-4711`,
  context: `sessions?ns=${namespace}&sid=ticket-4711&show=context`,
  threads: "threads",
  thread: "threads?thread=ticket-4711",
  receipts: `receipts?ns=${namespace}`,
  receipt: `receipts?id=${receiptId}`,
  consolidation: `consolidation?ns=${namespace}`,
  audit: `audit?ns=${namespace}`,
  health: `health?ns=${namespace}`,
  service: "health?show=service",
  usage: "health?show=usage",
  keys: "health?show=keys",
});

describe.skipIf(CHROMIUM === undefined)("each view of the explorer", () => {
  let service: Service;
  let seeded: Seeded;
  let browser: Browser;
  beforeAll(async () => {
    service = await startService();
    seeded = await seed(service.url);
    await seedThreads(inject("redisUrl"), service.prefix);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  test.each(LOOKS)("is accessible and fits into the window, $scheme and $width pixels wide", async (look) => {
    const visitor = await visit(browser, service.url, { key: seeded.adminKey, look });
    for (const [index, [name, address]] of Object.entries(addresses(seeded)).entries()) {
      await visitor.open(address);
      await checkWidth(visitor.page, name);
      const isDrawn = isLong || (index + LOOKS.indexOf(look)) % 2 === DRAWN;
      if (!(WHOLLY.has(look) && isDrawn) && !ALWAYS.has(name)) continue;
      await checkAccessibility(visitor.page, name);
      await visitor.picture(name);
    }
    expect(visitor.faults()).toEqual([]);
    await visitor.close();
  });

  test("is looked at by a checker that finds what is wrong", async () => {
    const visitor = await visit(browser, service.url, { key: seeded.adminKey });
    await visitor.open("ask");
    await visitor.page.evaluate("document.querySelector('main').append(document.createElement('button'))");
    await expect(checkAccessibility(visitor.page, "broken")).rejects.toThrow("button-name");
    await visitor.close();
  });

  test("shows hostile texts as texts: none runs, none breaks the page", async () => {
    const hostile = await hostileStore(as(service, seeded.adminKey));
    for (const look of LOOKS.slice(0, 2)) {
      const visitor = await visit(browser, service.url, { key: seeded.adminKey, look });
      for (const [name, address] of Object.entries(hostile.addresses)) {
        await visitor.open(address);
        await checkWidth(visitor.page, `hostile ${name}`);
        await visitor.picture(`hostile-${name}`);
      }
      expect(await visitor.page.evaluate(`typeof globalThis.${RAN}`)).toBe("undefined");
      expect(await visitor.page.locator("main img, main script, main iframe, dialog img").count()).toBe(0);
      expect(visitor.faults()).toEqual([]);
      await visitor.close();
    }
  });

  test("shows a page of a namespace of 2,000 memories, and reads no more of it", async () => {
    const api = as(service, seeded.adminKey);
    for (let batch = 0; batch < 4; batch++) {
      const memories = Array.from({ length: 500 }, (_, n) => ({
        memory_type: "episodic",
        content: `Visit ${batch}-${n} of the shop in Linz, paid in cash.`,
      }));
      bodyOf(await api.send("POST", "/v1/namespaces/acme.large/memories/batch", { memories }), 200);
    }
    const visitor = await visit(browser, service.url, { key: seeded.adminKey });
    const began = performance.now();
    let lists = 0;
    visitor.page.on("request", (request) => {
      // On a busy machine, the first view's own questions may come as late.
      if (request.url().includes("/v1/namespaces/acme.large/memories?limit=25")) lists += 1;
    });
    await visitor.open("memories?ns=acme.large");
    await visitor.page.getByRole("link", { name: "Next page" }).waitFor();
    expect(lists).toBe(1);
    // On a loaded machine. On a person's it takes less than a second.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await visitor.page.locator("tbody tr").count()).toBe(25);
    await visitor.close();
  });
});
