import { expect, test } from "vitest";
import { newNamespace } from "../support/acts/memories.js";
import { shareService } from "../support/service/service.js";

const service = await shareService();
const memories = (): string => `/v1/namespaces/${newNamespace()}/memories`;

interface Problem {
  readonly errors: readonly { readonly field: string; readonly message: string }[];
}

async function messages(path: string, body: unknown): Promise<Record<string, string>> {
  const answer = await service.send("POST", path, body);
  expect(answer.status).toBe(400);
  const { errors } = answer.body as unknown as Problem;
  expect(new Set(errors.map(({ field }) => field)).size, "one message a field").toBe(errors.length);
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]));
}

test("a field of a wrong kind, size or value is refused in a sentence of JSON's words", async () => {
  expect(await messages(memories(), { content: 1, memory_type: "dream", tags: "x", metadata: [] })).toEqual({
    content: "Must be a string.",
    memory_type: expect.stringMatching(/^Must be "episodic", .+ or ".+"\.$/),
    tags: "Must be an array.",
    metadata: "Must be a JSON object.",
  });
  expect(await messages(memories(), { content: "", importance: 2, tags: [""], ttl_seconds: 1.5 })).toEqual({
    content: "Must not be empty.",
    memory_type: "Is required.",
    importance: "Must be at most 1.",
    "tags[0]": "Must not be empty.",
    ttl_seconds: "Must be a whole number.",
  });
  expect(await messages("/v1/recall", { query: true, namespaces: {}, limit: 0 })).toEqual({
    query: "Must be a string.",
    namespaces: "Must be an array.",
    limit: "Must be at least 1.",
  });
  expect(await messages("/v1/recall", "query")).toEqual({ body: "Must be an object." });
});

test("no message of a refusal names a pattern, an operator or the library's words", async () => {
  const wrong = [null, true, -1, 1.5, 1e9, "", "?", "x".repeat(40_000), [], [1], [[]], {}, { x: 1 }];
  const fields = [
    "content",
    "memory_type",
    "importance",
    "tags",
    "metadata",
    "timestamp",
    "valid_from",
    "facts",
  ];
  const forget = `/v1/namespaces/${newNamespace()}/forget`;
  for (const value of wrong) {
    const bodies: (readonly [string, unknown])[] = [
      [memories(), { ...Object.fromEntries(fields.map((field) => [field, value])), other: value }],
      [forget, { policy: { max_age: value, keep_top: value, filter: value }, dry_run: 1 }],
      [
        "/v1/recall",
        { query: value, namespaces: value, filter: value, limit: value, as_of: value, other: 1 },
      ],
      ["/v1/keys", { name: value, grants: value, agent: value, expires_at: value, other: 1 }],
    ];
    for (const [path, body] of bodies) {
      for (const message of Object.values(await messages(path, body))) {
        expect(message).toMatch(/^[A-Z].*\.$/s);
        expect(message).not.toMatch(
          /Invalid (?:input|option|string)|expected|received|>=|<=|\/\^|record|safeint/,
        );
      }
    }
  }
});
