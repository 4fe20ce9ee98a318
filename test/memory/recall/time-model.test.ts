import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Memory } from "../../support/acts/memories.js";
import { bodyOf, newNamespace, pathOf, post, recall, remember, revise } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";

const service = await shareService();

/** One version of a memory, as the answers told of it; milliseconds since the epoch. */
interface Version {
  readonly id: string;
  readonly version: number;
  readonly since: number;
  until: number;
  readonly from: number;
  readonly to: number;
  /** When the memory ends by itself, or was deleted: from then on, it's gone from every time. */
  gone: number;
}

const YEAR = Date.parse("2020-01-01T00:00:00Z");
const DAY_MS = 24 * 3600 * 1000;
const day = (index: number): string => new Date(YEAR + index * DAY_MS).toISOString();

const period = fc.record({ from: fc.nat(20), days: fc.integer({ min: 1, max: 20 }) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), period: fc.option(period) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("brief" as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("revise" as const),
      pick: fc.nat(),
      period: fc.option(period),
      content: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete" as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("fact" as const),
      subject: fc.nat(1),
      object: fc.nat(3),
      from: fc.nat(20),
    }),
  },
);

const bounds = (chosen: { from: number; days: number } | null) =>
  chosen === null ? {} : { valid_from: day(chosen.from), valid_to: day(chosen.from + chosen.days) };

/** Asks the service itself for a memory's versions: what each act answered is held against them on the way. */
async function versionsOf(namespace: string, id: string): Promise<readonly Memory[]> {
  const answer = await service.send("GET", `${pathOf({ namespace, id })}/versions?limit=200`);
  return answer.status === 404 ? [] : bodyOf<{ versions: Memory[] }>(answer, 200).versions;
}

function modelled(memory: Memory): Version {
  const time = (value: string | null, otherwise: number) => (value === null ? otherwise : Date.parse(value));
  return {
    id: memory.id,
    version: memory.version,
    since: Date.parse(memory.updated_at),
    until: time(memory.superseded_at, Infinity),
    from: time(memory.valid_from, -Infinity),
    to: time(memory.valid_to, Infinity),
    gone: time(memory.expires_at, Infinity),
  };
}

test("recall at any time of both kinds equals a plain model of a random history", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 12, maxLength: 25, size: "max" }),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -2, max: 45 })), {
        minLength: 100,
        maxLength: 100,
        size: "max",
      }),
      async (steps, instants) => {
        const namespace = newNamespace();
        const memories: Memory[] = [];
        const start = Date.now();
        for (const [index, act] of steps.entries()) {
          await sleep(2);
          const content = `common text ${index}`;
          const alive = "pick" in act ? memories[act.pick % Math.max(1, memories.length)] : undefined;
          if (act.kind === "write") {
            memories.push(await remember(service, namespace, { content, ...bounds(act.period) }));
          } else if (act.kind === "brief") {
            await remember(service, namespace, { content, ttl_seconds: 1 });
          } else if (act.kind === "fact") {
            const fact = {
              subject: `subject ${act.subject}`,
              predicate: "lives in",
              object: `place ${act.object}`,
              cardinality: "one",
            };
            const answer = await post(service, namespace, {
              content: `common ${content} of ${act.object}`,
              fact: { ...fact, valid_from: day(act.from) },
            });
            // 200: it was said before.
            expect([200, 201]).toContain(answer.status);
          } else if (alive !== undefined && act.kind === "revise") {
            const before = alive.version;
            const change = act.content ? { content } : { tags: [`t${index}`] };
            const next = await revise(service, alive, { ...change, ...bounds(act.period) });
            expect(next.version).toBe(before + 1);
            memories[memories.indexOf(alive)] = next;
          } else if (alive !== undefined && act.kind === "delete") {
            expect((await service.send("DELETE", pathOf(alive))).status).toBe(204);
            memories.splice(memories.indexOf(alive), 1);
          }
        }
        // What is brief has ended.
        await sleep(1_050);
        const end = Date.now();

        const now = await recall(service, {
          query: "common",
          namespaces: [namespace],
          limit: 100,
          valid_at: "any",
        });
        const model: Version[] = [];
        for (const { memory } of now.hits) {
          model.push(...(await versionsOf(namespace, memory.id)).map(modelled));
        }
        const modelledIds = new Set(model.map(({ id }) => id));
        for (const { id } of memories) expect(modelledIds.has(id)).toBe(true);
        for (const version of model) expect(version.gone).toBe(Infinity);

        for (const [share, at] of instants) {
          const asOf = Math.floor(start + share * (end - start));
          const validAt = YEAR + at * DAY_MS;
          const known = model.filter(({ since, until }) => since <= asOf && asOf < until);
          const so = known.filter(({ from, to }) => from <= validAt && validAt < to);
          const ask = async (valid_at: string): Promise<string[]> => {
            const request = { query: "common", namespaces: [namespace], limit: 100, receipt: false };
            const found = await recall(service, {
              ...request,
              as_of: new Date(asOf).toISOString(),
              valid_at,
            });
            return found.hits.map(({ memory }) => `${memory.id}@${memory.version}`).toSorted();
          };
          const named = (versions: readonly Version[]) =>
            versions.map(({ id, version }) => `${id}@${version}`).toSorted();
          expect(await ask("any")).toEqual(named(known));
          expect(await ask(new Date(validAt).toISOString())).toEqual(named(so));
        }
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
});
