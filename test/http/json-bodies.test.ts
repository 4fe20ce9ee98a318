import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { survivesAsDouble } from "../../src/domain/exact-decimal.js";
import { readStrictJson } from "../../src/domain/strict-json.js";
import { bodyOf, memoriesOf, newNamespace, pathOf, remember } from "../support/acts/memories.js";
import type { Memory } from "../support/acts/memories.js";
import type { Answer } from "../support/service/answer.js";
import { shareService } from "../support/service/service.js";
import { readState, setState, statePath } from "../support/acts/state.js";

const service = await shareService();

const MERGE = { "content-type": "application/merge-patch+json" };

function expectRefused(answer: Answer, field: string): void {
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", errors: [{ field }] } });
}

/** A place in a body where a caller's JSON is taken, the value written as #. */
const places = (ns: string): [method: string, path: string, body: string, field: string][] => [
  ["PUT", statePath(ns, "k"), '{"value":{"a":[{"n":#}]}}', "value.a[0].n"],
  ["PUT", statePath(ns, "k"), '{"value":#}', "value"],
  ["PATCH", statePath(ns, "k"), '{"n":#}', "n"],
  ["PATCH", statePath(ns, "k"), '{"embedding":[#]}', "embedding[0]"],
  [
    "POST",
    `/v1/namespaces/${ns}/state-transactions`,
    '{"operations":[{"op":"set","key":"k","value":#}]}',
    "operations[0].value",
  ],
  [
    "POST",
    `/v1/namespaces/${ns}/state-transactions`,
    '{"operations":[{"op":"increment","key":"k","by":#}]}',
    "operations[0].by",
  ],
  ["POST", memoriesOf(ns), '{"content":"a","metadata":{"n":[1,#]}}', "metadata.n[1]"],
  ["POST", memoriesOf(ns), '{"content":"a","trust_score":#}', "trust_score"],
  [
    "POST",
    `${memoriesOf(ns)}/batch`,
    '{"memories":[{"content":"a"},{"content":"b","metadata":{"n":#}}]}',
    "memories[1].metadata.n",
  ],
  ["PUT", `/v1/namespaces/${ns}/items/i`, '{"content":"a","metadata":{"n":#}}', "metadata.n"],
  [
    "POST",
    `/v1/namespaces/${ns}/interactions`,
    '{"user_input":"a","final_response":"b","tool_calls":[{"name":"t","arguments":{"n":#}}]}',
    "tool_calls[0].arguments.n",
  ],
  [
    "POST",
    `/v1/namespaces/${ns}/sessions/s/messages`,
    '{"messages":[{"role":"user","content":[{"n":#}]}]}',
    "messages[0].content[0].n",
  ],
  [
    "POST",
    "/v1/recall",
    `{"query":"a","namespaces":["${ns}"],"filter":{"metadata":{"n":#}}}`,
    "filter.metadata.n",
  ],
  ["PUT", `/v1/namespaces/${ns}/settings`, '{"state_ttl_default_seconds":#}', "state_ttl_default_seconds"],
];

describe("a number that a double doesn't hold", () => {
  test.each([
    "1e400",
    "-1e400",
    "1e-400",
    "12345678901234567890",
    "1234567890123456789",
    "0.12345678901234567890",
  ])("%s is refused, and named, wherever JSON is taken", async (number) => {
    const ns = newNamespace();
    for (const [method, path, body, field] of places(ns)) {
      const headers = method === "PATCH" ? MERGE : undefined;
      const raw = body.replace("#", number);
      const answer = await service.send(method, path, undefined, { raw, ...(headers && { headers }) });
      expectRefused(answer, field);
    }
    const query = new URLSearchParams({ metadata: `{"a":{"n":${number}}}` });
    expectRefused(await service.send("GET", `${memoriesOf(ns)}?${query}`), "metadata.a.n");
  });

  test("deletes nothing in a merge patch", async () => {
    const ns = newNamespace();
    await setState(service, ns, "k", { n: 1, m: 2 });
    const memory = await remember(service, ns, { content: "a", metadata: { n: 1 } });
    for (const number of ["1e400", "-1e400", "1e309"]) {
      const options = { raw: `{"n":${number}}`, headers: MERGE };
      expectRefused(await service.send("PATCH", statePath(ns, "k"), undefined, options), "n");
      const raw = `{"metadata":{"n":${number}}}`;
      const patched = await service.send("PATCH", pathOf(memory), undefined, { raw, headers: MERGE });
      expectRefused(patched, "metadata.n");
    }
    expect((await readState(service, ns, "k")).value).toEqual({ n: 1, m: 2 });
    const kept = bodyOf<Memory>(await service.send("GET", pathOf(memory)), 200);
    expect(kept.metadata).toEqual({ n: 1 });
  });

  test("is taken in a vector, which is rounded anyway, and stays text in a tool's arguments", async () => {
    const ns = newNamespace();
    const raw = '{"query":"a","embedding":[0.12345678901234567890,1],"namespaces":["x"]}';
    const recalled = await service.send("POST", "/v1/recall", undefined, { raw });
    expect(recalled.status).not.toBe(400);
    const text = '{"order":12345678901234567890}';
    const call = { id: "c", type: "function", function: { name: "t", arguments: text } };
    const messages = [{ role: "assistant", tool_calls: [call] }];
    const path = `/v1/namespaces/${ns}/sessions/s/messages`;
    expect((await service.send("POST", path, { messages })).status).toBe(201);
    const page = bodyOf<{ messages: { tool_calls: { arguments: unknown }[] }[] }>(
      await service.send("GET", path),
      200,
    );
    expect(page.messages[0]?.tool_calls[0]?.arguments).toBe(text);
  });
});

const digits = fc.stringMatching(/^[0-9]{1,25}$/);
const numberText = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.oneof(
      fc.constant("0"),
      digits.map((text) => text.replace(/^0+(?=.)/, "")),
    ),
    fc.option(digits, { nil: undefined }),
    fc.option(fc.integer({ min: -420, max: 420 }), { nil: undefined }),
  )
  .map(
    ([sign, whole, fraction, exponent]) =>
      `${sign}${whole}${fraction === undefined ? "" : `.${fraction}`}${exponent === undefined ? "" : `e${exponent}`}`,
  );

/** The value of a decimal, as a fraction of whole numbers. */
function fractionOf(text: string): [bigint, bigint] {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const power = Number(exponent) - fraction.length;
  const all = BigInt(`${whole.replace("-", "")}${fraction}`) * (text.startsWith("-") ? -1n : 1n);
  return power >= 0 ? [all * 10n ** BigInt(power), 1n] : [all, 10n ** BigInt(-power)];
}

function isEqual(a: string, b: string): boolean {
  const [[p, q], [r, s]] = [fractionOf(a), fractionOf(b)];
  return p * s === r * q;
}

test("a number survives exactly if the shortest text of its double has the same value", () => {
  fc.assert(
    fc.property(
      fc.oneof(numberText, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
      (text) => {
        const value = Number(text);
        if (!Number.isFinite(value)) expect([text, survivesAsDouble(text)]).toEqual([text, false]);
        else expect([text, survivesAsDouble(text)]).toEqual([text, isEqual(text, String(value))]);
      },
    ),
    {
      numRuns: 5000,
      examples: [["-0"], ["0e999"], ["1e23"], ["5e-324"], ["100000000000000000000000"], ["0.10"]],
    },
  );
});

test("JSON is read as JSON.parse reads it, and no double's own text is a loss", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(readStrictJson(text)).toEqual({ value: JSON.parse(text) as unknown, loss: undefined });
    }),
    { numRuns: 1000 },
  );
});

test("the place of a loss is found among names and strings of any kind", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('"', "\\", '\\"', "{", "[", ",", ":", "é", "__proto__"));
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.array(name), fc.nat(), (names, texts, pick) => {
      const chosen = names[pick % names.length] ?? "";
      const member = (each: string): string =>
        `${JSON.stringify(each)}:[${[...texts.map((text) => JSON.stringify(text)), each === chosen ? "1e999" : "1"]}]`;
      const text = `{"list":[0,{${names.map(member)}}]}`;
      expect(readStrictJson(text).loss?.place).toEqual(["list", 1, chosen, texts.length]);
    }),
    { numRuns: 500 },
  );
});

describe("a name given twice in one object", () => {
  test.each([
    ['{"value":1,"value":2}', "value"],
    ['{"value":{"a":1,"b":{"c":1,"\\u0063":2}}}', "value.b.c"],
    ['{"value":[{"x":0},{"__proto__":1,"__proto__":2}]}', "value[1].__proto__"],
  ])("is refused in %s", async (raw, field) => {
    const ns = newNamespace();
    expectRefused(await service.send("PUT", statePath(ns, "k"), undefined, { raw }), field);
    expect((await service.send("GET", statePath(ns, "k"))).status).toBe(404);
  });

  test("isn't one in two objects", async () => {
    const ns = newNamespace();
    const value = { a: { x: 1 }, b: [{ x: 1 }, { x: 2 }] };
    expect(await setState(service, ns, "k", value)).toMatchObject({ value });
  });
});

test("a member called __proto__ is a member like others, in state and metadata", async () => {
  const ns = newNamespace();
  const text = '{"__proto__":{"admin":true},"constructor":{"prototype":1},"toString":2}';
  await service.send("PUT", statePath(ns, "k"), undefined, { raw: `{"value":${text}}` });
  expect((await service.send("GET", statePath(ns, "k"))).text).toContain(text);
  const raw = `{"content":"a","memory_type":"semantic","metadata":${text}}`;
  const memory = bodyOf<Memory>(await service.send("POST", memoriesOf(ns), undefined, { raw }), 201);
  expect((await service.send("GET", pathOf(memory))).text).toContain(text);
  const patch = { raw: '{"metadata":{"__proto__":{"more":1}}}', headers: MERGE };
  const patched = await service.send("PATCH", pathOf(memory), undefined, patch);
  expect(patched.text).toContain('"__proto__":{"admin":true,"more":1}');
});

test("-0 stays a zero, and 0.10 the same value", async () => {
  const ns = newNamespace();
  const raw = '{"content":"a","memory_type":"semantic","metadata":{"z":-0,"p":0.10,"e":1E2}}';
  const memory = bodyOf<Memory>(await service.send("POST", memoriesOf(ns), undefined, { raw }), 201);
  expect(memory.metadata).toEqual({ z: 0, p: 0.1, e: 100 });
});

test.each(["[", '{"a":', '[{"a":'])("32 KiB of %s is refused wherever JSON is taken", async (open) => {
  const close = open === "[" ? "]" : open === '{"a":' ? "}" : "}]";
  const count = Math.floor((32 * 1024) / open.length);
  const deep = `${open.repeat(count)}1${close.repeat(count)}`;
  const ns = newNamespace();
  for (const [method, path, body] of places(ns)) {
    const headers = method === "PATCH" ? MERGE : undefined;
    for (const raw of [body.replace("#", deep), body.replace("#", open.repeat(count))]) {
      const answer = await service.send(method, path, undefined, { raw, ...(headers && { headers }) });
      // Of a batch each memory is answered for itself.
      const { results } = answer.body as { results?: { status: number }[] };
      expect([path, results?.[1]?.status ?? answer.status]).toEqual([path, 400]);
    }
  }
});
