import { describe, expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import { CONNECT } from "../support/mcp-clients.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();

/** Characters that a model reads before each conversation, for each tool. */
const LONGEST = 480;
const MOST_RULES = 6;

describe.each([
  { tools: "core", most: 7 },
  { tools: "all", most: 13 },
  { tools: "reference", most: 9 },
])("what a model reads of the tools of $tools", async ({ tools, most }) => {
  const connect = CONNECT["SDK 2 with the spec of 2026 over stdio"];
  if (connect === undefined) throw new Error("There is no such client.");
  const client = await connect({ url: service.url, namespace: newNamespace(), tools });
  const listed = await client.tools();
  const instructions = client.instructions ?? "";
  await client.close();

  test("is a short list", () => {
    expect(listed.length).toBeGreaterThanOrEqual(7);
    expect(listed.length).toBeLessThanOrEqual(most);
  });

  test.each(listed)(
    "$name: what it does, when to use it, what not for, what comes back",
    ({ description }) => {
      expect(description).toMatch(/^[A-Z][^.]+\. ?.*\bUse (when|after) .+\bNot for .+\bReturns .+\.$/s);
      expect(description?.length).toBeLessThanOrEqual(LONGEST);
    },
  );

  test("begins with at most six numbered rules", () => {
    const rules = instructions.match(/^\d+\. .+$/gm) ?? [];
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.length).toBeLessThanOrEqual(MOST_RULES);
    expect(instructions.length).toBeLessThanOrEqual(1000);
  });
});
