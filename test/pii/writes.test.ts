import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  bodyOf,
  ids,
  memoriesOf,
  newNamespace,
  pathOf,
  post,
  postBatch,
  recall,
  remember,
} from "../support/acts/memories.js";
import type { Json, Memory } from "../support/acts/memories.js";
import { as, createKey, keyFor } from "../support/acts/access.js";
import { itemPath } from "../support/acts/items.js";
import { append, postMessages, sessionPath } from "../support/acts/sessions.js";
import { contentOf } from "../support/redis/content.js";
import { putSettings } from "../support/service/namespaces.js";
import { startService, until, useService } from "../support/service/service.js";
import type { Service } from "../support/service/service.js";

const SECRET = "a secret of the tests, long enough for it";
const service = await useService({ MNEME_PII_SECRET: SECRET });

/** A value of each kind; none of them occurs elsewhere. */
const VALUES = {
  email: "zora.mark@private-mail.example",
  phone: "+43 660 8123749",
  card: "4539 1488 0343 6467",
  iban: "AT61 1904 3002 3457 3201",
  ip: "84.115.221.67",
  national_id: "536-90-4399",
  secret: `gh${"p_"}A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8`,
};
type Kind = keyof typeof VALUES;
const KINDS = Object.keys(VALUES) as Kind[];
const all = (action: string) => Object.fromEntries(KINDS.map((kind) => [kind, action]));
const once = Object.fromEntries(KINDS.map((kind) => [kind, 1]));
const SAID = KINDS.map((kind) => `${kind}: ${VALUES[kind]};`).join(" ");

async function namespaceWith(pii: Json): Promise<string> {
  const namespace = newNamespace();
  bodyOf(await putSettings(service, namespace, { pii }), 200);
  return namespace;
}

const hasValue = (text: string) => KINDS.filter((kind) => text.includes(VALUES[kind]));

describe("a memory's personal data, by action", () => {
  test("without a setting, nothing is looked for, and the answer says nothing of it", async () => {
    const memory = await remember(service, newNamespace(), { content: SAID });
    expect(memory).toMatchObject({ content: SAID, tags: [] });
    expect(memory).not.toHaveProperty("pii");
  });

  test("tag keeps the text, and adds tags by which the memory is found", async () => {
    const ns = await namespaceWith(all("tag"));
    const memory = await remember(service, ns, { content: SAID, tags: ["mine"] });
    expect(memory.content).toBe(SAID);
    expect(memory.tags).toEqual(["mine", ...KINDS.map((kind) => `pii:${kind}`)]);
    expect(memory.pii).toEqual(once);
    await remember(service, ns, { content: "Nothing personal." });
    const found = await service.send("GET", `${memoriesOf(ns)}?tag=pii:iban`);
    expect(found.body).toMatchObject({ memories: [{ id: memory.id }] });
    const retagged = bodyOf<Memory>(await service.send("PATCH", pathOf(memory), { tags: ["other"] }), 200);
    expect(retagged.tags.toSorted()).toEqual(["other", ...memory.tags.slice(1)].toSorted());
    const restated = await service.send("PATCH", pathOf(memory), { content: `Only ${VALUES.email}` });
    expect(restated.body).toMatchObject({ tags: ["other", "pii:email"], pii: { email: 1 } });
  });

  test("redact leaves marks", async () => {
    const ns = await namespaceWith(all("redact"));
    const memory = await remember(service, ns, { content: SAID });
    expect(memory.content).toBe(KINDS.map((kind) => `${kind}: [${kind}];`).join(" "));
    expect(memory).toMatchObject({ pii: once, tags: [] });
  });

  test("tokenize gives the same value the same token, in any spelling, and another one elsewhere", async () => {
    const [here, there] = [await namespaceWith(all("tokenize")), await namespaceWith(all("tokenize"))];
    const first = await remember(service, here, { content: `Write to ${VALUES.email}, card ${VALUES.card}` });
    const second = await remember(service, here, {
      content: `${VALUES.email.toUpperCase()} paid with ${VALUES.card.replaceAll(" ", "")}`,
    });
    const other = await remember(service, there, { content: `Write to ${VALUES.email}` });
    const tokens = (memory: Memory) => memory.content.match(/\[\w+:[0-9a-f]{16}\]/g);
    expect(tokens(first)).toHaveLength(2);
    expect(tokens(second)).toEqual(tokens(first));
    expect(tokens(other)?.[0]).not.toBe(tokens(first)?.[0]);
  });

  test("reject names the field and the kind, never the value, and stores nothing", async () => {
    const ns = await namespaceWith({ email: "reject" });
    const sent = { content: "Fine.", metadata: { contact: { [VALUES.email]: [`<${VALUES.email}>`] } } };
    const answer = await post(service, ns, sent);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: "pii_rejected",
        errors: [{ field: "metadata.contact" }, { field: "metadata.contact.[email][0]" }],
      },
    });
    expect(hasValue(answer.text)).toEqual([]);
    const [refused, kept] = await postBatch(service, ns, [
      { memory_type: "semantic", content: VALUES.email },
      { memory_type: "semantic", content: "Stays." },
    ]);
    expect(refused).toMatchObject({ status: 422, problem: { code: "pii_rejected" } });
    expect(kept).toMatchObject({ status: 201, memory: { content: "Stays.", pii: {} } });
    expect((await service.send("GET", memoriesOf(ns))).body).toMatchObject({
      memories: [{ content: "Stays." }],
    });
  });
});

/** Everything that a caller can say in one namespace; each text holds all values. */
async function sayEverywhere(
  on: Service,
  ns: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const metadata = { nested: { list: [SAID] }, card: 4539148803436467, [`key ${VALUES.email}`]: 1 };
  const call = {
    name: "send",
    arguments: { to: VALUES.email, body: SAID },
    result: SAID,
    error: { detail: SAID },
  };
  const fact = { subject: VALUES.email, predicate: "pays_with", object: `card ${VALUES.card}` };
  const answers = [
    await post(on, ns, { content: SAID, metadata, tags: [`from ${VALUES.ip}`] }, { headers }),
    await post(on, ns, { fact, content: SAID }),
    await on.send("PUT", itemPath(ns, "contact"), { content: SAID, metadata }),
    await on.send("PUT", itemPath(ns, "contact"), { content: `Again: ${SAID}`, metadata }),
    await on.send("POST", `/v1/namespaces/${ns}/interactions`, {
      input: SAID,
      reasoning: { thought: SAID },
      tool_calls: [call],
      response: SAID,
      feedback: SAID,
      session_id: "talk",
      metadata,
    }),
    await postMessages(on, ns, "talk", [
      { role: "user", content: SAID, metadata },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "c1", type: "function", function: { name: "send", arguments: JSON.stringify(call) } },
        ],
      },
      { role: "tool", content: JSON.stringify({ card: 4539148803436467, said: SAID }), tool_call_id: "c1" },
    ]),
    await on.send(
      "POST",
      "/v1/recall",
      { query: `Who is ${VALUES.email}?`, namespaces: [ns] },
      { headers: { ...headers, "idempotency-key": randomUUID() } },
    ),
    await on.send("POST", "/v1/recall", {
      query: "contact",
      namespaces: [ns],
      filter: { metadata: { mail: VALUES.email }, tags: [`from ${VALUES.ip}`] },
    }),
    await on.send(
      "GET",
      `${sessionPath(ns, "talk")}/context?query=${encodeURIComponent(SAID)}&token_budget=800`,
    ),
  ];
  const state = `/v1/namespaces/${ns}/state/contact`;
  const value = { said: SAID, card: 4539148803436467, list: [VALUES.email, 0.1] };
  answers.push(
    await on.send("PUT", state, { value }),
    await on.send("PATCH", state, { more: SAID, [VALUES.email]: true }),
    await on.send("POST", `/v1/namespaces/${ns}/state-transactions`, {
      operations: [
        { op: "set", key: "other", value },
        { op: "set", key: "contact", path: "$.said", value: SAID },
        { op: "increment", key: "count", by: 1 },
      ],
    }),
  );
  const [memory] = answers.map(({ body }) => body as Memory);
  if (memory !== undefined) {
    const patched = await on.send("PATCH", pathOf(memory), { content: `Once more: ${SAID}`, metadata });
    const restored = await on.send("POST", `${pathOf(memory)}/restore`, { version: 1 });
    answers.push(patched, restored);
  }
  for (const answer of answers) expect(answer.status, answer.text).toBeLessThan(300);
  return answers.map(({ text }) => text);
}

test("after redact and tokenize, no byte of Redis, no answer and no log holds a value", async () => {
  const alone = await startService({ MNEME_PII_SECRET: SECRET });
  onTestFinished(() => void alone.stop());
  const texts: string[] = [];
  for (const action of ["redact", "tokenize"]) {
    const ns = newNamespace();
    bodyOf(await putSettings(alone, ns, { pii: { ...all(action), state: true } }), 200);
    texts.push(...(await sayEverywhere(alone, ns, { "idempotency-key": randomUUID() })));
  }
  expect(texts.flatMap(hasValue)).toEqual([]);
  const stored = await contentOf(alone.env["REDIS_URL"] ?? "", alone.prefix);
  expect(stored.some((text) => text.includes("Again: email: [email:"))).toBe(true);
  const bare = [...Object.values(VALUES), "4539148803436467", "+436608123749", "AT611904300234573201"];
  const held = bare.filter((value) => stored.some((text) => text.includes(value)));
  expect(held).toEqual([]);
  expect(bare.filter((value) => alone.logs().includes(value))).toEqual([]);
});

test("a question for a value finds the memory that has its token, and its receipt has the token", async () => {
  const ns = await namespaceWith({ email: "tokenize" });
  const memory = await remember(service, ns, { content: `The lawyer is ${VALUES.email}` });
  await remember(service, ns, { content: "The lawyer is on holiday in May." });
  for (const mode of ["keyword", "hybrid"]) {
    const found = await recall(service, { query: VALUES.email, namespaces: [ns], mode, receipt: true });
    expect(found.hits[0]?.memory.id).toBe(memory.id);
    const receipt = await service.send("GET", `/v1/receipts/${found.receipt_id}`);
    expect(receipt.body).toMatchObject({ query: memory.content.slice("The lawyer is ".length) });
  }
});

test("state documents are treated only if the settings say so, and their answers have counts", async () => {
  const [off, on] = [
    await namespaceWith(all("redact")),
    await namespaceWith({ ...all("redact"), state: true }),
  ];
  const put = (ns: string) =>
    service.send("PUT", `/v1/namespaces/${ns}/state/a`, { value: { at: VALUES.ip, n: 0.1 } });
  expect((await put(off)).body).toMatchObject({ value: { at: VALUES.ip } });
  expect((await put(on)).body).toMatchObject({ value: { at: "[ip]", n: 0.1 }, pii: { ip: 1 } });
  const done = await service.send("POST", `/v1/namespaces/${on}/state-transactions`, {
    operations: [
      { op: "set", key: "b", value: 1 },
      { op: "merge", key: "a", value: { mail: VALUES.email } },
    ],
  });
  expect(done.body).toMatchObject({ results: [{ key: "b" }, { key: "a" }], pii: { email: 1 } });
  expect((await service.send("GET", `/v1/namespaces/${on}/state/a`)).body).toMatchObject({
    value: { at: "[ip]", mail: "[email]" },
  });
});

test("a question to a pattern finds tokens in the namespaces below it", async () => {
  const root = newNamespace();
  const below = ["a", "b"].map((label) => `${root}.${label}`);
  await recall(service, { query: VALUES.email, namespaces: [`${root}.**`] });
  for (const ns of below) bodyOf(await putSettings(service, ns, { pii: { email: "tokenize" } }), 200);
  const memories = await Promise.all(
    below.map((ns) => remember(service, ns, { content: `The lawyer is ${VALUES.email}` })),
  );
  const found = await recall(service, { query: VALUES.email, namespaces: [`${root}.**`], mode: "keyword" });
  expect(ids(found.hits.map(({ memory }) => memory)).toSorted()).toEqual(ids(memories).toSorted());
});

describe("revealing", () => {
  const reveal = (
    from: Service,
    ns: string,
    tokens: readonly string[],
    headers?: Readonly<Record<string, string>>,
  ) => from.send("POST", `/v1/namespaces/${ns}/pii/reveal`, { tokens }, headers && { headers });

  test("shows originals as they were written, is recorded, and knows no other tokens", async () => {
    const ns = await namespaceWith({ card: "tokenize" });
    const { content } = await remember(service, ns, { content: VALUES.card });
    const unknown = "[card:0123456789abcdef]";
    expect((await reveal(service, ns, [content, unknown, content])).body).toEqual({
      values: [
        { token: content, value: VALUES.card, status: "revealed" },
        { token: unknown, value: null, status: "unknown" },
      ],
    });
    const audited = await service.send("GET", `/v1/audit?namespace=${ns}&verb=pii.reveal`);
    expect(audited.body).toMatchObject({
      entries: [{ verb: "pii.reveal", ids: [content, unknown], outcome: "ok" }],
    });
    expect((await reveal(service, ns, ["card"])).status).toBe(400);
  });

  test("needs the secret that sealed it, and deletion of the namespace removes the originals", async () => {
    const ns = await namespaceWith({ email: "tokenize" });
    const { content } = await remember(service, ns, { content: VALUES.email });
    const other = await startService({ MNEME_KEY_PREFIX: service.prefix, MNEME_EMBEDDER: "none" });
    try {
      expect((await reveal(other, ns, [content])).body).toEqual({
        values: [{ token: content, value: null, status: "sealed" }],
      });
    } finally {
      await other.stop();
    }
    expect((await service.send("DELETE", `/v1/namespaces/${ns}`)).status).toBe(200);
    expect((await reveal(service, ns, [content])).body).toMatchObject({ values: [{ status: "unknown" }] });
    const again = await remember(service, ns, { content: `Again ${VALUES.email}` });
    expect(again.content).not.toContain(content);
  });
});

test("a copy is published without what its namespace doesn't keep, and not at all if that is refused", async () => {
  const ns = newNamespace();
  const [marked, strict] = [`${ns}.marked`, `${ns}.strict`];
  await putSettings(service, marked, { pii: { email: "redact" } });
  await putSettings(service, strict, { pii: { email: "reject" } });
  const memory = await remember(service, ns, {
    content: `Ask ${VALUES.email}`,
    metadata: { mail: VALUES.email },
  });
  const publish = (to: string) => service.send("POST", `${pathOf(memory)}/publish`, { to, follow: true });
  expect((await publish(marked)).body).toMatchObject({
    content: "Ask [email]",
    metadata: { mail: "[email]" },
  });
  expect(await publish(strict)).toMatchObject({ status: 422, body: { code: "pii_rejected" } });
  expect((await service.send("GET", memoriesOf(strict))).body).toMatchObject({ memories: [] });
  await service.send("PATCH", pathOf(memory), { content: `Or ask x.${VALUES.email}` });
  const copy = await service.send("GET", pathOf({ namespace: marked, id: memory.id }));
  expect(copy.body).toMatchObject({ content: "Or ask [email]" });
});

test("memories that are written together share how many telephone numbers are checked", async () => {
  const ns = newNamespace();
  await putSettings(service, ns, { pii: { phone: "redact" } });
  // No country has this code.
  const contents = [0, 1].map((at) =>
    Array.from({ length: 400 }, (_, number) => `+9991${at}${String(1000 + number)}00`).join(", "),
  );
  const [first, second] = await postBatch(
    service,
    ns,
    contents.map((content) => ({ content, memory_type: "semantic" })),
  );
  expect(first?.memory?.content).toBe(contents[0]);
  expect(second?.memory?.content.split("[phone]")).toHaveLength(200 + 1);
});

test("a scan counts what is there, names the memories by kind, and shows no value", async () => {
  const ns = newNamespace();
  const mail = await remember(service, ns, {
    content: `Mail ${VALUES.email}`,
    metadata: { more: [VALUES.email] },
  });
  const both = await remember(service, ns, { content: `${VALUES.email} at ${VALUES.ip}` });
  await remember(service, ns, { content: "Nothing." });
  const scan = (body: Json) => service.send("POST", `/v1/namespaces/${ns}/pii/scan`, body);
  const whole = await scan({});
  expect(whole.body).toEqual({
    examined: 3,
    counts: { email: 3, ip: 1 },
    memories: { email: [mail.id, both.id], ip: [both.id] },
    cursor: null,
  });
  expect(hasValue(whole.text)).toEqual([]);
  const first = await scan({ limit: 1, kinds: ["ip"] });
  expect(first.body).toMatchObject({ examined: 1, counts: {}, memories: {} });
  const { cursor } = first.body as { cursor: string };
  expect((await scan({ kinds: ["ip"], cursor })).body).toMatchObject({ counts: { ip: 1 }, cursor: null });
  expect((await scan({ kinds: ["email"], cursor })).status).toBe(400);
});

test.each([
  ["pii.email", { email: "hide" }],
  ["pii.region", { region: "at" }],
  ["pii.name", { name: "redact" }],
])("a wrong setting %s is named", async (field, pii) => {
  expect(await putSettings(service, newNamespace(), { pii })).toMatchObject({
    status: 400,
    body: { errors: [{ field }] },
  });
});

test("the settings of personal data are read back as they were put", async () => {
  const ns = await namespaceWith({ email: "tokenize", card: "allow", state: true, region: "AT" });
  expect((await service.send("GET", `/v1/namespaces/${ns}/settings`)).body).toMatchObject({
    pii: { email: "tokenize", card: "allow", phone: null, state: true, region: "AT" },
  });
});

test("a key with reveal alone reveals and does nothing else; one without it, or admin, doesn't reveal", async () => {
  const locked = await startService({ MNEME_PII_SECRET: SECRET, MNEME_EMBEDDER: "none" });
  onTestFinished(() => void locked.stop());
  const root = as(locked, (await createKey(locked)).key);
  const ns = newNamespace();
  bodyOf(await putSettings(root, ns, { pii: { email: "tokenize" } }), 200);
  const { content } = await remember(root, ns, { content: VALUES.email });
  const reveal = async (verbs: readonly string[]) =>
    as(locked, await keyFor(root, ns, verbs)).send("POST", `/v1/namespaces/${ns}/pii/reveal`, {
      tokens: [content],
    });
  expect((await reveal(["reveal"])).body).toMatchObject({ values: [{ value: VALUES.email }] });
  expect((await reveal(["admin"])).status).toBe(200);
  expect(await reveal(["read", "write", "publish"])).toMatchObject({
    status: 403,
    body: { code: "forbidden" },
  });
  const revealer = as(locked, await keyFor(root, ns, ["reveal"]));
  expect((await revealer.send("GET", memoriesOf(ns))).status).toBe(403);
});

test("a turn that was said before the settings refused it is promoted with marks", async () => {
  const ns = newNamespace();
  const session = { window_messages: 2 };
  bodyOf(await putSettings(service, ns, { session }), 200);
  await append(
    service,
    ns,
    "talk",
    { role: "user", content: `I am ${VALUES.email}.` },
    { role: "assistant", content: "Hi." },
  );
  bodyOf(await putSettings(service, ns, { session, pii: { email: "reject" } }), 200);
  await append(
    service,
    ns,
    "talk",
    { role: "user", content: "Is it late?" },
    { role: "assistant", content: "No." },
  );
  const promoted = async (): Promise<readonly Memory[]> => {
    const { body } = await service.send("GET", `${memoriesOf(ns)}?memory_type=episodic`);
    return (body as { memories: Memory[] }).memories;
  };
  const [memory] = await until(promoted, (memories) => memories.length > 0);
  expect(memory?.content).toContain("I am [email].");
});
