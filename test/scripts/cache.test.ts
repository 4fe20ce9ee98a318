import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cacheDir, installOnce } from "../../scripts/downloads/cache.js";
import { tempDir } from "../support/run/temp-dir.js";

describe("installOnce", () => {
  test("fills a folder once and finds it again", async () => {
    const cache = join(tempDir(), "cache");
    let fills = 0;
    const fill = async (folder: string) => {
      fills++;
      writeFileSync(join(folder, "file"), "content");
    };
    const first = await installOnce(cache, "thing-1", fill);
    const second = await installOnce(cache, "thing-1", fill);
    expect(second).toBe(first);
    expect(fills).toBe(1);
    expect(readFileSync(join(first, "file"), "utf8")).toBe("content");
  });

  test("leaves nothing of an install that fails", async () => {
    const cache = tempDir();
    const failing = installOnce(cache, "thing-1", async (folder) => {
      writeFileSync(join(folder, "half"), "");
      throw new Error("broke off");
    });
    await expect(failing).rejects.toThrow("broke off");
    expect(readdirSync(cache)).toEqual([]);
  });

  test("two at once: both get the same complete folder", async () => {
    const cache = tempDir();
    const fill = (content: string) => async (folder: string) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      writeFileSync(join(folder, "file"), content);
    };
    const [a, b] = await Promise.all([
      installOnce(cache, "thing-1", fill("a")),
      installOnce(cache, "thing-1", fill("b")),
    ]);
    expect(a).toBe(b);
    expect(existsSync(join(a, "file"))).toBe(true);
    expect(readdirSync(cache)).toEqual(["thing-1"]);
  });
});

test("the cache is where the environment says, else below the home folder", () => {
  expect(cacheDir({ MNEME_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
  expect(cacheDir({ XDG_CACHE_HOME: "/b" })).toBe("/b/mneme");
  expect(cacheDir({})).toMatch(/\.cache\/mneme$/);
});
