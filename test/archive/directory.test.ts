import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDirectory } from "../../src/archive/directory.js";
import { PlaceAway } from "../../src/memory/ports/archive.js";
import { tempDir, tempFolder } from "../support/run/temp-dir.js";

const { placeContract } = await import("./contract.js");
const folder = tempFolder();

describe("a directory", () => {
  placeContract(async () => createDirectory(folder));

  test("leaves no folder of a namespace without segments, and no unfinished file", async () => {
    const own = tempDir();
    const place = createDirectory(own);
    const ref = { namespace: "acme", segment: "ONE" };
    await place.put(ref, Buffer.from("one"));
    await place.remove(ref);
    expect(readdirSync(own)).toEqual([]);
  });

  test("that isn't there is away: nothing is written beside, and nothing counts as missing", async () => {
    const parent = tempDir();
    const place = createDirectory(join(parent, "unmounted"));
    const ref = { namespace: "acme", segment: "ONE" };
    await expect(place.put(ref, Buffer.from("one"))).rejects.toThrow(PlaceAway);
    await expect(place.get(ref)).rejects.toThrow(PlaceAway);
    await expect(place.remove(ref)).rejects.toThrow(PlaceAway);
    expect(readdirSync(parent)).toEqual([]);
  });

  test("that can't be written to says so without its path", async () => {
    // Root may write anywhere, but not below a file.
    const file = join(tempDir(), "file");
    writeFileSync(file, "");
    const failure: unknown = await createDirectory(file)
      .put({ namespace: "acme", segment: "ONE" }, Buffer.from("one"))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlaceAway);
    expect(String(failure)).not.toContain(file);
    rmSync(file);
  });
});
