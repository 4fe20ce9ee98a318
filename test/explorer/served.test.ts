import { gunzipSync } from "node:zlib";
import { get } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { createKey } from "../support/acts/access.js";
import { startService, useService } from "../support/service/service.js";

const service = await useService();

/** All that a browser fetches before the first view can be used. */
async function firstView(): Promise<string[]> {
  const page = await (await fetch(`${service.url}/`)).text();
  const files = [...page.matchAll(/(?:src|href)="(\/explorer\/[^"]+)"/g)].map(([, path = ""]) => path);
  return ["/", ...files];
}

/** Bytes as they are sent: `fetch` would unpack them. */
async function packedSize(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(service.url + path, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const packed = Buffer.concat(parts);
        expect(answer.headers["content-encoding"]).toBe("gzip");
        expect(gunzipSync(packed).length).toBeGreaterThan(packed.length / 2);
        resolve(packed.length);
      });
    }).on("error", reject);
  });
}

describe("the explorer's page", () => {
  test("is served at / with a policy under which nothing but its own files runs", async () => {
    const answer = await fetch(`${service.url}/`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await answer.text()).not.toMatch(/<style|style="|<script(?![^>]* src=)| on\w+=/);
  });

  test("is sent once: its ETag gives 304, and its files never change under their names", async () => {
    const page = await fetch(`${service.url}/`);
    const etag = page.headers.get("etag") ?? "";
    const again = await fetch(`${service.url}/`, { headers: { "if-none-match": etag } });
    expect([again.status, page.headers.get("cache-control")]).toEqual([304, "no-cache"]);
    for (const path of (await firstView()).slice(1)) {
      const file = await fetch(service.url + path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(file.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("comes with less than 150 KB to the first view", async () => {
    const paths = await firstView();
    expect(paths.length).toBeGreaterThanOrEqual(4);
    const sizes = await Promise.all(paths.map(packedSize));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
  });

  test("needs no key, also once keys exist", async () => {
    const other = await startWithKey();
    expect((await fetch(`${other}/`)).status).toBe(200);
    expect((await fetch(`${other}/v1/whoami`)).status).toBe(401);
  });

  test.each([
    "/explorer/",
    "/explorer/index.html",
    "/explorer/..%2f..%2fmain.js",
    "/explorer/app.js",
    "/explorer",
  ])("gives no other file (%s)", async (path) => {
    const answer = await fetch(service.url + path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "route_not_found" });
  });
});

async function startWithKey(): Promise<string> {
  const other = await startService();
  onTestFinished(async () => void (await other.stop()));
  await createKey(other);
  return other.url;
}

test("MNEME_EXPLORER=0 serves no explorer", async () => {
  const off = await startService({ MNEME_EXPLORER: "0" });
  try {
    for (const path of ["/", "/explorer/app.js"]) {
      const answer = await fetch(off.url + path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.json()).toMatchObject({ code: "route_not_found" });
    }
    expect((await fetch(`${off.url}/docs`)).status).toBe(200);
  } finally {
    await off.stop();
  }
});
