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
    await page.locator(".filters summary").click();
    await page.getByLabel("Tokens at most").fill("20");
    await page.keyboard.press("Enter");
    await page.getByText("There was no room for").waitFor();
    expect(await cards.count()).toBeLessThan(hits.length);
    await page.getByRole("link", { name: "Clear all filters" }).click();
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

  test("that someone else wrote a version while a text was revised, which isn't overwritten", async () => {
    const { page, open } = maria;
    const item = `/v1/namespaces/${seeded.namespace}/memories/${seeded.revised.id}`;
    await open(`memories?ns=${seeded.namespace}&m=${seeded.revised.id}&in=${seeded.namespace}`);
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: "Revise" }).click();
    await drawer.getByLabel("New text").fill("Goods can be returned within 90 days.");
    const theirs = bodyOf<{ version: number }>(
      await api.send("PATCH", item, { content: "Goods can be returned within 45 days." }),
      200,
    ).version;
    const save = drawer.getByRole("button", { name: `Save version ${theirs}` });
    // An act reads the memory again, as a refused save does: neither makes the text one of the new version.
    await drawer.getByRole("button", { name: "Mark as right" }).click();
    await drawer.getByText(`Meanwhile, version ${theirs} was written`).waitFor();
    expect(await save.isDisabled()).toBe(true);
    expect(bodyOf<{ version: number }>(await api.send("GET", item), 200).version).toBe(theirs);
    await drawer.getByRole("button", { name: "Keep my text" }).click();
    await api.send("PATCH", item, { content: "Goods can be returned within 50 days." });
    await drawer.getByRole("button", { name: `Save version ${theirs + 1}` }).click();
    await drawer.getByText(`Meanwhile, version ${theirs + 1} was written`).waitFor();
    expect(bodyOf<{ content: string }>(await api.send("GET", item), 200).content).toContain("50 days");
    await drawer.getByRole("button", { name: `Begin again from version ${theirs + 1}` }).click();
    expect(await drawer.getByLabel("New text").inputValue()).toContain("50 days");
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
  });

  test("who wrote a wrong fact, and removes it", async () => {
    const { page, open } = maria;
    await open(`memories?ns=${seeded.namespace}&subject=Anna Keller`);
    await page.getByRole("link", { name: "Anna Keller has refund limit 5000 euros" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("link", { name: "Provenance" }).click();
    await drawer.locator(".facts").getByText("Written by").waitFor();
    expect(await drawer.locator(".facts").first().textContent()).toContain(seeded.wrong.agent);
    await drawer.getByRole("button", { name: "Mark as wrong" }).click();
    // What is outside the dialog lies under it, and isn't heard.
    await expect.poll(() => drawer.locator(".toast").textContent()).toBe("Marked as wrong.");
    expect(await drawer.locator(".toast").isVisible()).toBe(true);
    await drawer.getByRole("button", { name: "Delete" }).click();
    await drawer.getByRole("button", { name: "Delete for good" }).click();
    await drawer.waitFor({ state: "detached" });
    const gone = await api.send("GET", `/v1/namespaces/${seeded.namespace}/memories/${seeded.wrong.id}`);
    expect(gone.status).toBe(404);
  });

  test("what was so when, and what an entity is connected with", async () => {
    const { page, open } = maria;
    await open(`entities?ns=${seeded.namespace}`);
    await page.getByRole("link", { name: /^Anna Keller/ }).click();
    const lane = page.locator(".lane", { hasText: "lives in" });
    await lane.getByText("Graz").waitFor();
    expect(await lane.locator("li").count()).toBe(2);
    expect(await lane.locator(".span-past").count()).toBe(1);
    await page.getByRole("link", { name: "Neighbours" }).click();
    const node = page.getByRole("button", { name: "Brunner Optics: show its neighbours" });
    await node.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "CX-1180-A: show its neighbours" }).waitFor();
    await page.getByRole("link", { name: "Profile", exact: true }).click();
    await page.getByLabel("Budget in tokens").fill("40");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.locator(".meter-row").textContent())
      .toMatch(/^([0-9]|[1-3][0-9]|40) of 40 tokens$/);
  });

  test("what waits in quarantine, and releases it", async () => {
    const { page, open } = maria;
    await open("quarantine?ns=acme.**");
    const waiting = page.locator(".hit", { hasText: "free express delivery" });
    expect(await waiting.textContent()).toContain("notes-bot");
    await waiting.getByRole("button", { name: "Release" }).click();
    await waiting.waitFor({ state: "detached" });
    const { memories } = bodyOf<{ memories: { id: string }[] }>(
      await api.send("GET", "/v1/namespaces/acme.shared.crm/memories"),
      200,
    );
    expect(memories.map(({ id }) => id)).toContain(seeded.quarantinedId);
  });

  test("what waits in quarantine, and deletes it only when asked twice", async () => {
    const { page, open } = maria;
    const from = `/v1/namespaces/${seeded.namespace}/memories`;
    const { id } = bodyOf<{ id: string }>(
      await api.send("POST", from, {
        memory_type: "semantic",
        content: "Every return is free of charge for ever.",
        trust_score: 0.2,
      }),
      201,
    );
    const published = bodyOf<{ id: string }>(
      await api.send("POST", `${from}/${id}/publish`, { to: "acme.shared.crm" }),
      201,
    );
    const copy = `/v1/namespaces/acme.shared.crm/memories/${published.id}`;
    // The same address isn't read again.
    await open("memories?ns=acme.**");
    await open("quarantine?ns=acme.**");
    const waiting = page.locator(".hit", { hasText: "free of charge for ever" });
    await waiting.getByRole("button", { name: "Delete the copy" }).click();
    await waiting.getByText("Its origin stays").waitFor();
    expect((await api.send("GET", copy)).status).toBe(200);
    await waiting.getByRole("button", { name: "Delete for good" }).click();
    await waiting.waitFor({ state: "detached" });
    expect((await api.send("GET", copy)).status).toBe(404);
    expect((await api.send("GET", `${from}/${id}`)).status).toBe(200);
  });

  test("a change of state the moment it is made, and the value before it", async () => {
    const { page, open } = maria;
    await open(`state?ns=${seeded.namespace}`);
    await page.getByLabel("Keys that begin with").fill("order-");
    await page.getByLabel("Keys that begin with").press("Enter");
    await page.getByRole("link", { name: "queue" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: new RegExp(`^${seeded.stateKey}`) }).click();
    await page.getByText("live", { exact: true }).waitFor();
    const value = page.getByLabel("The value now", { exact: true });
    expect(await value.textContent()).toContain('"label": 2');
    await api.send("PATCH", `/v1/namespaces/${seeded.namespace}/state/${seeded.stateKey}`, { label: 3 });
    await expect.poll(() => value.textContent()).toContain('"label": 3');
    await page.locator(".versions summary").nth(3).click();
    await page.locator(".versions details[open]").getByRole("link", { name: "See it as of then" }).click();
    await expect.poll(() => page.locator(".json pre").first().textContent()).toContain('"status": "paid"');
  });

  test("what an agent knew then, beside what it would get now", async () => {
    const { page, open } = maria;
    await open(`receipts?ns=${seeded.namespace}`);
    const question = "How do we refund Anna for a broken parcel?";
    await page.getByRole("table").getByText("support-1").first().waitFor();
    await page.getByLabel("Agent").fill("nobody-of-that-name");
    await page.getByLabel("Agent").press("Enter");
    await page.getByText("No receipt is kept here").waitFor();
    await page.getByLabel("Agent").fill("support-1");
    await page.getByLabel("Agent").press("Enter");
    await page.getByRole("link", { name: question }).click();
    const columns = page.locator(".side-by-side section");
    // The list that the link is in shows the question too.
    await columns.getByRole("heading", { name: "Now" }).waitFor();
    await settled(page);
    await page.getByText(question).waitFor();
    expect(await columns.locator("h2").allTextContents()).toEqual([expect.stringMatching(/^Then, /), "Now"]);
    expect(await columns.first().locator(".hit").count()).toBe(5);
    expect(await page.locator(".facts").textContent()).toContain("support-1");
  });

  test("what a model would get for the next turn of a session", async () => {
    const { page, open } = maria;
    await open(`sessions?ns=${seeded.namespace}`);
    await page.getByRole("link", { name: new RegExp(`^${seeded.session}`) }).click();
    await page.getByText("Hello, my lamp arrived broken.").waitFor();
    let built = 0;
    page.on("request", (request) => {
      if (request.url().includes("/context")) built += 1;
    });
    await page.getByRole("link", { name: "Context for a model" }).click();
    const build = page.getByRole("button", { name: "Build the context" });
    await build.waitFor();
    await settled(page);
    expect(built, "contexts that looking alone has built").toBe(0);
    await build.click();
    await page.locator(".message-system").waitFor();
    const [, used = "", budget = ""] =
      /([\d,]+) of ([\d,]+) tokens/.exec((await page.locator(".budget .score-sum").textContent()) ?? "") ??
      [];
    expect(Number(used.replace(",", ""))).toBeLessThanOrEqual(Number(budget.replace(",", "")));
    expect(Number(used.replace(",", ""))).toBeGreaterThan(0);
  });

  test("what a consolidation would do, without doing it", async () => {
    const { page, open } = maria;
    const before = bodyOf<object>(await api.send("GET", `/v1/namespaces/${seeded.namespace}/usage`), 200);
    await open(`consolidation?ns=${seeded.namespace}`);
    await page.getByRole("button", { name: "Plan a dry run" }).click();
    await page.getByRole("heading", { name: "plan, planned" }).waitFor();
    expect(bodyOf(await api.send("GET", `/v1/namespaces/${seeded.namespace}/usage`), 200)).toEqual(before);
  });

  test("a consolidation's plan, and runs it with its own options", async () => {
    const { page, open } = maria;
    const runs = "/v1/namespaces/acme.planned/consolidations";
    for (const content of ["Anna likes tea.", "Anna likes  tea."]) {
      bodyOf(
        await api.send("POST", "/v1/namespaces/acme.planned/memories", { memory_type: "semantic", content }),
        201,
      );
    }
    const options = { dry_run: true, steps: ["merge"], older_than_seconds: 60, max_llm_calls: 0 };
    const { id } = bodyOf<{ id: string }>(await api.send("POST", runs, options), 202);
    await open(`consolidation?ns=acme.planned&run=${id}`);
    await page.getByRole("heading", { name: "plan, planned" }).waitFor();
    await page.getByRole("button", { name: "Run it" }).click();
    await page.getByText("This changes memories of acme.planned: merge").waitFor();
    const listed = async () =>
      bodyOf<{ consolidations: { id: string; options: object }[] }>(await api.send("GET", runs), 200)
        .consolidations;
    expect(await listed()).toHaveLength(1);
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByRole("heading", { name: "done" }).waitFor();
    const run = (await listed()).find((each) => each.id !== id);
    expect(run?.options).toMatchObject({ ...options, dry_run: false });
    // The list says it too.
    await page.getByRole("link", { name: /^done/ }).waitFor();
  });

  test("who deleted a memory, in a trail whose hashes hold", async () => {
    const { page, open } = maria;
    await open(`audit?ns=${seeded.namespace}&id=${seeded.wrong.id}&verb=delete`);
    const rows = page.locator("tbody tr");
    expect(await rows.count()).toBe(1);
    expect(await rows.textContent()).toContain("maria");
    await page.getByRole("button", { name: "Verify the hash chain" }).click();
    await expect
      .poll(() => page.locator(".verify").textContent())
      .toMatch(/Sound: [\d,]+ entries in 1 trail/);
  });

  test("what will end tomorrow", async () => {
    const { page, open } = maria;
    await open(`health?ns=${seeded.namespace}`);
    const first = page.getByRole("region", { name: "What ends next" }).locator("tbody tr").first();
    await expect.poll(() => first.textContent()).toContain("The carrier strike");
    expect(await first.textContent()).toContain("in 20 hours");
    await first.getByRole("link").click();
    await page.getByRole("dialog").locator(".curve svg").waitFor();
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("the way with the keyboard alone, and the key in no place but the page's memory", async () => {
    const visitor = await visit(browser, service.url, {});
    const { page } = visitor;
    await page.locator("#api-key").waitFor();
    const type = (text: string) => page.keyboard.type(text);
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement?.textContent?.trim() || document.activeElement?.id || ''",
      );
    const tabTo = async (text: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await press("Tab");
        if ((await focused()).startsWith(text)) return;
      }
      throw new Error(`No way to ${text} with the Tab key.`);
    };
    await page.locator("#api-key").focus();
    await type(seeded.agentKey);
    await press("Enter");
    await page.getByText("Key of support-1").waitFor();
    await page.evaluate("document.body.focus()");
    await tabTo("ask-query");
    await type("Who has account CX-7742-B?");
    await press("Enter");
    await page.locator(".hit .score").first().waitFor();
    await tabTo("Open");
    await press("Enter");
    await page.getByRole("dialog").getByText("Trust", { exact: true }).first().waitFor();
    await tabTo("Provenance");
    await press("Enter");
    await page.locator(".facts").getByText("Written by").waitFor();
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(page.url()).not.toContain("m=");
    const kept = await page.evaluate<string>(
      "JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }, history.state])",
    );
    expect(kept).not.toContain(seeded.agentKey.slice(0, 12));
    await page.reload();
    await page.locator("#api-key").waitFor();
    expect(visitor.faults()).toEqual([]);
    await visitor.close();
  });

  test("an address that isn't right, in words and with a way on", async () => {
    const visitor = await visit(browser, service.url, { key: seeded.adminKey });
    const { page } = visitor;
    await page.evaluate(`location.hash = "#/state?ns=${seeded.namespace}&key=${seeded.stateKey}&as_of=x"`);
    await page.getByRole("alert").getByText("as_of: Must be").waitFor();
    await page.getByRole("link", { name: "Back to now" }).click();
    await page.getByLabel("The value now", { exact: true }).waitFor();
    await page.route("**/readyz", (route) => route.fulfill({ status: 429, json: {} }));
    await page.evaluate(`location.hash = "#/health?show=service"`);
    await page.getByText("The service answered with HTTP 429.").waitFor();
    await page.getByRole("heading", { name: "Latency" }).waitFor();
    await visitor.close();
  });

  test("nothing of another key's any more once the key is forgotten", async () => {
    const visitor = await visit(browser, service.url, { key: seeded.adminKey });
    const { page, open } = visitor;
    await open(`entities?ns=${seeded.namespace}&entity=Anna Keller&show=graph`);
    await page.getByRole("button", { name: "Brunner Optics: show its neighbours" }).waitFor();
    await page.getByRole("button", { name: "Key of maria" }).click();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await page.locator("#api-key").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => page.locator("body").textContent()).not.toContain("Brunner");
    await page.getByRole("button", { name: "Namespace" }).click();
    expect(await page.locator("#namespaces").textContent()).not.toContain("acme");
    await visitor.close();
  });

  test("what a key may not do, in words", async () => {
    const agent = await visit(browser, service.url, { key: seeded.agentKey });
    await agent.page.evaluate(`location.hash = "#/audit?ns=acme.support"`);
    const notice = agent.page.getByRole("alert");
    await notice.waitFor();
    expect(await notice.textContent()).toContain("has no grant for this");
    await agent.close();
  });
});
