import { createClient } from "redis";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { seed } from "../../scripts/explorer-picture/seed.js";
import type { Seeded } from "../../scripts/explorer-picture/seed.js";
import { as } from "../support/acts/access.js";
import { remember } from "../support/acts/memories.js";
import { CHROMIUM, startBrowser, visit } from "../support/explorer/browser.js";
import type { Visitor } from "../support/explorer/browser.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const DAY_MS = 86_400_000;

/** Each begins at the first view, follows words that stand there, and counts its clicks: four must do. */
describe.skipIf(CHROMIUM === undefined)("a reader who was told nothing", () => {
  let service: Service;
  let seeded: Seeded;
  let browser: Browser;
  let reader: Visitor;
  let clicks = 0;
  beforeAll(async () => {
    service = await startService({ MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: inject("modelDir") });
    seeded = await seed(service.url);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  /** Runs a journey from the first view on. */
  async function journey(
    walk: (
      page: Page,
      click: (role: "button" | "link", name: string | RegExp) => Promise<void>,
    ) => Promise<void>,
  ): Promise<void> {
    reader = await visit(browser, service.url, {
      key: seeded.adminKey,
      look: { scheme: "light", width: 390 },
    });
    clicks = 0;
    await walk(reader.page, async (role, name) => {
      clicks += 1;
      await reader.page.getByRole(role, { name }).first().click();
    });
    expect(clicks, "clicks").toBeLessThanOrEqual(4);
    expect(reader.faults()).toEqual([]);
    await reader.close();
  }

  const ask = (page: Page, question: string) => page.getByLabel("Question").fill(question);

  test("finds why a memory came first, and by what it leads the next one", async () => {
    await journey(async (page, click) => {
      await click("button", "Why does a memory come first?");
      expect(await page.evaluate("document.activeElement.id")).toBe("ask-query");
      await ask(page, "Refund for Anna's broken parcel");
      await click("button", "Ask");
      const first = page.locator(".hit").first();
      const why = first.getByText("Why it is 1st");
      await why.waitFor();
      clicks += 1;
      await why.click();
      expect(await first.locator(".lead").textContent()).toMatch(
        /^It is (hardly|0\.\d{3}) ahead of the next one: (Words|Meaning|Trust|Recency) [+−]0\.\d{3}/,
      );
      expect(await first.locator("table").textContent()).toContain("by meaning, cosine");
    });
  });

  test("finds what an agent was told at a time, and who had written that", async () => {
    await journey(async (page, click) => {
      await click("link", "What did an agent know last Tuesday?");
      const row = page.getByRole("table").locator("tbody tr").first();
      await row.waitFor();
      const today = new Intl.DateTimeFormat("en-GB", { weekday: "short" }).format(new Date());
      expect(await row.textContent()).toContain(today);
      await click("link", "How do we refund Anna");
      const then = page.locator(".side-by-side section").first();
      await then.locator(".hit").first().waitFor();
      expect(await then.textContent()).toMatch(/^Then, .*by (support-1|crm-sync|notes-bot)/);
      await click("link", "Ask the same as of then");
      await page.getByRole("button", { name: "Back to now" }).waitFor();
    });
  });

  test("finds what was known at the end of a weekday", async () => {
    const namespace = "acme.diary";
    const api = as(service, seeded.adminKey);
    const old = await remember(api, namespace, { content: "The shop in Linz opens at nine." });
    await remember(api, namespace, { content: "The shop in Linz opens at eight." });
    const redis = createClient({ url: inject("redisUrl") });
    await redis.connect();
    for (const path of ["$.memory.recorded_at", "$.memory.updated_at", "$.index.since"]) {
      await redis.json.numIncrBy(`${service.prefix}:rec:{${namespace}}:${old.id}`, path, -6 * DAY_MS);
    }
    redis.destroy();
    const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" })
      .format(Date.now() - 3 * DAY_MS)
      .replace(",", "");
    await journey(async (page, click) => {
      await page.evaluate(`location.hash = "#/ask?ns=${namespace}"`);
      await ask(page, "When does the shop in Linz open?");
      await click("button", "Ask");
      await page.locator(".hit").nth(1).waitFor();
      await click("button", day);
      await page.getByRole("heading", { name: "Only in today’s answer" }).waitFor();
      expect(await page.locator(".hits").first().textContent()).toContain("opens at nine");
      expect(await page.locator(".hits").first().textContent()).not.toContain("opens at eight");
    });
  });

  test("finds who wrote a wrong fact, what contradicts it, and how to undo it", async () => {
    await journey(async (page, click) => {
      await ask(page, "What is the refund limit of Anna Keller?");
      await click("button", "Ask");
      const wrong = page.locator(".hit", { hasText: "refund limit 5000 euros" });
      await wrong.waitFor();
      clicks += 1;
      await wrong.getByRole("link", { name: "Open" }).click();
      const drawer = page.getByRole("dialog");
      await drawer.getByText("Is it wrong?").waitFor();
      expect(await drawer.locator(".author").textContent()).toMatch(
        /^Written by notes-bot, (Mon|Tue|Wed|Thu|Fri|Sat|Sun)/,
      );
      await click("button", "Mark as wrong");
      await drawer.getByText("1 times wrong").waitFor();
      await click("button", "Revise");
      await drawer.getByLabel("New text").waitFor();
    });
  });

  test("sees which fact a fact contradicts, in its own words", async () => {
    const api = as(service, seeded.adminKey);
    const valid_from = new Date(Date.now() - DAY_MS).toISOString();
    const fact = { subject: "Order 20940", predicate: "goes to", cardinality: "one", valid_from };
    const first = await remember(api, "acme.orders", {
      memory_type: "semantic",
      fact: { ...fact, object: "Linz" },
    });
    await remember(as(service, seeded.agentKey), "acme.orders", {
      memory_type: "semantic",
      fact: { ...fact, object: "Graz" },
    });
    await journey(async (page) => {
      await page.evaluate(`location.hash = "#/memories?m=${first.id}&in=acme.orders"`);
      const drawer = page.getByRole("dialog");
      await drawer.getByRole("heading", { name: "Contradicts" }).waitFor();
      await drawer.getByRole("link", { name: "Order 20940 goes to Graz" }).waitFor();
      expect(await drawer.textContent()).toContain("by support-1");
    });
  });

  test("finds what will end tomorrow", async () => {
    await journey(async (page, click) => {
      await click("link", "What ends tomorrow?");
      const row = page.getByRole("region", { name: "What ends next" }).locator("tbody tr").first();
      await row.getByText("The carrier strike").waitFor();
      const end = Date.now() + 20 * 3_600_000;
      const isToday = new Date(end).toDateString() === new Date().toDateString();
      expect(await row.textContent()).toMatch(isToday ? /^today, / : /^tomorrow, /);
      const offer = page.getByRole("row", { name: /The Advent prices hold/ });
      expect(await offer.textContent()).toContain("no longer holds");
      const box = await row.locator("time").boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0), "the end lies within the page").toBeLessThanOrEqual(390);
    });
  });

  test("learns why a thread that a receipt names has no checkpoints, and where else to look", async () => {
    await journey(async (page, click) => {
      await click("link", "What did an agent know last Tuesday?");
      await click("link", "ticket-4711");
      await page.getByText("No checkpoints of this thread are here").waitFor();
      await click("link", "session ticket-4711");
      await page.getByText("Hello, my lamp arrived broken.").waitFor();
    });
  });
});
