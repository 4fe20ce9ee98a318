import { bodyOf } from "../acts/memories.js";
import type { Service } from "../service/service.js";

/** What a text sets in the page if it runs. */
export const RAN = "hostileTextRan";

const IMAGE = `<img src=x onerror="globalThis.${RAN} = true">`;
const SCRIPT = `</p><script>globalThis.${RAN} = true</script>`;
const RIGHT_TO_LEFT = "\u202Eدفع الفاتورة\u202D\u2067 reversed \u202E";
const UNBROKEN = "W".repeat(32_000);
const MANY_MARKS = `Z${"\u0301".repeat(400)}`;

const TEXTS = [
  IMAGE,
  SCRIPT,
  RIGHT_TO_LEFT,
  UNBROKEN,
  MANY_MARKS,
  "javascript:alert(1)",
  "{{constructor}}",
  "\n\n\n ",
];
const NAMESPACE = "acme.hostile";

/** A namespace in which every text that a caller may choose is hostile. Gives the views that show them. */
export async function hostileStore(api: Service): Promise<{ readonly addresses: Record<string, string> }> {
  const path = `/v1/namespaces/${NAMESPACE}`;
  const long = `${IMAGE}${"M".repeat(120)}`;
  for (const text of TEXTS.filter((each) => each.trim() !== "")) {
    bodyOf(
      await api.send("POST", `${path}/memories`, {
        memory_type: "episodic",
        content: text,
        tags: [IMAGE, RIGHT_TO_LEFT, "T".repeat(100)],
        metadata: { [IMAGE]: text.slice(0, 500) },
        session_id: long,
      }),
      201,
    );
  }
  for (const object of [IMAGE, RIGHT_TO_LEFT, long]) {
    bodyOf(
      await api.send("POST", `${path}/memories`, {
        memory_type: "semantic",
        fact: { subject: long, predicate: `${SCRIPT}${RIGHT_TO_LEFT}`, object },
      }),
      201,
    );
  }
  const revised = bodyOf<{ id: string }>(
    await api.send("PUT", `${path}/items/x`, { content: `${IMAGE} one ${UNBROKEN.slice(0, 9_000)}` }),
    201,
  );
  bodyOf(await api.send("PUT", `${path}/items/x`, { content: `${SCRIPT} two ${RIGHT_TO_LEFT}` }), 200);
  for (const value of [IMAGE, { [SCRIPT]: RIGHT_TO_LEFT, long: UNBROKEN }]) {
    await api.send("PUT", `${path}/state/${encodeURIComponent(long)}`, { value });
  }
  await api.send("POST", `${path}/sessions/${encodeURIComponent(long)}/messages`, {
    messages: TEXTS.map((content) => ({ role: "user", content, name: IMAGE })),
  });
  const hash = (view: string, params: Record<string, string>): string =>
    `${view}?${new URLSearchParams({ ns: NAMESPACE, ...params })}`;
  return {
    addresses: {
      newest: hash("ask", {}),
      ask: hash("ask", { q: IMAGE }),
      trace: hash("ask", { q: `${SCRIPT} ${UNBROKEN.slice(0, 200)}`, show: "trace" }),
      json: hash("ask", { q: IMAGE, show: "json" }),
      memories: hash("memories", {}),
      memory: hash("memories", { m: revised.id, in: NAMESPACE }),
      versions: hash("memories", { m: revised.id, in: NAMESPACE, tab: "versions" }),
      facts: hash("entities", { entity: long }),
      graph: hash("entities", { entity: long, show: "graph" }),
      profile: hash("entities", { entity: long, show: "profile" }),
      state: hash("state", { key: long }),
      session: hash("sessions", { sid: long }),
      context: hash("sessions", { sid: long, show: "context", question: IMAGE }),
      audit: hash("audit", { agent: IMAGE }),
      health: hash("health", {}),
      view: `${encodeURIComponent(IMAGE)}?ns=${encodeURIComponent(IMAGE)}`,
    },
  };
}
