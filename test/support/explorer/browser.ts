import { join } from "node:path";
import { source as axeSource } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { repositoryRoot } from "../../../scripts/bootstrap/root.mjs";
import { findChromium, openBrowser } from "../../../scripts/explorer-picture/chromium.js";

/** Undefined: there is no Chromium on this machine, and tests that need one are skipped. */
export const CHROMIUM = findChromium(process.env);
if (CHROMIUM === undefined) {
  console.error(
    "skipped: there is no Chromium (apt-get install chromium, or CHROMIUM_PATH), so no page is tried",
  );
}

/** Pictures of what the tests saw. They stay until the next run, so that a person can look at them. */
const PICTURES = join(repositoryRoot(), ".data", "explorer-pictures");

export interface Look {
  readonly scheme: "light" | "dark";
  readonly width: 1280 | 390;
}

export interface Visitor {
  readonly page: Page;
  /** Opens a view by what stands after the #. */
  readonly open: (address: string) => Promise<void>;
  /** What went wrong in the page so far: errors of scripts, and what the content security policy refused. */
  readonly faults: () => readonly string[];
  readonly picture: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function startBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error("There is no Chromium.");
  return openBrowser(CHROMIUM);
}

/** A person's window on the explorer, in which the key has been entered. */
export async function visit(
  browser: Browser,
  url: string,
  { key, look = { scheme: "light", width: 1280 } }: { readonly key?: string; readonly look?: Look },
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width === 390 ? 844 : 800 },
    colorScheme: look.scheme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // The first question without a key is refused, as it should be.
    if (message.type() === "error" && !/status of (401|403|404|409|410|412)/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  await page.addInitScript(
    `addEventListener("securitypolicyviolation", (event) => console.error("CSP " + event.violatedDirective + " " + event.blockedURI));`,
  );
  await page.goto(`${url}/`);
  if (key !== undefined) {
    await page.locator("#api-key").fill(key);
    await page.getByRole("button", { name: "Use this key" }).click();
    await page.getByText("Key of ").first().waitFor({ state: "attached" });
  }
  return {
    page,
    async open(address) {
      await page.evaluate(goTo(`#/${address}`));
      await settled(page);
    },
    faults: () => faults,
    async picture(name) {
      await page.screenshot({
        path: join(PICTURES, `${name}-${look.scheme}-${look.width}.png`),
        fullPage: true,
      });
    },
    close: () => context.close(),
  };
}

/** Ends once the page has drawn the address: what it showed before may be settled still. */
const goTo = (hash: string): string => `new Promise((drawn) => {
  const before = location.href;
  const draw = () => requestAnimationFrame(() => setTimeout(drawn));
  addEventListener("hashchange", draw, { once: true });
  location.hash = ${JSON.stringify(hash)};
  if (location.href === before) draw();
})`;

const SETTLED = `document.querySelector(".loading, .stale") === null && document.querySelector("main h1, main .empty") !== null`;

/** Waits until nothing loads any more. Asked again and again from outside: the page's policy allows no other way. */
export async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(SETTLED), { interval: 30 }).toBe(true);
}

/** Throws if axe finds anything serious in what is shown. */
export async function checkAccessibility(page: Page, name: string): Promise<void> {
  await page.evaluate(axeSource);
  const found = await page.evaluate<{ id: string; impact: string; nodes: string[] }[]>(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html.slice(0, 200)) })))`,
  );
  expect(
    found.filter(({ impact }) => impact === "serious" || impact === "critical"),
    name,
  ).toEqual([]);
}

/** Throws if the page is wider than the window. */
export async function checkWidth(page: Page, name: string): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  expect(content, `${name}: width of the page`).toBeLessThanOrEqual(window);
}
