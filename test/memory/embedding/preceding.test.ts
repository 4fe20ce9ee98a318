import { describe, expect, test } from "vitest";
import type { Json } from "../../support/acts/memories.js";
import {
  contents,
  newNamespace,
  pathOf,
  post,
  postBatch,
  recall,
  remember,
} from "../../support/acts/memories.js";
import { consolidate } from "../../support/acts/consolidations.js";
import { contentOf } from "../../support/redis/content.js";
import { until, useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none" });

const turn = (content: string, session_id: string, rest: Json = {}): Json => ({
  memory_type: "episodic",
  content,
  session_id,
  ...rest,
});

async function find(namespace: string, query: string, request: Json = {}): Promise<string[]> {
  return contents(await recall(service, { query, namespaces: [namespace], mode: "keyword", ...request }));
}

const QUESTION = "Where did you spend your holidays?";
const ANSWER = "In Lisbon, with Anna.";

describe("a turn of a session is found by the words of the turn before it", () => {
  test("but after that turn, and with its own words as before", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, turn(QUESTION, "s"));
    await remember(service, namespace, turn(ANSWER, "s"));
    expect(await find(namespace, "holidays")).toEqual([QUESTION, ANSWER]);
    expect(await find(namespace, "Lisbon")).toEqual([ANSWER]);
  });

  test("also inside of one batch, and through it to what was there before", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, turn("Shall we talk about pets?", "s"));
    await postBatch(service, namespace, [turn("Yes, gladly.", "s"), turn("Mine is called Rex.", "s")]);
    expect(await find(namespace, "pets")).toEqual(["Shall we talk about pets?", "Yes, gladly."]);
    expect(await find(namespace, "gladly")).toEqual(["Yes, gladly.", "Mine is called Rex."]);
  });

  test("not by those of another session, of another namespace, or of a fact learned in between", async () => {
    const namespace = newNamespace();
    const elsewhere = newNamespace();
    await remember(service, namespace, turn(QUESTION, "s"));
    await remember(service, namespace, turn("I don't know them.", "other"));
    await remember(service, elsewhere, turn("Neither do I.", "s"));
    await remember(
      service,
      namespace,
      turn("The office is closed in May.", "s", { memory_type: "semantic" }),
    );
    await remember(service, namespace, turn(ANSWER, "s"));
    expect(await find(namespace, "holidays")).toEqual([QUESTION, ANSWER]);
    expect(await find(elsewhere, "holidays")).toEqual([]);
    expect(await find(namespace, "office")).toEqual(["The office is closed in May."]);
  });

  test("not by those of an essay, which would drown it", async () => {
    const namespace = newNamespace();
    const essay = `${"Once upon a time there was much to be told. ".repeat(40)} The end was about penguins.`;
    await remember(service, namespace, turn(essay, "s"));
    await remember(service, namespace, turn("Thank you for that.", "s"));
    expect(await find(namespace, "penguins")).toEqual([essay]);
  });
});

describe("what a turn lent to the next one", () => {
  test("goes when it is deleted, and isn't lent to a later one either", async () => {
    const namespace = newNamespace();
    const question = await remember(service, namespace, turn(QUESTION, "s"));
    await remember(service, namespace, turn(ANSWER, "s"));
    await service.send("DELETE", pathOf(question));
    expect(await find(namespace, "holidays")).toEqual([]);
    expect(await find(namespace, "Lisbon")).toEqual([ANSWER]);

    const last = await remember(service, namespace, turn("My favourite colour is vermilion.", "s"));
    await service.send("DELETE", pathOf(last));
    await remember(service, namespace, turn("Let us go on.", "s"));
    expect(await find(namespace, "vermilion")).toEqual([]);
  });

  test("goes from a turn that a summary has superseded since", async () => {
    const namespace = newNamespace();
    const said = [
      "Ann: The pelican of the greenhouse leaks.",
      "Ann: A new pump for the greenhouse is ordered.",
      "Ann: The pump of the greenhouse is installed.",
      "Ann: The pump of the greenhouse works well.",
    ].map((content) => turn(content, "s", { timestamp: "2024-03-01T10:00:00Z" }));
    const [first] = await postBatch(service, namespace, said);
    const { actions } = await consolidate(service, namespace, { steps: ["summarise"] });
    expect(actions[0]?.result?.made).toHaveLength(1);
    await service.send("DELETE", pathOf(first?.memory ?? { namespace, id: "" }));
    const holding = async () => {
      const stored = await contentOf(service.env["REDIS_URL"] ?? "", service.prefix);
      return stored.filter((text) => text.includes("pelican"));
    };
    // The summary is made again in the background.
    await until(holding, (texts) => texts.length === 0, 30_000);
  });

  test("goes with it, and stays where another session has the same turn of its own", async () => {
    const namespace = newNamespace();
    const question = await remember(service, namespace, turn(QUESTION, "s"));
    expect((await post(service, namespace, turn(QUESTION, "t"))).status).toBe(201);
    await service.send("DELETE", pathOf(question));
    await remember(service, namespace, turn(ANSWER, "s"));
    expect(await find(namespace, "holidays")).toEqual([QUESTION]);
    await remember(service, namespace, turn(ANSWER, "t"));
    expect((await find(namespace, "holidays")).toSorted()).toEqual([ANSWER, QUESTION].toSorted());
  });

  test("was never lent by what wasn't stored", async () => {
    const namespace = newNamespace();
    const results = await postBatch(service, namespace, [
      turn(QUESTION, "s", { embedding: [1, 2, 3] }),
      turn(ANSWER, "s"),
    ]);
    expect(results.map(({ status }) => status)).toEqual([422, 201]);
    expect(await find(namespace, "holidays")).toEqual([]);
    expect(await find(namespace, "Lisbon")).toEqual([ANSWER]);
  });

  test("is no part of any answer", async () => {
    const namespace = newNamespace();
    await remember(service, namespace, turn(QUESTION, "s"));
    const answer = await remember(service, namespace, turn(ANSWER, "s"));
    const read = await service.send("GET", pathOf(answer));
    expect(read.text).not.toContain("holidays");
    expect((await recall(service, { query: "Lisbon", namespaces: [namespace] })).hits).toMatchObject([
      { memory: { content: ANSWER } },
    ]);
  });
});
