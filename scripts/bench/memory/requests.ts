import type { CorpusRecord, Question } from "../corpus/corpus.js";
import { httpRequest } from "../measure/http-client.js";
import type { Bench } from "./setup.js";

export function getRequest({ namespace }: Bench, id: string): Buffer {
  return httpRequest("GET", `/v1/namespaces/${namespace}/memories/${id}`);
}

/** As a user asks: the default mode, fusion and limit. */
export function recallRequest({ namespace }: Bench, question: Partial<Question> & { text: string }): Buffer {
  const { text, embedding } = question;
  return httpRequest("POST", "/v1/recall", {
    query: text,
    namespaces: [namespace],
    ...(embedding === undefined ? {} : { embedding }),
  });
}

export function writeRequest({ namespace }: Bench, record: Partial<CorpusRecord>): Buffer {
  return httpRequest("POST", `/v1/namespaces/${namespace}/memories`, newMemory(record));
}

export function batchRequest({ namespace }: Bench, records: readonly Partial<CorpusRecord>[]): Buffer {
  return httpRequest("POST", `/v1/namespaces/${namespace}/memories/batch`, {
    memories: records.map(newMemory),
  });
}

function newMemory({ content, embedding }: Partial<CorpusRecord>) {
  return { content, memory_type: "episodic", ...(embedding === undefined ? {} : { embedding }) };
}

/** The next records of the corpus that haven't been written yet. */
export function drawRecords(bench: Bench, count: number): CorpusRecord[] {
  return Array.from({ length: count }, () => bench.corpus.record(bench.drawn++));
}

/** Notes what was written. Throws if an item of a batch failed. */
export function noteWritten(bench: Bench, body: Buffer): string[] {
  const answer = JSON.parse(body.toString()) as {
    id?: string;
    results?: { status: number; memory?: { id: string } }[];
  };
  const ids =
    answer.results?.map(({ status, memory }) => {
      if (memory === undefined || status !== 201) throw new Error(`A record was not stored: ${status}`);
      return memory.id;
    }) ?? (answer.id === undefined ? [] : [answer.id]);
  bench.ids.push(...ids);
  return ids;
}
