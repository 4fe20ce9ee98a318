import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { as, createKey, keyFor } from "../../support/acts/access.js";
import { createItem } from "../../support/acts/items.js";
import type { Memory, MemoryPage, Parameters } from "../../support/acts/memories.js";
import { bodyOf, pathOf, remember } from "../../support/acts/memories.js";
import { runs } from "../../support/run/long.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";
import { nonEmpty } from "../../support/non-empty.js";

interface NamespacePage {
  readonly namespaces: readonly { readonly namespace: string; readonly memories: number }[];
  readonly cursor: string | null;
}

let service: Service;
let root: Service;
beforeAll(async () => {
  service = await startService();
  root = as(service, (await createKey(service)).key);
});
afterAll(() => service.stop());

function query(parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) search.set(name, String(value));
  return search.toString();
}

/** Follows the cursor to the end. */
async function namespaces(of: Service, parameters: Parameters = {}): Promise<NamespacePage["namespaces"]> {
  const found: NamespacePage["namespaces"][number][] = [];
  let cursor: string | null = null;
  do {
    const asked: Parameters = { ...parameters, ...(cursor === null ? {} : { cursor }) };
    const page: NamespacePage = bodyOf(await of.send("GET", `/v1/namespaces?${query(asked)}`), 200);
    found.push(...page.namespaces);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

async function listMany(of: Service, parameters: Parameters): Promise<Memory[]> {
  const found: Memory[] = [];
  let cursor: string | null = null;
  do {
    const asked: Parameters = { ...parameters, ...(cursor === null ? {} : { cursor }) };
    const page: MemoryPage = bodyOf(await of.send("GET", `/v1/list?${query(asked)}`), 200);
    found.push(...page.memories);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

const newRoot = (): string => `r${randomUUID()}`;
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe("GET /v1/namespaces", () => {
  test("lists what holds memories now, with how many, in the order of bytes", async () => {
    const top = newRoot();
    const names = [`${top}.b.c`, `${top}.b-c`, `${top}.b`, `${top}.B`, `${top}_`, top];
    for (const [count, name] of names.entries())
      for (let index = 0; index <= count; index++) await remember(root, name, { content: `${index}` });
    const gone = await remember(root, `${top}.gone`, { content: "x" });
    await root.send("DELETE", pathOf(gone));
    const counts = new Map(names.map((name, index) => [name, index + 1]));
    const expected = names
      .filter((name) => name !== `${top}_`)
      .toSorted(byBytes)
      .map((namespace) => ({ namespace, memories: counts.get(namespace) }));
    for (const limit of [1, 2, 50]) expect(await namespaces(root, { prefix: top, limit })).toEqual(expected);
    expect((await namespaces(root)).map(({ namespace }) => namespace)).toEqual(expect.arrayContaining(names));
  });

  test("counts items only where that is asked for", async () => {
    const top = newRoot();
    await remember(root, `${top}.a`, { content: "x" });
    await createItem(root, `${top}.b`, "k");
    await remember(root, `${top}.b`, { content: "x" });
    expect(await namespaces(root, { prefix: top, items_only: "true" })).toEqual([
      { namespace: `${top}.b`, memories: 1 },
    ]);
    expect(await namespaces(root, { prefix: top, items_only: "false" })).toEqual([
      { namespace: `${top}.a`, memories: 1 },
      { namespace: `${top}.b`, memories: 2 },
    ]);
  });

  test("shows only what the caller may read", async () => {
    const top = newRoot();
    for (const name of ["a", "a.b", "c", "c.d"]) await remember(root, `${top}.${name}`, { content: "x" });
    const reader = as(service, await keyFor(root, `${top}.a.**`, ["read"]));
    const expected = [`${top}.a`, `${top}.a.b`].map((namespace) => ({ namespace, memories: 1 }));
    expect(await namespaces(reader)).toEqual(expected);
    expect(await namespaces(reader, { prefix: `${top}.c` })).toEqual([]);
    expect(await namespaces(reader, { max_depth: 1 })).toEqual([{ namespace: top, memories: 2 }]);
    const writer = as(service, await keyFor(root, `${top}.**`, ["write"]));
    expect(await writer.send("GET", "/v1/namespaces")).toMatchObject({ status: 403 });
  });

  test("says nothing of what the caller may not read, in its cursors neither", async () => {
    const top = newRoot();
    const names = ["b", "b.x", "b-x", "d", "d.x.y", "f"].map((name) => `${top}.${name}`);
    for (const name of [...names, `${top}.a.secret`, `${top}.c.secret`, `${top}.zz.secret`])
      await remember(root, name, { content: name });
    const grants = ["b", "b-x", "d.**", "f", "b.x"].map((name) => ({
      namespace: `${top}.${name}`,
      verbs: ["read"],
    }));
    const reader = as(service, (await createKey(root, { agent: "reader", grants })).key);
    for (const path of [
      "/v1/namespaces?",
      "/v1/list?",
      "/v1/namespaces?max_depth=2&",
      "/v1/namespaces?suffix=y&",
    ]) {
      const pages: string[] = [];
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const asked: string = `${path}limit=1${cursor === null ? "" : `&cursor=${cursor}`}`;
        const answer = await reader.send("GET", asked);
        const page = bodyOf<{
          namespaces?: { namespace: string }[];
          memories?: Memory[];
          cursor: string | null;
        }>(answer, 200);
        cursor = page.cursor;
        pages.push(answer.text, Buffer.from(cursor ?? "", "base64url").toString());
        found.push(...(page.namespaces ?? page.memories ?? []).map(({ namespace }) => namespace));
      } while (cursor !== null);
      for (const text of nonEmpty(pages)) expect(text).not.toMatch(/secret|\.a\b|\.c\b|zz/);
      const expected = path.includes("suffix")
        ? [`${top}.d.x.y`]
        : path.includes("depth")
          ? ["b", "b-x", "d", "f"].map((name) => `${top}.${name}`)
          : names;
      expect(found.toSorted()).toEqual(expected.toSorted());
    }
  });

  test("refuses a cursor of another list, and patterns that are none", async () => {
    const top = newRoot();
    for (const name of ["a", "b"]) await remember(root, `${top}.${name}`, { content: "x" });
    const page: NamespacePage = bodyOf(await root.send("GET", `/v1/namespaces?prefix=${top}&limit=1`), 200);
    for (const wrong of [
      `cursor=${page.cursor}`,
      "prefix=a..b",
      "prefix=a.**",
      "suffix=a%20b",
      "max_depth=0",
    ])
      expect(await root.send("GET", `/v1/namespaces?${wrong}`)).toMatchObject({ status: 400 });
  });

  test("fits its prefix, suffix and depth as LangGraph's listNamespaces does", async () => {
    const label = fc.constantFrom("a", "b", "a-b", "a_b", "A");
    const pattern = fc.array(fc.oneof(label, fc.constant("*")), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.array(label, { minLength: 1, maxLength: 4 }), {
          maxLength: 12,
          selector: (labels) => labels.join("."),
        }),
        pattern,
        pattern,
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        fc.integer({ min: 1, max: 4 }),
        async (paths, prefix, suffix, depth, limit) => {
          const top = newRoot();
          await Promise.all(
            paths.map((labels) => remember(root, [top, ...labels].join("."), { content: "x" })),
          );
          const all = paths.map((labels) => [top, ...labels]);
          const fits = all.filter(
            (labels) =>
              labels.length > prefix.length &&
              prefix.every((each, index) => each === "*" || each === labels[index + 1]) &&
              labels.length >= suffix.length &&
              suffix.every(
                (each, index) => each === "*" || each === labels[labels.length - suffix.length + index],
              ),
          );
          const expected = new Set(fits.map((labels) => labels.slice(0, depth).join(".")));
          const found = await namespaces(root, {
            prefix: [top, ...prefix].join("."),
            suffix: suffix.length === 0 ? undefined : suffix.join("."),
            max_depth: depth,
            limit,
          });
          expect(found.map(({ namespace }) => namespace).toSorted()).toEqual([...expected].toSorted());
          for (const { namespace, memories } of found) {
            const cut = namespace.split(".").length === depth;
            const counted = all.filter((labels) =>
              cut ? labels.slice(0, depth).join(".") === namespace : labels.join(".") === namespace,
            );
            expect(memories).toBe(counted.length);
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });
});

describe("GET /v1/list", () => {
  test("walks all namespaces of a pattern, each memory once, in the order of recording", async () => {
    const top = newRoot();
    const names = [top, `${top}.a`, `${top}.a.b`, `${top}.a-b`, `${top}.c`];
    const expected: Memory[] = [];
    for (const name of names.toSorted(byBytes))
      for (let index = 0; index < 3; index++)
        expected.push(
          await remember(root, name, { content: `${index}`, metadata: { even: index % 2 === 0 } }),
        );
    await remember(root, `${top}x`, { content: "beside" });
    for (const limit of [1, 2, 7, 200]) {
      expect(await listMany(root, { namespace: `${top}.**`, limit })).toEqual(expected);
      expect(await listMany(root, { namespace: `${top}.**`, limit, metadata: '{"even":false}' })).toEqual(
        expected.filter(({ metadata }) => metadata["even"] === false),
      );
    }
    expect(await listMany(root, { namespace: `${top}.a` })).toHaveLength(3);
    expect(await listMany(root, { namespace: `${newRoot()}.**` })).toEqual([]);
  });

  test("leaves out what the caller may not read, and refuses one namespace that it may not", async () => {
    const top = newRoot();
    for (const name of ["a", "a.b", "c"]) await remember(root, `${top}.${name}`, { content: name });
    const reader = as(service, await keyFor(root, `${top}.a.**`, ["read"]));
    const found = await listMany(reader, { namespace: `${top}.**`, limit: 1 });
    expect(found.map(({ content }) => content)).toEqual(["a", "a.b"]);
    expect(await listMany(reader, {})).toHaveLength(2);
    expect(await listMany(reader, { namespace: `${top}.c.**` })).toEqual([]);
    expect(await reader.send("GET", `/v1/list?namespace=${top}.c`)).toMatchObject({ status: 403 });
  });

  test("a forged cursor doesn't reach other namespaces", async () => {
    const top = newRoot();
    for (const name of ["a", "a.b", "c"])
      for (const content of ["1", "2"])
        await remember(root, `${top}.${name}`, { content: `${name} ${content}` });
    const reader = as(service, await keyFor(root, `${top}.a.**`, ["read"]));
    const path = `/v1/list?namespace=${top}.a.**&limit=1`;
    const page = bodyOf<MemoryPage>(await reader.send("GET", path), 200);
    const walk = Buffer.from(page.cursor ?? "", "base64url")
      .toString()
      .slice(-12);
    const forged = (place: string) =>
      reader.send("GET", `${path}&cursor=${Buffer.from(`${place} ${walk}`).toString("base64url")}`);
    for (const place of [`${top}.c 0`, `${top}.c 1`, `${top} 0`, "z 0"]) {
      const answer = await forged(place);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(`"content":"c`);
    }
    for (const place of ["", " ", "a", "a{b} 0", "a 0 0", "a -1", "a x"]) {
      expect(await forged(place)).toMatchObject({ status: 400, body: { errors: [{ field: "cursor" }] } });
    }
    expect(bodyOf<MemoryPage>(await forged(`${top}.a 0`), 200).memories).toHaveLength(1);
  });

  test("goes on where it was, even if memories are written and deleted in between", async () => {
    const top = newRoot();
    const first = [];
    for (const name of ["a", "b", "c"])
      for (let index = 0; index < 4; index++)
        first.push(await remember(root, `${top}.${name}`, { content: `${index}` }));
    const seen: string[] = [];
    let cursor: string | null = null;
    let round = 0;
    do {
      const asked: string = query({
        namespace: `${top}.**`,
        limit: 2,
        ...(cursor === null ? {} : { cursor }),
      });
      const page: MemoryPage = bodyOf(await root.send("GET", `/v1/list?${asked}`), 200);
      seen.push(...page.memories.map(({ id }) => id));
      cursor = page.cursor;
      await remember(root, `${top}.a`, { content: `late ${round}` });
      await remember(root, `${top}.aa`, { content: `late ${round}` });
      round += 1;
      if (round === 2) await root.send("DELETE", pathOf(first[0] ?? { namespace: "", id: "" }));
    } while (cursor !== null && round < 100);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(first.map(({ id }) => id)));
  });
});
