import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import type { Answer } from "../support/service/answer.js";
import { useService } from "../support/service/service.js";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "time.md");
/** A request, its body, and what its answer is; or a name for the time or for the last answer's id. */
const STEP =
  /^(?<method>GET|POST|PUT|PATCH|DELETE) (?<path>\S+)\n(?<body>[^→]*)→ (?<status>\d{3})(?<shows>[^]*)$|^(?<name>\w+) := (?<what>now|id)$/;

/** Of a recall, a page shows the first hits. */
function firstHits(body: unknown, shown: unknown): object {
  const [actual, wanted] = [body, shown] as { hits?: unknown[] }[];
  return wanted?.hits === undefined
    ? { ...actual }
    : { ...actual, hits: actual?.hits?.slice(0, wanted.hits.length) };
}

const idOf = (answer: Answer | undefined): string => (answer?.body as { id: string } | undefined)?.id ?? "";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000" });

test("the examples of docs/time.md show what they say", async () => {
  const examples = [...readFileSync(PAGE, "utf8").matchAll(/```example\n([^]*?)\n```/g)];
  const steps = examples.flatMap(([, text = ""]) => text.split("\n\n"));
  expect(steps.length).toBeGreaterThan(20);
  const known = new Map([["ns", newNamespace()]]);
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name) => known.get(name) ?? whole);
  const parse = (text: string | undefined): unknown =>
    text === undefined || text.trim() === "" ? undefined : JSON.parse(fill(text));
  let last: Answer | undefined;
  for (const step of steps) {
    const { method, path, body, status, shows, name, what } = STEP.exec(step)?.groups ?? {};
    if (name !== undefined) {
      // Neither before what was done, nor at the time of what is done next: the service goes by Redis's clock, which it
      // knows to some milliseconds while the machine is busy.
      await sleep(50);
      known.set(name, what === "now" ? new Date().toISOString() : idOf(last));
      await sleep(50);
      continue;
    }
    expect(method, step).toBeDefined();
    last = await service.send(method ?? "", fill(path ?? ""), parse(body));
    expect(last.status, step).toBe(Number(status));
    expect(firstHits(last.body, parse(shows)), step).toMatchObject((parse(shows) ?? {}) as object);
  }
});
