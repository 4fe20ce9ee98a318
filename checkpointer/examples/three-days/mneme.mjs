// The few requests to mneme that the example needs. Each answer is checked, so that what the rest gets has a type.
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const sessionContext = z.object({
  /** Ready for a chat model: what memory holds, framed as data, then the last turns. */
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant", "tool"]), content: z.string() })),
  receipt_ids: z.array(z.string()),
});
const memoryView = z.object({
  id: z.string(),
  memory_type: z.string(),
  content: z.string(),
  timestamp: z.string(),
  trust: z.number(),
  derived_from: z.array(z.object({ id: z.string() })),
});
const session = z.object({
  message_count: z.number(),
  summarised_to: z.number(),
  summary: z.object({ text: z.string() }).nullable(),
});
const consolidation = z.object({
  status: z.string(),
  error: z.string().nullable(),
  actions: z.array(
    z.object({
      step: z.string(),
      sources: z.array(z.object({ id: z.string() })),
      result: z.object({ made: z.array(z.string()) }).nullable(),
    }),
  ),
});
const receipt = z.object({ hits: z.array(z.object({ id: z.string() })) });
const created = z.object({ id: z.string() });

/** @typedef {z.infer<typeof sessionContext>} SessionContext */
/** @typedef {z.infer<typeof memoryView>} Memory */
/** @typedef {{ session_id: string, timestamp: string, input: string, response: string, feedback?: string | undefined }} Exchange */
/** @typedef {ReturnType<typeof connect>} Mneme */

/** @param {{ url: string, apiKey: string | undefined, namespace: string }} options */
export function connect({ url, apiKey, namespace }) {
  const own = `/v1/namespaces/${namespace}`;

  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<unknown>} */
  async function send(method, path, body) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  }

  /** @param {string} id */
  async function memory(id) {
    return memoryView.parse(await send("GET", `${own}/memories/${id}`));
  }

  return {
    /** @param {number} messages how many a session holds before its oldest turns leave it */
    async setWindow(messages) {
      await send("PUT", `${own}/settings`, { session: { window_messages: messages } });
    },

    /**
     * Keeps an exchange as an episode, and appends it to its session. The same one sent again is the same one: a node
     * that runs anew after a crash may send it twice.
     *
     * @param {Exchange} exchange
     */
    async keep(exchange) {
      await send("POST", `${own}/interactions`, exchange);
    },

    /** @param {string} id @param {{ query: string, subject: string }} about */
    async context(id, about) {
      const query = new URLSearchParams({ ...about, token_budget: "1500" });
      return sessionContext.parse(
        await send("GET", `${own}/sessions/${encodeURIComponent(id)}/context?${query}`),
      );
    },

    /**
     * A session once its oldest turns have left it, which mneme does after it has answered.
     *
     * @param {string} id @param {number} window
     */
    async settledSession(id, window) {
      for (;;) {
        const found = session.parse(await send("GET", `${own}/sessions/${encodeURIComponent(id)}`));
        if (found.message_count - found.summarised_to <= window) return found;
        await sleep(100);
      }
    },

    /** Consolidates all that there is by now, and waits for the end of it. */
    async consolidate() {
      const { id } = created.parse(
        // Without this, episodes of the last seven days aren't summarised yet.
        await send("POST", `${own}/consolidations`, { older_than_seconds: 0 }),
      );
      for (;;) {
        const run = consolidation.parse(await send("GET", `${own}/consolidations/${id}`));
        if (run.status === "failed") throw new Error(`The consolidation failed: ${run.error}`);
        if (run.status === "done") return run.actions;
        await sleep(100);
      }
    },

    memory,

    /**
     * What was said, where a memory comes of it: the links to its sources, followed to their end. Sources for which a
     * summary stands are no longer recalled, but still there.
     *
     * @param {string} id
     */
    async origins(id) {
      /** @type {Map<string, Memory>} */
      const found = new Map();
      /** @type {string[]} */
      const open = [id];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        const source = await memory(next);
        open.push(...source.derived_from.map((link) => link.id));
        if (source.derived_from.length === 0) found.set(source.id, source);
      }
      return [...found.values()].toSorted((one, other) => one.timestamp.localeCompare(other.timestamp));
    },

    /** @param {string} id */
    async receipt(id) {
      return receipt.parse(await send("GET", `/v1/receipts/${id}`));
    },
  };
}
