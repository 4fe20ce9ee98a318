import { factContent } from "../../../src/memory/model/fact.js";
import { table } from "../../harness/table.js";
import { loadEnv } from "../../shell/env.js";
import { Failure } from "../../shell/failure.js";
import { requireOk } from "../api.js";
import type { Client } from "../api.js";
import type { EvalOptions } from "../options.js";
import { withTarget } from "../target.js";
import { createWorld, KINDS } from "./world.js";
import type { ChainQuestion, Triple } from "./world.js";

const SEED = 1;
const BATCH = 100;
const LIMIT = 10;

/** The ways in which each question is asked. */
const WAYS = {
  none: { expand: "none" },
  entities: { expand: "entities" },
  "2 hops": { expand: { hops: 2 } },
  "3 hops": { expand: { hops: 3 } },
  default: {},
} as const;

/** How often the end of a chain of facts is found: in one namespace the chain, in another one notes about the same people. */
export async function measureChains({ url, redis }: Pick<EvalOptions, "url" | "redis">): Promise<void> {
  const { facts, notes, questions } = createWorld(SEED);
  const options = { ...(url === undefined ? {} : { url }), ...(redis === undefined ? {} : { redis }) };
  await withTarget(loadEnv(), options, "chains", async ({ client, label, description }) => {
    console.error(`chains: ${description}`);
    const namespaces = [`${label}.chains.facts`, `${label}.chains.notes`] as const;
    await write(client, namespaces[0], facts);
    await write(client, namespaces[1], notes);
    console.error(`chains: ${facts.length + notes.length} facts`);
    const places = new Map<ChainQuestion, readonly number[]>();
    for (const question of questions) {
      const found: number[] = [];
      for (const way of Object.values(WAYS)) found.push(await placeOf(client, question, namespaces, way));
      places.set(question, found);
    }
    console.log(`\n${report(questions, places)}`);
  });
}

async function write(client: Client, ns: string, triples: readonly Triple[]): Promise<void> {
  for (let from = 0; from < triples.length; from += BATCH) {
    const memories = triples.slice(from, from + BATCH).map(([subject, predicate, object]) => ({
      memory_type: "semantic" as const,
      fact: { subject, predicate, object },
    }));
    const answer = await client.v1.namespaces[":ns"].memories.batch.$post({
      param: { ns },
      json: { memories },
    });
    await requireOk(answer, "Writing a batch");
    const { results } = await answer.json();
    const refused = results.find(({ memory }) => memory === undefined);
    if (refused !== undefined) throw new Failure(`A fact was refused: ${JSON.stringify(refused.problem)}`);
  }
}

/** The place of the answer among the hits, from 1; Infinity: it isn't there. */
async function placeOf(
  client: Client,
  { text, answer: [subject, predicate, object] }: ChainQuestion,
  namespaces: readonly string[],
  way: (typeof WAYS)[keyof typeof WAYS],
): Promise<number> {
  const json = {
    query: text,
    namespaces: [...namespaces],
    limit: LIMIT,
    touch: false,
    receipt: false,
    ...way,
  };
  const answer = await client.v1.recall.$post({ json });
  await requireOk(answer, `Recalling ${text}`);
  const { hits } = await answer.json();
  const wanted = factContent({ subject, predicate, object });
  const place = hits.findIndex(({ memory }) => memory.content === wanted);
  return place === -1 ? Infinity : place + 1;
}

function report(
  questions: readonly ChainQuestion[],
  places: ReadonlyMap<ChainQuestion, readonly number[]>,
): string {
  const rows = KINDS.map((kind) => {
    const own = questions.filter((question) => question.kind === kind);
    const share = (way: number, most: number): string => {
      const found = own.filter((question) => (places.get(question)?.[way] ?? Infinity) <= most).length;
      return (found / own.length).toFixed(2);
    };
    const shares = Object.keys(WAYS).map((_, way) => `${share(way, 1)} / ${share(way, LIMIT)}`);
    return [kind, String(own.length)].concat(shares);
  });
  return [
    "The share of questions whose answer, the end of a chain of facts, is the first hit / among the first ten:",
    table(["chain", "questions", ...Object.keys(WAYS)], rows),
  ].join("\n\n");
}
