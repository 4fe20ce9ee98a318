import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { objectFacet, subjectFacet } from "../../../src/memory/model/facets.js";
import { chainAsked } from "../../../src/memory/text/chain-asked.js";
import { entityPath, tell } from "../../support/acts/facts.js";
import type { Triple } from "../../support/acts/facts.js";
import { bodyOf, newNamespace, recall } from "../../support/acts/memories.js";
import type { Json, Recalled } from "../../support/acts/memories.js";
import { startRedisGate, startRedisRecorder } from "../../support/redis/tap.js";
import { startService, useService } from "../../support/service/service.js";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000", MNEME_EMBEDDER: "local" });
const namespace = newNamespace();

const PEOPLE =
  "Anna Ben Carla David Elena Felix Greta Hugo Ines Jonas Karla Leo Mia Nils Olga Paul Rosa Simon Tara Udo Vera Willem Xenia Yusuf Zoe Agnes Boris Clara Dario Edith".split(
    " ",
  );
const CITIES = "Porto Graz Bergen Ghent Turin Malmo Brno Split Cork Lyon".split(" ");
const FIRMS = "Alderon Brightwell Cobalt Dunmore Eastvale Farrow Glint Harrow".split(" ");
const CARS = "Volvo Fiat Skoda Saab Lancia Opel".split(" ");
const DOGS = "Rex Bello Luna Max Toby Nala Balu".split(" ");

const of = <Kind>(list: readonly Kind[], at: number): Kind => list[at % list.length] as Kind;
const personAt = (at: number): string => of(PEOPLE, at);
const RELATIONS: Readonly<Record<string, (at: number) => string>> = {
  manager: (at) => personAt(7 * at + 3),
  sister: (at) => personAt(11 * at + 5),
  friend: (at) => personAt(13 * at + 8),
  lives_in: (at) => of(CITIES, 3 * at + 1),
  works_for: (at) => of(FIRMS, 5 * at + 2),
  drives: (at) => of(CARS, at),
  has_dog: (at) => of(DOGS, 2 * at),
};

/** Person, relations from there, and the question. The answer is the last relation's fact. */
const CHAINS: readonly (readonly [person: string, relations: readonly string[], question: string])[] = [
  ["Anna", ["manager", "sister", "lives_in"], "Where does the sister of Anna's manager live?"],
  ["Ben", ["manager", "sister", "lives_in"], "In which city does the sister of Ben's manager live?"],
  ["Carla", ["sister", "manager", "lives_in"], "Where does the manager of Carla's sister live?"],
  ["David", ["friend", "sister", "works_for"], "Which company does David's friend's sister work for?"],
  ["Elena", ["sister", "friend", "works_for"], "Who does the friend of Elena's sister work for?"],
  ["Felix", ["manager", "friend", "drives"], "What does the friend of Felix's manager drive?"],
  ["Greta", ["friend", "manager", "drives"], "What car does the manager of Greta's friend drive?"],
  ["Hugo", ["sister", "manager", "has_dog"], "Which dog does the manager of Hugo's sister have?"],
  ["Ines", ["manager", "manager", "lives_in"], "Where does the manager of Ines's manager live?"],
  ["Jonas", ["friend", "friend", "works_for"], "Who does the friend of Jonas's friend work for?"],
  ["Karla", ["manager", "has_dog"], "What is the name of the dog of Karla's manager?"],
  ["Leo", ["sister", "drives"], "What is driven by the sister of Leo? I mean what Leo's sister drives."],
  ["Mia", ["friend", "lives_in"], "In what town does that friend of Mia's live?"],
  ["Nils", ["manager", "sister"], "Who is the sister of Nils's manager?"],
  ["Olga", ["friend", "manager"], "Who is the manager of Olga's friend?"],
  ["Paul", ["sister", "friend", "has_dog"], "Tell me the dog of the friend of Paul's sister."],
  ["Rosa", ["manager", "friend", "lives_in"], "where does the friend of rosa's manager live"],
  ["Simon", ["sister", "sister", "drives"], "What does the sister of Simon's sister drive?"],
  ["Tara", ["friend", "sister", "has_dog"], "Which dog does the sister of Tara's friend have?"],
  ["Udo", ["manager", "sister", "works_for"], "For which firm does the sister of Udo's manager work?"],
  ["Vera", ["friend", "manager", "lives_in"], "Where does Vera's friend's manager live?"],
  ["Willem", ["sister", "manager", "drives"], "What does Willem's sister's manager drive?"],
  ["Xenia", ["manager", "manager", "works_for"], "Who does the manager of the manager of Xenia work for?"],
  ["Zoe", ["friend", "friend", "lives_in"], "Where does a friend of a friend of Zoe live?"],
];

function answerOf(person: string, relations: readonly string[]): string {
  let at = PEOPLE.indexOf(person);
  let answer = "";
  for (const relation of relations) {
    const object = RELATIONS[relation]?.(at) ?? "";
    answer = `${personAt(at)} ${relation.replaceAll("_", " ")} ${object}`;
    at = PEOPLE.indexOf(object);
  }
  return answer;
}

beforeAll(async () => {
  for (const [at, person] of PEOPLE.entries())
    for (const [relation, objectOf] of Object.entries(RELATIONS))
      await tell(service, namespace, [person, relation, objectOf(at)] satisfies Triple);
});

const ask = (query: string, more: Json = {}): Promise<Recalled> =>
  recall(service, { query, namespaces: [namespace], touch: false, receipt: false, ...more });

async function foundBy(more: Json): Promise<number> {
  let found = 0;
  for (const [person, relations, question] of CHAINS) {
    const { hits } = await ask(question, more);
    if (hits.some(({ memory }) => memory.content === answerOf(person, relations))) found += 1;
  }
  return found;
}

describe("a question along a chain of facts", () => {
  test("finds its end by walking the chain, which words and vectors alone don't", async () => {
    const shares = {
      none: await foundBy({ expand: "none" }),
      entities: await foundBy({ expand: "entities" }),
      two: await foundBy({ expand: { hops: 2 } }),
      three: await foundBy({ expand: { hops: 3 } }),
      automatic: await foundBy({}),
    };
    expect(shares.three).toBeGreaterThanOrEqual(22);
    expect(shares.automatic).toBeGreaterThanOrEqual(21);
    expect(shares.none).toBeLessThan(shares.two);
    expect(shares.two).toBeLessThan(shares.three);
  });

  test("explains what the chain adds, and the receipt repeats it", async () => {
    const [, , question] = CHAINS[0] ?? ["", [], ""];
    const found = await ask(question, { expand: { hops: 3 }, explain: true, receipt: true });
    const answer = found.hits.find(
      ({ memory }) => memory.content === answerOf("Anna", ["manager", "sister", "lives_in"]),
    );
    expect(answer?.explain?.entities).toMatchObject({ rank: 1, adds: 0.6 });
    const replay = bodyOf<{ receipt: Json; changes: Json }>(
      await service.send("POST", `/v1/receipts/${found.receipt_id}/replay`),
      200,
    );
    expect(replay.receipt["expand"]).toEqual({ hops: 3 });
    expect(replay.changes).toEqual({ gone: [], added: [], revised: [] });
    for (const hops of [0, 4])
      expect(
        await service.send("POST", "/v1/recall", { query: "x", namespaces: [namespace], expand: { hops } }),
      ).toMatchObject({ status: 400 });
  });

  test("doesn't lead through facts that ended, or were deleted", async () => {
    const own = newNamespace();
    await tell(service, own, ["Anna", "manager", "Ben"], {
      valid_to: "2020-01-01T00:00:00Z",
      valid_from: "2019-01-01T00:00:00Z",
    });
    await tell(service, own, ["Ben", "sister", "Carla"]);
    await tell(service, own, ["Carla", "lives_in", "Porto"]);
    const query = "Where does the sister of Anna's manager live?";
    const request = { namespaces: [own], explain: true };
    const now = await ask(query, request);
    expect(now.hits.every(({ explain }) => explain?.entities == null)).toBe(true);
    const then = await ask(query, { ...request, valid_at: "any" });
    expect(then.hits.filter(({ explain }) => explain?.entities != null)).toHaveLength(3);
  });
});

test.each([
  ["Where does the sister of Anna's manager live?", true],
  ["What is the name of Anna's manager's dog?", true],
  ["Who is the friend of the friend of Zoe?", true],
  ["When did Anna's flight land?", false],
  ["What did she paint on October 13?", false],
  ["Which account does the customer have?", false],
  ["It's what it's worth, isn't it", false],
])("%s: asks along a chain: %s", (question, asked) => {
  expect(chainAsked(question)).toBe(asked);
});

describe("the order of the relations", () => {
  /** Both chains hold the question's words: the right one goes by the manager first, the other by the sister. */
  const chains = (name: string): readonly Triple[] => [
    [name, "manager", "Ben"],
    ["Ben", "sister", "Carla"],
    ["Carla", "lives_in", "Porto"],
    [name, "sister", "Greta"],
    ["Greta", "manager", "Hugo"],
    ["Hugo", "lives_in", "Graz"],
  ];

  async function bestOf(query: string, searched: string): Promise<string | undefined> {
    const { hits } = await ask(query, { namespaces: [searched], expand: { hops: 3 }, explain: true });
    return hits.find(({ explain }) => explain?.entities?.rank === 1)?.memory.content;
  }

  test("counts from the name in a pattern of namespaces, where any word may be one", async () => {
    const own = newNamespace();
    for (const triple of chains("Anna")) await tell(service, own, triple);
    const query = "Where does the sister of Anna's manager live?";
    expect(await bestOf(query, `${own}.**`)).toBe("Carla lives in Porto");
    expect(await bestOf(query, own)).toBe("Carla lives in Porto");
  });

  test("counts from the whole name, not from a word with which an alias begins", async () => {
    const own = newNamespace();
    for (const triple of chains("Eiffel Tower")) await tell(service, own, triple);
    const aliases = { aliases: ["The Eiffel Tower"] };
    bodyOf(await service.send("PUT", entityPath(own, "Eiffel Tower"), aliases), 200);
    const query = "Where does the sister of Eiffel Tower's manager live?";
    expect(await bestOf(query, own)).toBe("Carla lives in Porto");
  });
});

describe("a walk that takes Redis long", () => {
  const CHAIN: readonly Triple[] = [
    ["Anna", "manager", "Ben"],
    ["Ben", "sister", "Carla"],
    ["Carla", "lives_in", "Porto"],
  ];
  const TIMEOUT_MS = 1000;

  async function gated() {
    const gate = await startRedisGate(inject("redisUrl"));
    onTestFinished(() => gate.stop());
    const own = await startService({ REDIS_URL: gate.url, MNEME_REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
    onTestFinished(async () => void (await own.stop()));
    const namespaces = [newNamespace()];
    for (const triple of CHAIN) await tell(own, namespaces[0] ?? "", triple);
    const asked = { query: "Where does the sister of Anna's manager live?", namespaces };
    const walked = await recall(own, { ...asked, explain: true });
    expect(walked.hits.filter(({ explain }) => explain?.entities != null)).toHaveLength(3);
    return { gate, own, asked };
  }

  test("costs the recall what the walk adds, and no more", async () => {
    const { gate, own, asked } = await gated();
    // The other searches are through when the second hop begins.
    const held = gate.hold(subjectFacet("ben"));
    const answer = recall(own, { ...asked, receipt: false, touch: false });
    await held;
    await sleep(1.4 * TIMEOUT_MS);
    gate.release();
    const { hits, degraded } = await answer;
    expect(hits.length).toBeGreaterThan(0);
    expect(degraded).toContain("ranking");
  });

  test("ends with the recall's time: no further hop begins", async () => {
    const { gate, own, asked } = await gated();
    const held = gate.hold(subjectFacet("ben"));
    const answer = recall(own, { ...asked, budget_ms: 500 });
    await held;
    let goneOn = false;
    const next = gate.hold(subjectFacet("carla")).then(() => (goneOn = true));
    expect((await answer).degraded).toContain("ranking");
    gate.release();
    await Promise.race([next, sleep(500)]);
    expect(goneOn).toBe(false);
  });

  test("reads no contents, and Redis gives it up soon after the service does", async () => {
    const recorder = await startRedisRecorder(inject("redisUrl"));
    onTestFinished(() => recorder.stop());
    const own = await startService({ REDIS_URL: recorder.url, MNEME_REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
    onTestFinished(async () => void (await own.stop()));
    const told = newNamespace();
    for (const triple of CHAIN) await tell(own, told, triple);
    await recall(own, { query: "the sister of Anna's manager", namespaces: [told] });
    const hops = recorder.trips
      .join("")
      .replaceAll("\r\n", " ")
      .split("FT.SEARCH")
      .filter((each) => each.includes(objectFacet("anna")) && each.includes("SORTBY"));
    expect(hops.length).toBeGreaterThan(0);
    for (const hop of hops) {
      expect(hop).not.toMatch(/ \$\.memory /);
      expect(Number(/ TIMEOUT \$\d+ (\d+) /.exec(hop)?.[1])).toBeLessThanOrEqual(2 * TIMEOUT_MS);
    }
  });
});
