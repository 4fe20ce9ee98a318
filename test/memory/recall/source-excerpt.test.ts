import fc from "fast-check";
import { expect, test } from "vitest";
import { sourceExcerpt, standingOf } from "../../../src/memory/recall/source-excerpt.js";
import { parseQuery } from "../../../src/memory/text/terms.js";
import { consolidate } from "../../support/acts/consolidations.js";
import { bodyOf, newNamespace, postBatch, read, recall, revise } from "../../support/acts/memories.js";
import { shareService } from "../../support/service/service.js";
import { sessionPath } from "../../support/acts/sessions.js";
import { nonEmpty } from "../../support/non-empty.js";

const service = await shareService();

/** Of one thing, each with a detail that no other one has. */
const DETAILS = {
  magenta: "Ann: The printer in the hall needs magenta toner.",
  Grubb: "Ann: The printer in the hall was repaired by Mister Grubb.",
  warranty: "Ann: The printer in the hall has a warranty until 2031.",
  guillotine: "Ann: The printer in the hall stands beside the guillotine.",
} as const;
const OTHERS = [
  "Bob: My sister bakes rye bread on Sundays.",
  "Bob: Quarterly taxes are due in April.",
  "Bob: A ferry to Santorini leaves Piraeus early.",
  "Bob: Violin lessons were moved to Thursday.",
];

/**
 * A namespace of episodes, each a while after the one before, and what sums them up. That was given a text of its own:
 * in place of an extract, its sources would be shown themselves.
 */
async function summarised(first: string, apartMs: number): Promise<string> {
  const namespace = newNamespace();
  const said = [...Object.values(DETAILS), ...OTHERS];
  await postBatch(
    service,
    namespace,
    said.map((content, index) => ({
      content,
      memory_type: "episodic",
      session_id: "p",
      timestamp: new Date(Date.parse(first) + index * apartMs).toISOString(),
    })),
  );
  const run = await consolidate(service, namespace, { steps: ["summarise"] });
  const made = run.actions.flatMap(({ result }) => result?.made ?? []);
  expect(made.length).toBeGreaterThan(0);
  for (const id of made) {
    const summary = await read(service, { namespace, id });
    await revise(service, summary, { content: `Told in short. ${summary.content}` });
  }
  return namespace;
}

test("a hit holds what was found: where the summary doesn't, its source is quoted, and lives on as long as it is found", async () => {
  const namespace = await summarised("2024-03-01T10:00:00Z", 60_000);
  let quoted = 0;
  for (const [word, content] of Object.entries(DETAILS)) {
    const query = `What about the printer and ${word}?`;
    const { hits } = await recall(service, { query, namespaces: [namespace] });
    const [hit] = hits;
    if (hit === undefined) throw new Error("nothing was found");
    expect(`${hit.memory.content}\n${hit.excerpt ?? ""}`).toContain(word);
    if (hit.memory.content.includes(word)) continue;
    quoted += 1;
    expect(hit.excerpt).toBe(content);
    const source = await read(service, { namespace, id: hit.via ?? "" });
    expect(source).toMatchObject({ content, expiry: { uses: 1 } });

    const path = `${sessionPath(namespace, "new")}/context?${new URLSearchParams({ query })}`;
    const context = bodyOf<{ messages: { content: string }[]; pieces: object[]; tokens: number }>(
      await service.send("GET", path),
      200,
    );
    expect(context.messages[0]?.content).toContain(word);
    expect(context.pieces).toContainEqual(expect.objectContaining({ id: hit.memory.id, via: hit.via }));
  }
  expect(quoted).toBeGreaterThan(0);
});

test("a hit that was found itself, and one whose summary says it, have no excerpt", async () => {
  const namespace = await summarised("2024-03-01T10:00:00Z", 60_000);
  const { hits } = await recall(service, { query: "rye bread on Sundays", namespaces: [namespace] });
  expect(hits[0]?.memory.content).toContain("rye bread");
  expect(hits[0]?.excerpt ?? null).toBeNull();
});

test("a summary is found by a source that fits, also where a better ranked one fits less than is asked for", async () => {
  const timestamp = (day: number) => new Date(Date.UTC(2024, 2, day)).toISOString();
  const namespace = await summarised(timestamp(10), 24 * 3600 * 1000);
  let tried = 0;
  for (const [word, content] of Object.entries(DETAILS)) {
    for (const day of [14, 15]) {
      // By time, another memory of the summary comes first, which holds less of this.
      const query = `${word} printer on ${timestamp(day).slice(0, 10)}`;
      const ask = async (time_weight: number, min_relevance: number) => {
        const { hits } = await recall(service, {
          query,
          namespaces: [namespace],
          time_weight,
          min_relevance,
        });
        return hits.find(({ via, memory }) => via !== undefined && !memory.content.includes(word));
      };
      const [fits, first] = [await ask(0, 0), await ask(1, 0)];
      if (fits === undefined || first === undefined || fits.relevance < first.relevance + 0.02) continue;
      tried += 1;
      const found = await ask(1, (fits.relevance + first.relevance) / 2);
      expect(found).toMatchObject({ excerpt: content, relevance: fits.relevance });
    }
  }
  expect(tried).toBeGreaterThan(0);
});

const excerptOf = (query: string, source: string, standing: string) =>
  sourceExcerpt(parseQuery(query).terms, source, standingOf(standing))?.text;

test.for([
  [
    "the sentence with the word",
    "magenta",
    "Ann: Hi! It needs magenta. Bye.",
    "Ann: Hi!",
    "Ann: It needs magenta.",
  ],
  ["two at most", "red green blue", "A red. B green. C blue.", "A.", "A red.\nB green."],
  [
    "what a tool returned",
    "PX-9",
    "User: Where?\nTool find returned: PX-9 in Rome",
    "x",
    "Tool find returned: PX-9 in Rome",
  ],
  ["by its meaning", "Where did she relocate?", "I moved to Rome.", "Bob: It rains.", "I moved to Rome."],
  ["nothing, where all is said", "magenta", "It needs magenta.", "Ann: It needs magenta.", undefined],
  ["nothing, where some is said", "zebra", "It rains. I moved to Rome.", "Bob: I moved to Rome.", undefined],
] as const)("an excerpt is %s", ([, query, source, standing, expected]) => {
  expect(excerptOf(query, source, standing)).toBe(expected);
});

test("an excerpt is bounded, and stands in its source, whatever that is", () => {
  const words = fc.array(
    fc.constantFrom("Mara:", "red", "日本語", "🙂", "x".repeat(700), "a.", "\n", "Tool x:"),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(
      words,
      fc.constantFrom("red 日本語", "Mara"),
      fc.constantFrom("", "red", "a"),
      (parts, query, by) => {
        const source = parts.join(" ");
        const text = excerptOf(query, source, by);
        if (text === undefined) return;
        const lines = text.split("\n");
        expect(lines.length).toBeLessThanOrEqual(2);
        expect(text.length).toBeLessThanOrEqual(700);
        const flat = source.replaceAll(/\s+/g, " ");
        for (const line of nonEmpty(lines))
          expect(flat).toContain(line.replace(/^Mara: /, "").replaceAll(/\s+/g, " "));
      },
    ),
  );
});
