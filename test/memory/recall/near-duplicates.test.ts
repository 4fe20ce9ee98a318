import { expect, test } from "vitest";
import { rocAuc } from "../../../scripts/eval/roc-auc.js";
import { withoutDuplicates } from "../../../src/memory/recall/duplicates.js";
import { hostileTexts } from "../../support/adversarial.js";
import { countCpu } from "../../support/cpu/spent.js";

type Pair = readonly [string, string];

/** Say the same in other words. */
const SAME: readonly Pair[] = [
  ["Anna prefers green tea in the morning.", "In the mornings, Anna likes green tea best."],
  ["The invoices go out on the first of each month.", "Invoices are sent on the 1st of every month."],
  ["Deploys are frozen on Fridays.", "We don't deploy on Fridays."],
  ["The office wifi password is walrus-42.", "Wifi password at the office: walrus-42."],
  ["User wants short answers.", "The user asked for answers to be kept short."],
  ["Ben moved to Lisbon in March 2024.", "In March 2024 Ben moved to Lisbon."],
  ["The customer is allergic to peanuts.", "Customer has a peanut allergy."],
  ["Backups run every night at two.", "Every night at 2 the backups run."],
  ["Maria manages the Berlin team.", "The team in Berlin is managed by Maria."],
  ["Use metric units in reports.", "Reports should use metric units."],
  ["Her flight lands at 18:40 in Porto.", "She lands in Porto at 18:40."],
  ["The dog is called Rex.", "Rex is the dog's name."],
  ["Never email the client directly.", "Do not send emails to the client directly."],
  ["The printer on floor 3 is broken.", "The third-floor printer doesn't work."],
  ["He plays chess on Tuesday evenings.", "On Tuesday evenings he plays chess."],
  ["The API key rotates every 90 days.", "API keys are rotated each 90 days."],
  ["Paul's birthday is 4 May.", "Paul was born on May 4."],
  ["Kim switched from Java to Kotlin.", "Kim now writes Kotlin instead of Java."],
  ["Our landlord is Mr. Okafor.", "Mr. Okafor is our landlord."],
  ["The budget for Q3 is 40,000 euros.", "Q3 budget: 40,000 euros."],
  ["Lena is vegetarian.", "Lena doesn't eat meat."],
  ["Tests must pass before a merge.", "A merge needs passing tests."],
  ["The museum is closed on Mondays.", "On Mondays the museum is closed."],
  ["The gate opens with code 4471.", "Code 4471 opens the gate."],
];

/** Differ in a name, a number, a day, a tense or their truth. */
const OTHER: readonly Pair[] = [
  ["Anna prefers green tea in the morning.", "Anna prefers black tea in the morning."],
  ["The invoices go out on the first of each month.", "The invoices go out on the last of each month."],
  ["Deploys are frozen on Fridays.", "Deploys are frozen on Mondays."],
  ["The office wifi password is walrus-42.", "The office wifi password is walrus-43."],
  ["User wants short answers.", "User wants long answers."],
  ["Ben moved to Lisbon in March 2024.", "Ben moved to Lisbon in May 2024."],
  ["The customer is allergic to peanuts.", "The customer is not allergic to peanuts."],
  ["Backups run every night at two.", "Backups run every night at three."],
  ["Maria manages the Berlin team.", "Maria manages the Bonn team."],
  ["Use metric units in reports.", "Use imperial units in reports."],
  ["Her flight lands at 18:40 in Porto.", "Her flight lands at 19:40 in Porto."],
  ["The dog is called Rex.", "The cat is called Rex."],
  ["Never email the client directly.", "Always email the client directly."],
  ["The printer on floor 3 is broken.", "The printer on floor 4 is broken."],
  ["He plays chess on Tuesday evenings.", "He plays chess on Thursday evenings."],
  ["The API key rotates every 90 days.", "The API key rotates every 30 days."],
  ["Paul's birthday is 4 May.", "Paula's birthday is 4 May."],
  ["Kim switched from Java to Kotlin.", "Kim switched from Kotlin to Java."],
  ["Our landlord is Mr. Okafor.", "Our neighbour is Mr. Okafor."],
  ["The budget for Q3 is 40,000 euros.", "The budget for Q4 is 40,000 euros."],
  ["Lena is vegetarian.", "Lena was vegetarian."],
  ["Tests must pass before a merge.", "Tests must pass after a merge."],
  ["The museum is closed on Mondays.", "The museum is open on Mondays."],
  ["The gate opens with code 4471.", "The gate opens with code 4417."],
];

const memory = (content: string, id = content) => ({
  memory: { namespace: "n", id, content, key: null, archived: null, fact: null, valid_to: null },
});

test.each([...OTHER])("%s isn't taken for %s", (one, other) => {
  expect(withoutDuplicates([memory(one), memory(other)])).toHaveLength(2);
});

test.each<Pair>([
  ["Deploys are frozen on Fridays.", "deploys are  frozen on Fridays"],
  ["The dog is called Rex.", "Dog is called Rex!"],
  ["Tests must pass; then merge.", "Tests must pass, then merge."],
])("%s and %s say the same", (one, other) => {
  expect(withoutDuplicates([memory(one), memory(other)])).toEqual([
    { ...memory(one), duplicates: [{ namespace: "n", id: other }] },
  ]);
});

const words = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));

function overlap([one, other]: Pair): number {
  const [first, second] = [words(one), words(other)];
  const shared = [...first].filter((word) => second.has(word)).length;
  return shared / (first.size + second.size - shared);
}

test("no overlap of words separates repeats from contradictions, as docs/recall.md says", () => {
  const most = Math.max(...OTHER.map(overlap));
  expect(SAME.filter((pair) => overlap(pair) > most)).toEqual([]);
  expect(rocAuc(SAME.map(overlap), OTHER.map(overlap))).toBeCloseTo(0.26, 2);
});

test("comparing hostile texts takes time linear in them, and few are named", () => {
  const texts = [...hostileTexts(32 * 1024)].map(([, text]) => text);
  const spent = countCpu();
  const hits = texts.flatMap((text) => [memory(text, "1"), memory(`${text} `, "2"), memory(text, "3")]);
  withoutDuplicates(hits);
  expect(spent() / texts.length).toBeLessThan(150);
  const many = Array.from({ length: 200 }, (_, index) => memory("the same", String(index)));
  expect(withoutDuplicates(many)[0]?.duplicates).toHaveLength(16);
});
