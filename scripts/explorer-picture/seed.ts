import { createClient } from "@mneme/client";
import type { MnemeClient } from "@mneme/client";

/** What a support team's agents have stored after some days: enough for each view of the explorer to show something. */
export interface Seeded {
  readonly namespace: string;
  /** Of a person who may do everything. */
  readonly adminKey: string;
  /** Of an agent. */
  readonly agentKey: string;
  /** The fact that is wrong, and who wrote it. */
  readonly wrong: { readonly id: string; readonly agent: string };
  /** The item whose text was changed, and a time before the change. */
  readonly revised: { readonly id: string; readonly before: string };
  readonly receiptId: string;
  readonly endsTomorrow: string;
  readonly session: string;
  readonly stateKey: string;
  readonly quarantinedId: string;
}

const NAMESPACE = "acme.support";
const SHARED = "acme.shared.crm";
const DAY_MS = 86_400_000;

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

export async function seed(url: string): Promise<Seeded> {
  const adminKey = await keyOf(createClient({ url }), "maria", {
    human: true,
    verbs: ["read", "write", "publish", "admin"],
  });
  const admin = createClient({ url, apiKey: adminKey });
  const clientOf = async (agent: string): Promise<[MnemeClient, string]> => {
    const key = await keyOf(admin, agent, { human: false, verbs: ["read", "write", "publish"] });
    return [createClient({ url, apiKey: key }), key];
  };
  const [support, agentKey] = await clientOf("support-1");
  const [crm] = await clientOf("crm-sync");
  const [notes] = await clientOf("notes-bot");

  await admin.put("/v1/namespaces/{ns}/settings", {
    path: { ns: SHARED },
    body: { publish: { min_trust: 0.7 }, predicates: {} },
  });
  const { wrong } = await facts(crm, notes, support);
  await episodes(support);
  const { endsTomorrow } = await procedures(support, admin);
  const { revised } = await items(support);
  const receiptId = await receipts(support);
  const quarantinedId = await publications(support, notes);
  const session = await conversation(support);
  const stateKey = await state(support, crm);
  await judge(admin, support);
  return {
    namespace: NAMESPACE,
    adminKey,
    agentKey,
    wrong,
    revised,
    receiptId,
    endsTomorrow,
    session,
    stateKey,
    quarantinedId,
  };
}

type Verb = "read" | "write" | "publish" | "admin";

async function keyOf(
  client: MnemeClient,
  agent: string,
  { human, verbs }: { readonly human: boolean; readonly verbs: Verb[] },
): Promise<string> {
  const namespace = human ? "**" : "acme.**";
  const { key } = await client.post("/v1/keys", {
    body: { agent, human, grants: [{ namespace, verbs }] },
  });
  return key;
}

/** Stores a memory, and gives its id. */
async function store(client: MnemeClient, body: object): Promise<string> {
  const { id } = await client.post("/v1/namespaces/{ns}/memories", {
    path: { ns: NAMESPACE },
    body: asBody(body),
  });
  return id;
}

/** The service validates it: what it doesn't take ends the seeding. */
function asBody(body: object) {
  return body as { memory_type: "semantic"; content: string };
}

async function facts(crm: MnemeClient, notes: MnemeClient, support: MnemeClient) {
  const fact = (
    client: MnemeClient,
    subject: string,
    predicate: string,
    object: string,
    more: object = {},
    cardinality: "one" | "many" = "many",
  ): Promise<string> =>
    store(client, { memory_type: "semantic", fact: { subject, predicate, object, cardinality, ...more } });
  await fact(crm, "Anna Keller", "lives in", "Graz", { valid_from: daysAgo(600) }, "one");
  await fact(crm, "Anna Keller", "lives in", "Linz", { valid_from: daysAgo(40) }, "one");
  await fact(crm, "Anna Keller", "has account", "CX-7742-B");
  await fact(crm, "Anna Keller", "has plan", "silver", { valid_from: daysAgo(400) }, "one");
  await fact(crm, "Anna Keller", "has plan", "gold", { valid_from: daysAgo(90) }, "one");
  await fact(support, "Anna Keller", "prefers", "replies in German");
  await fact(support, "Anna Keller", "works at", "Brunner Optics", { valid_from: daysAgo(800) });
  await fact(crm, "Brunner Optics", "located in", "Linz");
  await fact(crm, "Brunner Optics", "has account", "CX-1180-A");
  await fact(crm, "Tomas Brunner", "leads", "Brunner Optics");
  await fact(crm, "Tomas Brunner", "knows", "Anna Keller");
  await fact(crm, "Order 20931", "ordered by", "Anna Keller", { valid_from: daysAgo(6) });
  await fact(crm, "Order 20931", "contains", "ceramic lamp");
  await fact(crm, "ceramic lamp", "made by", "Studio Hallein");
  await fact(crm, "Studio Hallein", "located in", "Hallein");
  const wrongId = await fact(notes, "Anna Keller", "has refund limit", "5000 euros");
  await fact(crm, "Anna Keller", "has refund limit", "500 euros");
  return { wrong: { id: wrongId, agent: "notes-bot" } };
}

async function episodes(support: MnemeClient): Promise<void> {
  const told = [
    [5, "Anna called: her parcel arrived broken, she wants her money back."],
    [5, "Anna sent photos of the broken ceramic lamp from order 20931."],
    [4, "The carrier confirmed the damage happened at the depot in Wels."],
    [4, "Refunded 129 euros for order 20931 and sent Anna a return label."],
    [3, "Tomas Brunner asked for one invoice a quarter instead of one a month."],
    [2, "Anna wrote that the return label doesn't scan at the post office."],
    [1, "A new return label was made for Anna; she confirmed that it works."],
    [0.2, "Studio Hallein announced that ceramic lamps ship in double boxes from December on."],
  ] as const;
  for (const [days, content] of told) {
    await store(support, { memory_type: "episodic", content, timestamp: daysAgo(days), tags: ["phone"] });
  }
}

async function procedures(support: MnemeClient, admin: MnemeClient) {
  const refund = await store(support, {
    memory_type: "procedural",
    content: "When a delivery is damaged, refund at once and send a return label.",
    importance: 0.9,
  });
  await store(support, {
    memory_type: "procedural",
    content: "When a label doesn't scan, make a new one instead of asking for a photo.",
  });
  for (const client of [support, admin]) {
    await client.post("/v1/namespaces/{ns}/memories/{id}/feedback", {
      path: { ns: NAMESPACE, id: refund },
      body: { outcome: "used", by: "agent" },
    });
  }
  const endsTomorrow = await store(support, {
    memory_type: "semantic",
    content: "The carrier strike in Upper Austria delays parcels by two days.",
    ttl_seconds: 20 * 3600,
  });
  await store(support, {
    memory_type: "semantic",
    content: "The Advent prices hold for all lamps.",
    valid_to: new Date(Date.now() + 3 * DAY_MS).toISOString(),
  });
  await store(support, {
    memory_type: "semantic",
    content: "The Advent discount of 10 percent may be offered on the phone.",
    ttl_seconds: 5 * 86_400,
  });
  return { endsTomorrow };
}

async function items(support: MnemeClient) {
  const path = { ns: NAMESPACE, key: "returns-policy" };
  const put = (content: string) =>
    support.put("/v1/namespaces/{ns}/items/{key}", { path, body: { content, tags: ["policy"] } });
  await put("Goods can be returned within 14 days. The customer pays for the parcel.");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const before = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await put("Goods can be returned within 30 days. The customer pays for the parcel.");
  const { id } = await put("Goods can be returned within 30 days. We pay for the parcel, also from abroad.");
  return { revised: { id, before } };
}

async function receipts(support: MnemeClient): Promise<string> {
  const { receipt_id: id } = await support.post("/v1/recall", {
    body: {
      query: "How do we refund Anna for a broken parcel?",
      namespaces: [NAMESPACE],
      limit: 5,
      receipt: true,
      thread_id: "ticket-4711",
    },
  });
  if (id === null) throw new Error("The recall kept no receipt.");
  return id;
}

async function publications(support: MnemeClient, notes: MnemeClient): Promise<string> {
  const shared = await store(support, {
    memory_type: "semantic",
    content: "Parcels to Linz are handed over by Post AG before noon.",
  });
  await support.post("/v1/namespaces/{ns}/memories/{id}/publish", {
    path: { ns: NAMESPACE, id: shared },
    body: { to: "acme.shared.logistics", follow: true },
  });
  // A namespace in which all copies wait is in no list of namespaces.
  await support.post("/v1/namespaces/{ns}/memories", {
    path: { ns: SHARED },
    body: { memory_type: "semantic", content: "Accounts that begin with CX are those of shops." },
  });
  const rumour = await store(notes, {
    memory_type: "semantic",
    content: "All customers of Brunner Optics get free express delivery.",
  });
  const copy = await notes.post("/v1/namespaces/{ns}/memories/{id}/publish", {
    path: { ns: NAMESPACE, id: rumour },
    body: { to: SHARED },
  });
  return copy.id;
}

async function conversation(support: MnemeClient): Promise<string> {
  const sid = "ticket-4711";
  const said = [
    ["user", "Hello, my lamp arrived broken."],
    ["assistant", "I'm sorry to hear that. Is it order 20931?"],
    ["user", "Yes. I'd like my money back, please."],
    ["assistant", "I have refunded 129 euros. You get a return label by mail."],
    ["user", "The label doesn't scan."],
    ["assistant", "Here is a new one. Could you try again?"],
    ["user", "It works now, thank you."],
  ] as const;
  await support.post("/v1/namespaces/{ns}/sessions/{sid}/messages", {
    path: { ns: NAMESPACE, sid },
    body: { messages: said.map(([role, content]) => ({ role, content })) },
  });
  return sid;
}

async function state(support: MnemeClient, crm: MnemeClient): Promise<string> {
  const put = (client: MnemeClient, key: string, value: unknown) =>
    client.put("/v1/namespaces/{ns}/state/{key}", { path: { ns: NAMESPACE, key }, body: { value } });
  const order = { id: 20_931, customer: "CX-7742-B", total: 129, status: "paid" };
  await put(crm, "order-20931", order);
  await put(support, "order-20931", { ...order, status: "refunded", label: 1 });
  await put(support, "order-20931", { ...order, status: "refunded", label: 2 });
  await put(support, "return-labels", { left: 41, printer: "ready" });
  await put(crm, "queue", { waiting: 3, oldest_minutes: 12 });
  return "order-20931";
}

async function judge(admin: MnemeClient, support: MnemeClient): Promise<void> {
  const { memories } = await admin.get("/v1/namespaces/{ns}/memories", {
    path: { ns: NAMESPACE },
    query: { limit: 100 },
  });
  for (const { id, source_agent: agent, content } of memories) {
    if (agent === "crm-sync" && content.includes("plan")) {
      for (const [client, by] of [
        [admin, "human"],
        [support, "agent"],
      ] as const) {
        await client.post("/v1/namespaces/{ns}/memories/{id}/feedback", {
          path: { ns: NAMESPACE, id },
          body: { outcome: "confirmed", by },
        });
      }
    }
  }
}
