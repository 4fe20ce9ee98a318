import { agentProblem } from "../../src/domain/agent-name.js";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { as, createKey, startTwo } from "../support/acts/access.js";
import { isLong, runs } from "../support/run/long.js";
import type { OpenApi } from "../support/service/contract.js";
import { isDotPart } from "../../src/domain/dot-part.js";
import { HOSTILE } from "../support/hostile.js";
import type { Answer } from "../support/service/answer.js";
import type { Service } from "../support/service/service.js";
import { ACTS, allowed } from "../support/isolation/acts.js";
import type { Choice } from "../support/isolation/acts.js";
import { World, may } from "../support/isolation/model.js";
import type { Agent } from "../support/isolation/model.js";

let services: readonly [Service, Service];
let roots: readonly [Service, Service];
let routes: Set<string>;
beforeAll(async () => {
  ({ services, roots } = await startTwo());
  const { paths } = (await services[0].send("GET", "/openapi.json")).body as OpenApi;
  routes = new Set(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
});
afterAll(() => Promise.all(services.map((service) => service.stop())));

/** Names that lie close together, or mean something elsewhere. */
function namesUnder(root: string): string[] {
  const labels = ["a", "a.b", "ab", "A", "a-b", "__proto__", "constructor.0"];
  return labels.map((label) => `${root}.${label}`);
}

const NAMES = namesUnder("").length;
const VERBS = ["read", "write", "publish", "admin"];

const grant = fc.record({
  name: fc.nat(NAMES - 1),
  width: fc.constantFrom("", ".**"),
  verbs: fc.subarray(VERBS, { minLength: 2 }),
});
const agents = fc.array(
  fc.record({
    name: fc.constantFrom(...HOSTILE.filter((name) => !isDotPart(name))),
    grants: fc.array(grant, { minLength: 2, maxLength: 4 }),
  }),
  { minLength: 3, maxLength: 3 },
);
const step = fc.record({
  kind: fc.constantFrom(...Object.keys(ACTS), "publish", "publish", "revise", "read"),
  agent: fc.nat(2),
  ns: fc.nat(NAMES - 1),
  other: fc.nat(NAMES - 1),
  pick: fc.nat(1000),
  flag: fc.boolean(),
  text: fc.constantFrom(...HOSTILE),
  repeatable: fc.integer({ min: 0, max: 9 }),
});

test("no answer of any route ever holds a byte of what its receiver may not read", async () => {
  const fulfilled = new Map<string, number>();
  let denials = 0;
  await fc.assert(
    fc.asyncProperty(
      agents,
      fc.array(step, { minLength: 60, maxLength: 120, size: "max" }),
      async (cast, steps) => {
        const names = namesUnder(`r${randomBytes(6).toString("hex")}`);
        const world = new World(names);
        const players = await Promise.all(
          cast.map(async ({ name, grants }): Promise<Agent> => {
            const real = grants.map((item) => ({
              namespace: `${names[item.name]}${item.width}`,
              verbs: item.verbs,
            }));
            const label = world.fresh("key");
            // An agent's name takes no invisible characters.
            const called = agentProblem(name) === undefined ? name : "agent";
            const { key } = await createKey(roots[0], { agent: called, name: label, grants: real });
            world.hide(label, "a key's name", undefined, (agent) =>
              real.every(({ namespace }) => may(agent, "admin", namespace)),
            );
            return { grants: real, key };
          }),
        );
        const god: Agent = { grants: [{ namespace: "**", verbs: VERBS }], key: "" };
        for (const ns of names) {
          const choice: Choice = { agent: 0, ns, other: ns, pick: 0, flag: true, text: "x" };
          const { method, path, body, done } = required(ACTS["remember"])(world, god, choice);
          const answer = await roots[1].send(method, path, body);
          expect(answer.status).toBe(201);
          done?.(answer.body, answer.status);
        }

        for (const [index, { kind, repeatable, ...rest }] of steps.entries()) {
          const agent = required(players[rest.agent]);
          // Every other time where the agent may do something: else nearly all acts would be refused.
          const own = agent.grants.map(({ namespace }) => namespace.replace(/\.\*\*$/, ""));
          const place = (name: number, at: number) =>
            required(rest.pick % 2 === 0 ? names[name] : own[at % own.length]);
          const choice = { ...rest, ns: place(rest.ns, rest.ns), other: place(rest.other, rest.pick) };
          const act = required(ACTS[kind])(world, agent, choice);
          if (act.route !== undefined && !routes.has(act.route)) continue;
          // The same for all: it must not give one the answer of another.
          const headers = repeatable < 2 ? { "idempotency-key": `key-${repeatable}` } : {};
          const caller = as(services[index % 2 === 0 ? 0 : 1], agent.key);
          const answer = await caller.send(act.method, act.path, act.body, { headers });
          const request = `${act.method} ${act.path} ${JSON.stringify(act.body ?? "")}`;
          const first = answer.headers.get("idempotency-replayed") === null;
          if (first && answer.status < 300) act.done?.(answer.body, answer.status);
          world.check(agent, request, answer);
          expect(answer.status, request).toBeLessThan(500);
          expect(answer.status, request).not.toBe(401);
          if (act.needs !== undefined && repeatable >= 2) {
            expect(answer.status === 403, `${request} ${JSON.stringify(agent.grants)}`).toBe(
              !allowed(agent, act),
            );
            if (answer.status === 403) denials += 1;
          }
          if (answer.status < 300) fulfilled.set(kind, (fulfilled.get(kind) ?? 0) + 1);
        }
        await readBack(world, players);
      },
    ),
    // A failure names its request; to make the way to it shorter would take minutes.
    { numRuns: runs(20), endOnFailure: true },
  );
  // Else nothing was tried.
  const missing = TRIED.filter((kind) => !fulfilled.has(kind));
  // What is drawn seldom, or needs a grant that few have, may be missing among fewer runs.
  expect(missing.length, missing.join(", ")).toBeLessThanOrEqual(isLong ? 0 : 3);
  expect(denials).toBeGreaterThan(isLong ? 100 : 30);
});

const TRIED = [
  "remember",
  "read",
  "list",
  "recall",
  "revise",
  "publish",
  "makeKey",
  "audit",
  "fact",
  "entity",
  "consolidation",
];

/** Whoever may read a memory gets it: a service that hides everything would pass the rest. */
async function readBack(world: World, players: readonly Agent[]): Promise<void> {
  for (const { namespace, id } of world.memories.slice(0, 10)) {
    const reader = players.find((agent) => may(agent, "read", namespace));
    if (reader === undefined || world.deleted.has(`${namespace}/${id}`)) continue;
    const answer: Answer = await as(services[0], reader.key).send(
      "GET",
      `/v1/namespaces/${namespace}/memories/${id}`,
    );
    expect(answer).toMatchObject({ status: 200, body: { id } });
    world.check(reader, "", answer);
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing there");
  return value;
}
