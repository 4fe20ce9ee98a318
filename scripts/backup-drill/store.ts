import { createCorpus } from "../bench/corpus/corpus.js";
import { call } from "../harness/call.js";
import { Failure } from "../shell/failure.js";

export const namespaceOf = "drill.store";

const BATCH = 250;
const QUESTIONS = 100;
/** Of the local model. */
const corpus = createCorpus({ seed: 20_261, dimensions: 384, characters: 300 });

/**
 * The memories come with vectors of their own: to embed them is no part of a drill. Nothing is written over: Redis's index counts
 * former words until it is built anew, which moves ranks; a restored index is new.
 */
export async function fill(url: string, memories: number): Promise<void> {
  const place = `/v1/namespaces/${namespaceOf}`;
  for (let from = 0; from < memories; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, memories - from) }, (_, at) => {
      const { content, embedding } = corpus.record(from + at);
      return {
        content,
        embedding,
        memory_type: "episodic",
        metadata: { shelf: at % 7 },
        tags: [`t${at % 5}`],
      };
    });
    await call(url, "POST", `${place}/memories/batch`, { memories: batch });
    // Besides memories, whatever else a backup has to bring back. So few messages of a session aren't promoted.
    await call(url, "PUT", `${place}/state/last`, { value: { from, list: [0.1, from] } });
    await call(url, "POST", `${place}/sessions/s${(from / BATCH) % 100}/messages`, {
      messages: [{ role: "user", content: `Stored from ${from} on.` }],
    });
  }
}

/** For each question, the ids of its hits, best first; then a document with its history, a session and the counts. */
export async function ask(url: string, memories: number): Promise<readonly string[]> {
  const answers: string[] = [];
  for (let index = 0; index < QUESTIONS; index++) {
    const { text, embedding } = corpus.question(index, memories);
    const { hits } = (await call(url, "POST", "/v1/recall", {
      query: text,
      embedding,
      namespaces: [namespaceOf],
      touch: false,
    })) as { hits: { memory: { id: string } }[] };
    if (hits.length === 0) throw new Failure(`"${text}" found nothing.`);
    answers.push(hits.map(({ memory }) => memory.id).join(" "));
  }
  const place = `/v1/namespaces/${namespaceOf}`;
  for (const path of ["state/last", "state/last/history", "sessions/s0/messages", "usage"]) {
    const body = await call(url, "GET", `${place}/${path}`);
    answers.push(JSON.stringify(body, fixed));
  }
  return answers;
}

/** Reading prolongs a session; bytes are counted anew, and ids of promoted messages are in no export. */
const VARYING = new Set(["expires_at", "bytes", "session_bytes"]);

/** For JSON.stringify: without what varies, and with the names of each object in one order. */
function fixed(name: string, value: unknown): unknown {
  if (VARYING.has(name)) return null;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Throws a {@link Failure} that shows the first answer that differs. */
export function compare(before: readonly string[], after: readonly string[]): void {
  for (const [index, answer] of before.entries()) {
    if (after[index] === answer) continue;
    throw new Failure(`Answer ${index + 1} differs.\nbefore: ${answer}\nafter:  ${after[index] ?? "none"}`);
  }
}
