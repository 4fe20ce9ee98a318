import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { seed } from "../../scripts/explorer-picture/seed.js";
import type { Seeded } from "../../scripts/explorer-picture/seed.js";
import { as } from "../support/acts/access.js";
import { bodyOf } from "../support/acts/memories.js";
import { CHROMIUM, settled, startBrowser, visit } from "../support/explorer/browser.js";
import type { Visitor } from "../support/explorer/browser.js";
import { startService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

describe.skipIf(CHROMIUM === undefined)("a person finds in the explorer", () => {
  let service: Service;
  let api: Service;
  let seeded: Seeded;
  let browser: Browser;
  let maria: Visitor;
  beforeAll(async () => {
    service = await startService({ MNEME_EMBEDDER: "local", MNEME_MODEL_DIR: inject("modelDir") });
    seeded = await seed(service.url);
    api = as(service, seeded.adminKey);
    browser = await startBrowser();
    maria = await visit(browser, service.url, { key: seeded.adminKey });
  });
  afterAll(async () => {
    expect(maria.faults()).toEqual([]);
    await browser.close();
    await service.stop();
  });

  test("why a memory came first", async () => {
    const { page } = maria;
    await page.getByRole("button", { name: "Namespace" }).click();
    await page.getByRole("button", { name: "acme.support" }).click();
    await page.getByLabel("Question").fill("What do we do about broken goods?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.locator(".hit .score").first().waitFor();
    expect(page.url()).toContain("q=What");
    const { hits } = bodyOf<{ hits: { score: number; memory: { content: string } }[] }>(
      await api.send("POST", "/v1/recall", {
        query: "What do we do about broken goods?",
        namespaces: [seeded.namespace],
        touch: false,
        receipt: false,
      }),
      200,
    );
    const cards = page.locator(".hit");
    expect(await cards.locator(".memory-text p").allTextContents()).toEqual(
      hits.map(({ memory }) => memory.content),
    );
    await cards.first().locator("summary").click();
    const adds = await cards
      .first()
      .locator("tbody tr:not(:nth-last-child(-n+2)) td.number")
      .allTextContents();
    expect(adds.length).toBeGreaterThanOrEqual(3);
    const sum = adds.reduce((total, text) => total + Number(text), 0);
    expect(sum).toBeCloseTo(hits[0]?.score ?? 0, 2);
    await page.getByRole("link", { name: "Trace" }).click();
    expect(await page.locator(".trace").textContent()).toContain("broken");
    await page.goBack();
    await page.getByRole("link", { name: "JSON" }).click();
    expect(await page.getByLabel("Answer", { exact: true }).textContent()).toContain('"answerable"');
  });

  test("what was known at an earlier time, and how the answer has changed", async () => {
    const { page, open } = maria;
    await open(`ask?ns=${seeded.namespace}&q=Who pays for returned goods?&as_of=${seeded.revised.before}`);
    const first = page.locator(".hit").first();
    expect(await first.locator(".memory-text").textContent()).toContain("within 14 days");
    await first.locator(".fate").waitFor();
    expect(await first.locator(".fate").textContent()).toContain("another text or version");
    await page.getByRole("button", { name: "Back to now" }).click();
    await expect.poll(() => first.locator(".memory-text").textContent()).toContain("also from abroad");
    await page.getByLabel("Known on", { exact: true }).focus();
    await page.keyboard.press("Home");
    await expect.poll(() => page.locator("main").textContent()).toContain("Nothing was found");
  });

  test("what changed in a memory, and restores it", async () => {
    const { page, open } = maria;
    await open(`memories?ns=${seeded.namespace}`);
    await page.getByRole("link", { name: "Goods can be returned" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("link", { name: "Versions" }).click();
    await drawer.locator("del").first().waitFor();
    expect((await drawer.locator("ins").allTextContents()).join("")).toContain("also from abroad.");
    await drawer.getByLabel("Compare the current version with").selectOption("1");
    await drawer.getByRole("button", { name: "Restore version 1" }).click();
    await expect
      .poll(() => drawer.locator(".drawer-inside > .memory-text").textContent())
      .toContain("within 14 days");
    await drawer.getByRole("button", { name: "Revise" }).click();
    await drawer.getByLabel("New text").fill("Goods can be returned within 60 days.");
    await drawer.getByRole("button", { name: "Save version 5" }).click();
    await expect
      .poll(() => drawer.locator(".drawer-inside > .memory-text").textContent())
      .toContain("within 60 days");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    await settled(page);
    expect(await page.getByRole("link", { name: "within 60 days" }).count()).toBe(1);
  });

  test("who wrote a wrong fact, and removes it", async () => {
    const { page, open } = maria;
    await open(`memories?ns=${seeded.namespace}&subject=Anna Keller`);
    await page.getByRole("link", { name: "Anna Keller has refund limit 5000 euros" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("link", { name: "Provenance" }).click();
    await drawer.getByText("Written by").waitFor();
    expect(await drawer.locator(".facts").first().textContent()).toContain(seeded.wrong.agent);
    await drawer.getByRole("button", { name: "Contradict" }).click();
    await expect.poll(() => page.locator(".toast").textContent()).toBe("Noted as wrong.");
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await drawer.waitFor({ state: "detached" });
    const gone = await api.send("GET", `/v1/namespaces/${seeded.namespace}/memories/${seeded.wrong.id}`);
    expect(gone.status).toBe(404);
  });
});
