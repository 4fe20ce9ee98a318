import { afterAll, beforeAll, expect, test } from "vitest";
import { newNamespace, remember } from "../support/acts/memories.js";
import type { Service } from "../support/service/service.js";
import { startService } from "../support/service/service.js";
import { setState } from "../support/acts/state.js";

let service: Service;
const namespace = newNamespace();
beforeAll(async () => {
  service = await startService();
  for (const content of ["Ada met Bob.", "Bob met Cy."]) await remember(service, namespace, { content });
  await setState(service, namespace, "k", 1);
  const messages = [{ role: "user", content: "hello" }];
  await service.send("POST", `/v1/namespaces/${namespace}/sessions/s/messages`, { messages });
});
afterAll(() => service.stop());

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [name: string]: unknown;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
}

const TIMES = [
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00+23:59",
  "1969-12-31T23:59:59.999Z",
  "1970-01-01T00:00:00Z",
  "1970-01-01T00:00:00.001Z",
  "9999-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59.999-23:59",
];
const NUMBERS = [
  "-9007199254740993",
  "-1",
  "-0",
  "0",
  "1",
  "2147483648",
  "9007199254740993",
  "1e400",
  "NaN",
  "",
];
const cursor = (...parts: unknown[]): string => Buffer.from(parts.join(" ")).toString("base64url");
const TEXTS = [
  "0-0",
  "000000000000000-000000000000000",
  "999999999999999-999999999999999",
  "-1",
  "\u0000",
  cursor(0, 0, 0),
  cursor("999999999999999", "9999999999999999"),
];

function edgesOf({ name, schema }: Parameter): readonly string[] {
  if (schema.format === "date-time") return TIMES;
  if (schema.type === "integer" || schema.type === "number") return NUMBERS;
  return /cursor|before|after/.test(name) ? TEXTS : [];
}

/** What a path names; another thing where it doesn't matter. */
function fill(path: string): string {
  return path
    .replace("{ns}", namespace)
    .replace("{key}", "k")
    .replace("{sid}", "s")
    .replace(/\{[^}]*\}/g, "01JD8Q4V7K3W5N0R2T6Y9B1C4D");
}

test("no time, number or cursor at the edge of what can be said makes a read fail", async () => {
  const description = (await service.send("GET", "/openapi.json")).body as {
    paths: Record<string, { get?: Operation }>;
  };
  let asked = 0;
  for (const [path, { get }] of Object.entries(description.paths)) {
    const parameters = (get?.parameters ?? []).filter((each) => each.in === "query");
    const required = parameters.filter((each) => each.required === true && edgesOf(each).length === 0);
    const base = required.map(({ name }): [string, string] => [name, "ada"]);
    const tries = parameters.flatMap((parameter) =>
      edgesOf(parameter).map((edge): [string, string][] => [[parameter.name, edge]]),
    );
    const ranges = ["from", "to"].every((name) => parameters.some((each) => each.name === name))
      ? TIMES.flatMap((from) =>
          TIMES.map((to): [string, string][] => [
            ["from", from],
            ["to", to],
          ]),
        )
      : [];
    for (const query of [...tries, ...ranges]) {
      const url = `${fill(path)}?${new URLSearchParams([...base, ...query])}`;
      const answer = await service.send("GET", url);
      expect([url, answer.status < 500]).toEqual([url, true]);
      asked++;
    }
  }
  // The audit trail, state, memories and namespaces at least have some.
  expect(asked).toBeGreaterThan(300);
});

test("no time at the edge of what can be said makes a write or a recall fail", async () => {
  const ns = newNamespace();
  const memories = `/v1/namespaces/${ns}/memories`;
  const fact = { subject: "Ada", predicate: "lives_in", object: "Rome" };
  for (const [index, first] of TIMES.entries()) {
    for (const second of TIMES) {
      const content = `edge ${index} ${second}`;
      const bodies: [string, object][] = [
        [memories, { content, timestamp: first, valid_from: first, valid_to: second }],
        [
          memories,
          {
            content: `fact ${content}`,
            fact: { ...fact, object: content },
            valid_from: first,
            valid_to: second,
          },
        ],
        ["/v1/recall", { query: "edge", namespaces: [ns], as_of: first, valid_at: second }],
        ["/v1/recall", { query: "edge", namespaces: [ns], filter: { from: first, to: second } }],
        [
          `/v1/namespaces/${ns}/sessions/s/messages`,
          { messages: [{ role: "user", content, timestamp: first }] },
        ],
      ];
      for (const [path, body] of bodies) {
        const answer = await service.send("POST", path, body);
        expect([path, body, answer.status < 500]).toEqual([path, body, true]);
      }
    }
  }
});

test("no number at the edge of what can be said makes a write fail", async () => {
  const ns = newNamespace();
  const numbers = [
    "-0",
    "0",
    "1e-400",
    "5e-324",
    "1e308",
    "1e400",
    "-1e400",
    "9007199254740993",
    "1e1000000000",
  ];
  const bodies: [string, string, string][] = [
    ["POST", `/v1/namespaces/${ns}/memories`, '{"content":"a","trust_score":#}'],
    ["POST", `/v1/namespaces/${ns}/memories`, '{"content":"a","importance":#}'],
    ["POST", `/v1/namespaces/${ns}/memories`, '{"content":"a","ttl_seconds":#}'],
    ["POST", `/v1/namespaces/${ns}/memories`, '{"content":"a","metadata":{"n":#}}'],
    ["POST", `/v1/namespaces/${ns}/memories`, '{"content":"a","embedding":[#]}'],
    ["PUT", `/v1/namespaces/${ns}/items/i`, '{"value":{"n":#}}'],
    ["PUT", `/v1/namespaces/${ns}/state/k`, '{"value":#}'],
    ["PUT", `/v1/namespaces/${ns}/state/k`, '{"value":1,"ttl_seconds":#}'],
    ["PATCH", `/v1/namespaces/${ns}/state/k`, "#"],
    [
      "POST",
      `/v1/namespaces/${ns}/state-transactions`,
      '{"operations":[{"op":"increment","key":"i","by":#}]}',
    ],
    [
      "POST",
      `/v1/namespaces/${ns}/state-transactions`,
      '{"operations":[{"op":"increment","key":"i","by":1,"max":#}]}',
    ],
    [
      "POST",
      `/v1/namespaces/${ns}/state-transactions`,
      '{"checks":[{"key":"i","version":#}],"operations":[{"op":"delete","key":"i"}]}',
    ],
    ["POST", "/v1/recall", `{"query":"a","namespaces":["${ns}"],"limit":#}`],
    ["POST", "/v1/recall", `{"query":"a","namespaces":["${ns}"],"min_trust":#}`],
    ["POST", "/v1/recall", `{"query":"a","namespaces":["${ns}"],"filter":{"metadata":{"n":#}}}`],
    ["PATCH", `/v1/namespaces/${ns}`, '{"state_ttl_default_seconds":#}'],
  ];
  for (const [method, path, body] of bodies) {
    for (const number of numbers) {
      const answer = await service.send(method, path, undefined, { raw: body.replace("#", number) });
      expect([method, path, body, number, answer.status < 500]).toEqual([method, path, body, number, true]);
    }
  }
});
