import { randomUUID } from "node:crypto";
import { createCorpus } from "../bench/corpus/corpus.js";

export type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<unknown>;

const NS = "acme.support";
const memories = `/v1/namespaces/${NS}/memories`;
const state = `/v1/namespaces/${NS}/state`;
const sessions = `/v1/namespaces/${NS}/sessions`;

const SUBJECTS = ["invoice", "router", "refund", "contract", "delivery", "password", "printer", "meeting"];
const sentence = (number: number): string =>
  `Customer ${number} asked about the ${SUBJECTS[number % SUBJECTS.length]} ${(number * 7919) % 9973}, and wants an answer by Friday.`;

const STORED = 500;
const BATCH = 100;
const corpus = createCorpus({ seed: 20_260, dimensions: 2, characters: 200 });
const ids: string[] = [];

/** What recalls and reads find. */
export async function fill(send: Send): Promise<void> {
  for (let from = 0; from < STORED; from += BATCH) {
    const stored = await send("POST", `${memories}/batch`, {
      memories: Array.from({ length: BATCH }, (_, index) => ({
        content: corpus.record(from + index).content,
        memory_type: "semantic",
      })),
    });
    // As the document of the API says.
    for (const { memory } of (stored as { results: { memory: { id: string } }[] }).results)
      ids.push(memory.id);
  }
  await send("PUT", `${state}/ticket`, { value: { status: "open", labels: ["vip"], count: 1 } });
  await send("POST", `${sessions}/chat/messages`, { messages: [{ role: "user", content: "Hello." }] });
}

const idOf = (number: number): string => ids[number % STORED] ?? "";
const queryOf = (number: number): string => corpus.question(number, STORED).text;
const recall = (more: object) => (send: Send, number: number) =>
  send("POST", "/v1/recall", { query: queryOf(number), namespaces: [NS], limit: 10, ...more });

/** One kind of call for each family of routes; each leaves behind what it always does, however often it comes. */
export const CALLS: readonly (readonly [string, (send: Send, number: number) => Promise<unknown>])[] = [
  ["recall, 10 hits, a new query", recall({})],
  [
    "recall, 10 hits, a query asked before",
    (send) => send("POST", "/v1/recall", { query: queryOf(3e4), namespaces: [NS], limit: 10 }),
  ],
  ["recall without a receipt, a new query", (send, number) => recall({ receipt: false })(send, number + 1e4)],
  [
    "recall of two namespaces, a new query",
    (send, number) => recall({ namespaces: [NS, "acme.sales"] })(send, number + 2e6),
  ],
  ["read a memory", (send, number) => send("GET", `${memories}/${idOf(number)}`)],
  ["list memories, 20", (send) => send("GET", `${memories}?limit=20`)],
  [
    "remember a sentence of 90 characters",
    (send, number) => send("POST", memories, { content: sentence(number + 1e6), memory_type: "semantic" }),
  ],
  [
    "remember with an `Idempotency-Key`",
    (send, number) =>
      send(
        "POST",
        memories,
        { content: sentence(number + 2e6), memory_type: "semantic" },
        {
          "idempotency-key": randomUUID(),
        },
      ),
  ],
  [
    "capture an interaction",
    (send, number) =>
      send("POST", `/v1/namespaces/${NS}/interactions`, {
        input: sentence(number + 3e6),
        response: "It will be there by Friday.",
      }),
  ],
  [
    "revise a memory",
    (send, number) => send("PATCH", `${memories}/${idOf(number)}`, { content: sentence(number + 4e6) }),
  ],
  [
    "give feedback",
    (send, number) => send("POST", `${memories}/${idOf(number)}/feedback`, { outcome: "used", by: "agent" }),
  ],
  [
    "write state",
    (send, number) => send("PUT", `${state}/ticket`, { value: { status: "open", count: number } }),
  ],
  ["read state", (send) => send("GET", `${state}/ticket`)],
  [
    "append a message to a session",
    (send, number) =>
      send("POST", `${sessions}/chat-${Math.floor(number / 20)}/messages`, {
        messages: [{ role: "user", content: sentence(number + 5e6) }],
      }),
  ],
  [
    "build a session's context",
    (send) => send("GET", `${sessions}/chat/context?query=router&token_budget=1000`),
  ],
];
