import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is: CHROMIUM_PATH, else where Debian and others put it. Undefined: not on this machine. */
export function findChromium(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const asked = env["CHROMIUM_PATH"];
  if (asked !== undefined && asked !== "") return asked;
  return PLACES.find((path) => existsSync(path));
}

/** A browser without a window. It looks up no names and calls no one: pages of this machine are all that it sees. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}
