import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportAudit } from "../../src/access/export-audit.js";
import { GRANT_VERBS } from "../../src/domain/grant.js";
import type { Grant } from "../../src/domain/grant.js";
import { readAudit } from "../../src/access/read-audit.js";
import type { AuditEntry } from "../../src/access/query.js";
import type { Context } from "../../src/domain/context.js";
import { DomainError } from "../../src/domain/errors.js";
import { DENIALS, openTrails } from "../support/audit/read.js";
import type { Trails } from "../support/audit/read.js";
import { openAuditing, trail } from "../support/audit/expect.js";
import type { Auditing } from "../support/audit/expect.js";
import { runs } from "../support/run/long.js";

/** The verbs themselves, with grants of all kinds, over the real Redis. */
let auditing: Auditing;
let trails: Trails;
const NAMESPACES = ["acme", "acme.a", "acme.a.x", "acme.b", "acmeother", "umbrella"];
const PATTERNS = [...NAMESPACES, ...NAMESPACES.map((name) => `${name}.**`), "**"];

beforeAll(async () => {
  const prefix = `t${randomBytes(6).toString("hex")}`;
  auditing = await openAuditing(prefix);
  trails = await openTrails(prefix);
  for (const name of NAMESPACES) {
    await auditing.audit.record(name, trail({ requestId: `in ${name}` }), "ok");
  }
  for (const pattern of PATTERNS) {
    await auditing.audit.denied(trail({ requestId: `denied ${pattern}`, other: pattern }));
  }
  await auditing.audit.denied(trail({ requestId: "denied nothing named", verb: "access" }));
  await auditing.audit.system(trail({ requestId: "system", verb: "key.create", ids: ["key1"] }), "created");
});
afterAll(() => {
  trails.close();
  auditing.close();
});

const contextOf = (grants: readonly Grant[]): Context => ({
  actor: { agent: "reader", keyId: "k1", makers: [], grants, human: false },
  requestId: "reading",
  now: Date.now,
  operation: undefined,
});

const services = () => ({ audit: auditing.audit, reader: auditing.reader });

async function readAll(grants: readonly Grant[], namespace: string | undefined): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let cursor: string | undefined;
  do {
    const input = { filter: { namespace }, order: "asc", limit: 7, cursor } as const;
    const page = await readAudit(services(), contextOf(grants), input);
    entries.push(...page.entries);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return entries;
}

async function exportAll(grants: readonly Grant[], namespace: string | undefined): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for await (const { entry } of await exportAudit(services(), contextOf(grants), { namespace })) {
    entries.push(entry);
  }
  return entries;
}

/** Whether all that a pattern means is meant by another one; said without the code that is tested. */
function within(inner: string, outer: string): boolean {
  if (outer === "**") return true;
  if (!outer.endsWith(".**")) return inner === outer;
  const root = outer.slice(0, -3);
  const top = inner.endsWith(".**") ? inner.slice(0, -3) : inner;
  return inner !== "**" && (top === root || top.startsWith(`${root}.`));
}

/** What of the prepared entries somebody with these grants may see. */
function visible(grants: readonly Grant[], wanted: string): string[] {
  const admin = grants.filter(({ verbs }) => verbs.includes("admin")).map(({ namespace }) => namespace);
  const sees = (place: string): boolean =>
    within(place, wanted) && admin.some((pattern) => within(place, pattern));
  return [
    ...NAMESPACES.filter(sees).map((name) => `in ${name}`),
    ...PATTERNS.filter(sees).map((pattern) => `denied ${pattern}`),
    ...(sees("**") ? ["denied nothing named", "system"] : []),
  ].toSorted();
}

const prepared = (entries: readonly AuditEntry[]): string[] =>
  entries
    .map(({ requestId }) => requestId)
    .filter((id) => id !== "reading")
    .toSorted();

describe("who may read what", () => {
  test("is what it administrates, with the refusals of that, whatever the grants", async () => {
    const grant = fc.record({
      namespace: fc.constantFrom(...PATTERNS),
      verbs: fc.subarray([...GRANT_VERBS], { minLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(grant, { maxLength: 3 }),
        fc.constantFrom(undefined, ...PATTERNS),
        fc.constantFrom(readAll, exportAll),
        async (grants, namespace, reading) => {
          const wanted = visible(grants, namespace ?? "**");
          const outcome = await reading(grants, namespace).catch((error: unknown) => error);
          if (outcome instanceof DomainError) {
            expect(outcome.code).toBe("forbidden");
            expect(wanted).toEqual([]);
          } else {
            expect(prepared(outcome as AuditEntry[])).toEqual(wanted);
          }
        },
      ),
      { numRuns: runs(200) },
    );
  });

  test.each([
    [[], undefined, "**"],
    [[{ namespace: "**", verbs: ["read", "write", "publish"] }], "acme", "acme"],
    [[{ namespace: "acme.a", verbs: ["admin"] }], "acme.b", "acme.b"],
    [[{ namespace: "acme.a.**", verbs: ["admin"] }], "acme", "acme"],
    [[{ namespace: "acme.a.**", verbs: ["admin"] }], "umbrella.**", "umbrella.**"],
  ] as const)(
    "refuses %j the trail of %j, and has the refusal on record",
    async (grants, namespace, named) => {
      const before = (await trails.all(DENIALS)).length;
      for (const reading of [readAll, exportAll]) {
        await expect(reading(grants, namespace)).rejects.toMatchObject({
          code: "forbidden",
          message: `This key has no grant to admin in ${named}.`,
        });
      }
      const denials = (await trails.all(DENIALS)).slice(before).map(({ e }) => JSON.parse(e) as unknown);
      const entry = { a: "reader", k: "k1", v: "audit.read", r: "reading", n: named, o: "denied" };
      expect(denials).toEqual([entry, entry]);
    },
  );

  test("shows a refusal in the namespace that was refused", async () => {
    const entries = await readAll([{ namespace: "acme.b", verbs: ["admin"] }], "acme.b");
    const denial = entries.find(({ outcome }) => outcome === "denied");
    expect(denial).toMatchObject({ namespace: "acme.b", other: null, verb: "read", agent: "someone" });
  });
});

test("many refusals elsewhere neither hold up a page nor show in its cursor", async () => {
  const before = (await trails.all(DENIALS)).length;
  for (let round = 0; round < 11; round++) {
    await Promise.all(
      Array.from({ length: 1_000 }, () => auditing.audit.denied(trail({ other: "umbrella.secret" }))),
    );
  }
  const grants: Grant[] = [{ namespace: "acme.a", verbs: ["admin"] }];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const input = { filter: { namespace: "acme.a" }, order: "asc", limit: 50, cursor } as const;
    const page = await readAudit(services(), contextOf(grants), input);
    cursor = page.cursor;
    pages++;
    if (cursor === undefined) break;
    const [, number] = Buffer.from(cursor, "base64url").toString().split(" ");
    expect(Number(number) > before + 12_000 || Number(number) <= before).toBe(true);
  } while (pages < 100);
  expect(pages).toBeGreaterThanOrEqual(3);
  expect(cursor).toBeUndefined();
  // Who doesn't ask for refusals doesn't pay for them.
  const acts = { filter: { namespace: "acme.a", outcomes: ["ok"] }, order: "desc", limit: 200 } as const;
  expect((await readAudit(services(), contextOf(grants), acts)).cursor).toBeUndefined();
});
