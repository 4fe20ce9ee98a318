import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { ArchivePlace } from "../../src/memory/ports/archive.js";

/** What every place of the archive does. */
export function placeContract(open: () => Promise<ArchivePlace>): void {
  const refOf = (segment: string, namespace = "acme.support") => ({ namespace, segment });

  test("what was put is read as it was, also by another process", async () => {
    const place = await open();
    for (const bytes of [Buffer.alloc(0), Buffer.from("é\u0000"), randomBytes(3 * 1024 * 1024)]) {
      const ref = refOf(`ONE${bytes.length}`);
      await place.put(ref, bytes);
      expect((await (await open()).get(ref))?.equals(bytes)).toBe(true);
    }
  });

  test("what was never put isn't there, and removing it is no failure", async () => {
    const place = await open();
    expect(await place.get(refOf("NONE"))).toBeUndefined();
    await place.remove(refOf("NONE"));
  });

  test("what was removed isn't there; segments of the same id in other namespaces stay", async () => {
    const place = await open();
    await place.put(refOf("SAME"), Buffer.from("own"));
    await place.put(refOf("SAME", "acme.sales"), Buffer.from("other"));
    await place.remove(refOf("SAME"));
    expect(await place.get(refOf("SAME"))).toBeUndefined();
    expect((await place.get(refOf("SAME", "acme.sales")))?.toString()).toBe("other");
  });

  test("names that only differ in case, or that look like paths, are apart", async () => {
    const place = await open();
    for (const namespace of ["acme.a", "acme.A", "acme.a-", "a".repeat(256)])
      await place.put(refOf("CASE", namespace), Buffer.from(namespace));
    for (const namespace of ["acme.a", "acme.A", "acme.a-", "a".repeat(256)])
      expect((await place.get(refOf("CASE", namespace)))?.toString()).toBe(namespace);
  });

  test("a reader that has no more time gets a failure, not an empty answer", async () => {
    const place = await open();
    await place.put(refOf("LATE"), Buffer.from("late"));
    await expect(place.get(refOf("LATE"), AbortSignal.abort())).rejects.toThrow();
  });
}
