import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../shell/failure.js";
import { createLatencies } from "../harness/latencies.js";
import type { Latency } from "../harness/latencies.js";
import { startProgressBar } from "../harness/progress-bar.js";
import type { Client } from "./api.js";
import { againstBetterList } from "./against.js";
import type { Against } from "./against.js";
import { ask } from "./ask.js";
import type { Asked } from "./ask.js";
import { consolidateNamespace } from "./consolidate.js";
import type { Conversation, DataSet, Query } from "./data-set.js";
import { askedOf } from "./other-conversation.js";
import { RETRIEVERS } from "./retrievers.js";
import type { RetrieverName } from "./retrievers.js";
import { rocAuc } from "./roc-auc.js";
import { meanScores } from "./scores.js";
import type { Scores } from "./scores.js";
import { settle } from "./settle.js";
import { endOf } from "./timestamp.js";
import { writeConversation } from "./write.js";
import type { Written } from "./write.js";

export interface RetrieverResult {
  readonly name: RetrieverName;
  readonly scores: Scores;
  /** Of one recall through the client. */
  readonly latency: Latency;
}

/** How one way answered one query. */
export interface QueryResult {
  readonly ns: string;
  readonly qid: string;
  readonly category: string;
  readonly name: RetrieverName;
  readonly scores: Scores;
}

export interface CategoryResult {
  readonly category: string;
  readonly queries: number;
  readonly scores: Scores;
}

export interface DataSetResult {
  readonly name: string;
  readonly conversations: number;
  readonly documents: number;
  readonly memories: number;
  readonly queries: number;
  /** Queries without evidence. */
  readonly skipped: number;
  /** Recalls in which a retriever could not take part, and memories without a vector. */
  readonly degraded: number;
  readonly unembedded: number;
  readonly retrievers: readonly RetrieverResult[];
  /** Of the default. */
  readonly categories: readonly CategoryResult[];
  readonly answerability: AnswerabilityResult;
  /** Undefined without queries. */
  readonly against: Against | undefined;
  /** Undefined: it wasn't asked for. */
  readonly consolidated: ConsolidatedResult | undefined;
}

/** How well the relevance of the best hit separates questions with an answer from others: areas under the ROC curve. */
export interface AnswerabilityResult {
  /** From questions that nothing in the conversation answers; undefined: the data set has none. */
  readonly unanswered: Auc | undefined;
  /** From questions that belong to another conversation, with the names of this one; undefined: there is one only. */
  readonly wrong: Auc | undefined;
}

export interface Auc {
  readonly questions: number;
  readonly auc: number;
}

export interface ConsolidatedResult {
  readonly memories: number;
  /** Of the default, through links to sources. */
  readonly scores: Scores;
  /** The share of the evidence that can be read in ten hits; before and after. */
  readonly readableBefore: number;
  readonly readable: number;
  /** Of the contents of ten hits, averaged over queries; before and after. */
  readonly tokensBefore: number;
  readonly tokens: number;
  readonly seconds: number;
}

/** Conversations that are written or asked at the same time. */
const PARALLEL = 2;

export interface EvaluateOptions {
  /** Put before each conversation's namespace. */
  readonly label: string;
  readonly captions: boolean;
  /** Move each conversation in time so that it ends now. */
  readonly toNow: boolean;
  readonly consolidate: boolean;
  /**
   * RediSearch collects stale postings every half a minute; until then, its IDFs count those memories twice that were
   * embedded after they had been written.
   */
  readonly settleSeconds: number;
  /** Called once with how each query was answered in each way. */
  readonly onAnswers?: (answers: readonly QueryResult[]) => void;
}

/**
 * Writes a data set through the API and asks every query in every way.
 */
export async function evaluate(
  client: Client,
  dataSet: DataSet,
  { label, captions, toNow, consolidate, settleSeconds, onAnswers }: EvaluateOptions,
): Promise<DataSetResult> {
  const { name, conversations, skipped } = dataSet;
  const documents = conversations.reduce((sum, { docs }) => sum + docs.length, 0);
  const writing = startProgressBar(`${name}: writing  `, documents);
  const places = await parallel(conversations, async (conversation) => {
    const namespace = `${label}.${labelOf(conversation.ns)}`;
    const written = await writeConversation(client, conversation, {
      namespace,
      captions,
      laterMs: toNow ? Date.now() - endOf(conversation) : 0,
      onWritten: (count) => writing.advance(count),
    });
    return { conversation, namespace, written };
  });
  writing.done();

  const unembedded = await settleAll(client, name, places);
  console.error(`${name}: waiting for Redis to collect what the embedding left behind`);
  await sleep(settleSeconds * 1000);

  const queries = conversations.reduce((sum, conversation) => sum + conversation.queries.length, 0);
  const recalling = startProgressBar(`${name}: recalling`, queries);
  const latencies = new Map(RETRIEVERS.map((retriever) => [retriever.name, createLatencies()]));
  const answers = await parallel(places, async (place) => {
    const own: (QueryResult & Asked)[] = [];
    for (const query of place.conversation.queries) {
      for (const retriever of RETRIEVERS) {
        const answer = await ask(client, {
          query,
          namespace: place.namespace,
          retriever,
          docsOf: place.written.docsOf,
          textsOf: place.written.textsOf,
          latencies: latencies.get(retriever.name) ?? createLatencies(),
        });
        const { ns, qid, category } = query;
        own.push({ ns, qid, category, name: retriever.name, ...answer });
      }
      recalling.advance();
    }
    return own;
  });
  recalling.done();

  const all = answers.flat();
  onAnswers?.(
    all.map(({ ns, qid, category, name: way, scores }) => ({ ns, qid, category, name: way, scores })),
  );
  const by = (way: RetrieverName) => all.filter((answer) => answer.name === way);
  const scoresBy = (way: RetrieverName): Scores[] => by(way).map(({ scores }) => scores);
  const byDefault = by(RETRIEVERS[0].name);
  const categories = [...new Set(byDefault.map(({ category }) => category))].toSorted();
  const before = {
    tokensBefore: mean(byDefault.map(({ tokens }) => tokens)),
    readableBefore: mean(byDefault.map(({ readable }) => readable)),
  };
  const known = byDefault.map(({ relevance }) => relevance);
  const answerability = await answerabilityOf(client, places, known);
  return {
    name,
    answerability,
    against: againstBetterList(scoresBy(RETRIEVERS[0].name), {
      keyword: scoresBy("keyword"),
      vector: scoresBy("vector"),
    }),
    consolidated: consolidate ? await consolidated(client, dataSet, places, before) : undefined,
    conversations: conversations.length,
    documents,
    memories: places.reduce((sum, { written }) => sum + written.docsOf.size, 0),
    queries,
    skipped,
    degraded: all.filter(({ degraded }) => degraded).length,
    unembedded,
    retrievers: RETRIEVERS.map((retriever) => ({
      name: retriever.name,
      scores: meanScores(scoresBy(retriever.name)),
      latency: (latencies.get(retriever.name) ?? createLatencies()).summary(),
    })),
    categories: categories.map((category) => {
      const own = byDefault.filter((answer) => answer.category === category);
      return { category, queries: own.length, scores: meanScores(own.map(({ scores }) => scores)) };
    }),
  };
}

/** Asks the default what it can't know. */
async function answerabilityOf(
  client: Client,
  places: readonly Place[],
  known: readonly number[],
): Promise<AnswerabilityResult> {
  const latencies = createLatencies();
  const relevanceOf = async (
    query: Query,
    { namespace, written: { docsOf, textsOf } }: Place,
  ): Promise<number> => {
    const question = { query, namespace, retriever: RETRIEVERS[0], docsOf, textsOf, latencies };
    return (await ask(client, question)).relevance;
  };
  const all = async (questions: readonly (readonly [Query, Place])[]): Promise<Auc | undefined> => {
    if (questions.length === 0 || known.length === 0) return undefined;
    const unknown = await parallel(questions, ([query, place]) => relevanceOf(query, place));
    return { questions: unknown.length, auc: rocAuc(known, unknown) };
  };
  const unanswered = places.flatMap((place) =>
    place.conversation.unanswered.map((query) => [query, place] as const),
  );
  const wrong =
    places.length < 2
      ? []
      : places.flatMap((place, at) =>
          place.conversation.queries.map((query, index) => {
            const others = places.filter((_, other) => other !== at);
            const other = others[index % others.length] ?? place;
            const q = askedOf(query.q, place.conversation, other.conversation);
            return [{ ...query, q }, other] as const;
          }),
        );
  return { unanswered: await all(unanswered), wrong: await all(wrong) };
}

/** Consolidates every conversation, and asks the default again. */
async function consolidated(
  client: Client,
  { name }: DataSet,
  places: readonly Place[],
  before: Pick<ConsolidatedResult, "tokensBefore" | "readableBefore">,
): Promise<ConsolidatedResult> {
  const bar = startProgressBar(`${name}: consolidating`, places.length);
  const start = performance.now();
  const counts = await parallel(places, async ({ namespace }) => {
    const memories = await consolidateNamespace(client, namespace);
    bar.advance();
    return memories;
  });
  const seconds = (performance.now() - start) / 1000;
  bar.done();
  const latencies = createLatencies();
  const answers = await parallel(places, async ({ conversation, namespace, written }) => {
    const own: Asked[] = [];
    for (const query of conversation.queries) {
      const { docsOf, textsOf } = written;
      const retriever = RETRIEVERS[0];
      own.push(await ask(client, { query, namespace, retriever, docsOf, textsOf, latencies }));
    }
    return own;
  });
  const all = answers.flat();
  return {
    memories: counts.reduce((sum, count) => sum + count, 0),
    scores: meanScores(all.map(({ scores }) => scores)),
    ...before,
    readable: mean(all.map(({ readable }) => readable)),
    tokens: mean(all.map(({ tokens }) => tokens)),
    seconds,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

interface Place {
  readonly conversation: Conversation;
  readonly namespace: string;
  readonly written: Written;
}

async function settleAll(client: Client, name: string, places: readonly Place[]): Promise<number> {
  const unfinished = places.reduce((sum, { written }) => sum + written.unfinished.length, 0);
  if (unfinished === 0) return 0;
  const bar = startProgressBar(`${name}: embedding`, unfinished);
  const refused = await parallel(places, ({ namespace, written }) =>
    settle(client, namespace, written.unfinished, () => bar.advance()),
  );
  bar.done();
  return refused.reduce((sum, count) => sum + count, 0);
}

/** A namespace's label from a conversation's name. Throws where the name can't stand in a namespace as it is. */
function labelOf(ns: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(ns)) return ns;
  throw new Failure(`The ns "${ns}" has characters that a namespace can't have.`);
}

/** Results in the order of the items; at most {@link PARALLEL} at a time. */
async function parallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const runner = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, runner));
  return results;
}
