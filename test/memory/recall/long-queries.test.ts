import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contents, newNamespace, postBatch, recall, remember, bodyOf } from "../../support/acts/memories.js";
import type { Service } from "../../support/service/service.js";
import { startService } from "../../support/service/service.js";

const ANSWER = "The code of Maria's locker at the Graz depot is 5511.";
const QUESTION = "What is the code of Maria's locker?";
const OTHER_ANSWER = "Insurance claims go to the office in Linz.";
const OTHER_QUESTION = "Which office do insurance claims go to?";

let service: Service;
let namespace: string;
beforeAll(async () => {
  service = await startService({ MNEME_EMBEDDER: "local" });
  namespace = newNamespace();
  // Memories that share words with the log more than with the question.
  const noise = Array.from({ length: 60 }, (_, index) => ({
    content: `Worker ${index} lost its connection to shard ${index % 7} and retried after ${index * 10} ms.`,
    memory_type: "semantic",
  }));
  await postBatch(service, namespace, noise);
  await remember(service, namespace, { content: ANSWER });
  await remember(service, namespace, { content: OTHER_ANSWER });
});
afterAll(() => service.stop());

const line = (): string =>
  `2026-03-0${randomInt(1, 9)}T10:${randomInt(10, 60)}:07Z WARN worker ${randomInt(60)} connection to shard ${randomInt(7)} retried, trace ${randomInt(1e9).toString(16)}`;

const log = (bytes: number): string => {
  const lines = [line()];
  while (lines.join("\n").length < bytes) lines.push(line());
  return lines.join("\n");
};

const PROMPTS: Readonly<Record<string, () => string>> = {
  "at the end": () => `${log(3000)}\n${QUESTION}`,
  "at the end without a line break": () => `${log(3000).replaceAll("\n", " ")} ${QUESTION}`,
  "in the middle": () => `${log(2000)}\n${QUESTION}\n${log(2000)}`,
  "at the head": () => `${QUESTION}\n${log(3000)}`,
  "at the end, without a question mark": () => `${log(3000)}\nPlease tell me the code of Maria's locker.`,
  "at the end of 8 KB": () => `${log(7800)}\n${QUESTION}`,
};

describe.each(Object.entries(PROMPTS))("with a long log and the question %s", (_, prompt) => {
  test.each(["hybrid", "keyword", "vector"])("%s recall finds the answer first", async (mode) => {
    const query = prompt();
    const found = await recall(service, { query, namespaces: [namespace], mode, limit: 5 });
    expect(contents(found)[0]).toBe(ANSWER);
  });
});

test("each of several questions in a long prompt finds its answer", async () => {
  const query = `${log(1500)}\n${OTHER_QUESTION}\n${log(1500)}\n${QUESTION}`;
  const found = contents(await recall(service, { query, namespaces: [namespace], limit: 3 }));
  expect(found.slice(0, 2).toSorted()).toEqual([ANSWER, OTHER_ANSWER].toSorted());
});

test("a long query says which of its terms were left out, and a short one leaves out none", async () => {
  const long = await recall(service, {
    query: PROMPTS["at the end"]?.(),
    namespaces: [namespace],
    explain: true,
  });
  const terms = long.explain?.terms ?? [];
  expect(terms).toEqual(expect.arrayContaining(["code", "maria", "locker"]));
  expect(terms.length).toBeLessThanOrEqual(24);
  expect(long.terms_left_out.length).toBeGreaterThan(0);
  for (const term of long.terms_left_out) expect(terms).not.toContain(term);
  const short = await recall(service, { query: QUESTION, namespaces: [namespace] });
  expect(short.terms_left_out).toEqual([]);
});

test("what other namespaces hold changes neither the terms of a long query nor the relevance of a hit", async () => {
  const [own, other] = [newNamespace(), newNamespace()];
  const words = Array.from(
    { length: 30 },
    (_, index) => `wort${String.fromCharCode(97 + index)}quux${index}x`,
  );
  const query = words.join(" ");
  await remember(service, own, { content: words.slice(0, 20).join(" ") });
  const ask = async () => {
    const found = await recall(service, { query, namespaces: [own], explain: true });
    const short = await recall(service, {
      query: words.slice(0, 3).join(" "),
      namespaces: [own],
      explain: true,
    });
    return {
      terms: found.explain?.terms,
      left: found.terms_left_out,
      relevance: [...found.hits, ...short.hits].map(({ relevance, explain }) => [
        relevance,
        explain?.relevance,
      ]),
    };
  };
  const before = await ask();
  const held = [...words.slice(0, 2), ...words.slice(-3)];
  await postBatch(
    service,
    other,
    Array.from({ length: 40 }, (_, index) => ({
      memory_type: "semantic",
      content: `${held.slice(index % 5).join(" ")} ${index}`,
    })),
  );
  // What is known of the words is seconds old.
  for (let round = 0; round < 6; round++) {
    expect(await ask()).toEqual(before);
    await sleep(2_000);
  }
}, 60_000);

test("a context finds what a long message asks at its end, and says which terms were left out", async () => {
  const session = `/v1/namespaces/${namespace}/sessions/long`;
  const content = `${log(20_000)}\n${QUESTION}`;
  const appended = await service.send("POST", `${session}/messages`, {
    messages: [{ role: "user", content }],
  });
  expect(appended.status).toBe(201);
  const answer = await service.send("GET", `${session}/context?token_budget=30000`);
  const { messages, terms_left_out } = bodyOf<{
    messages: { content: string }[];
    terms_left_out: string[];
  }>(answer, 200);
  expect(messages[0]?.content).toContain("5511");
  expect(terms_left_out.length).toBeGreaterThan(0);
});
