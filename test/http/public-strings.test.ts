import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { descriptionsOf } from "../../scripts/public-strings/descriptions.js";
import { commentsOf } from "../../scripts/public-strings/literals.js";
import { messagesOf } from "../../scripts/public-strings/messages.js";
import { shareService } from "../support/service/service.js";

type Fields = Readonly<Record<string, unknown>>;

const service = await shareService();
const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Fields;
const components = (document["components"] as { schemas: Readonly<Record<string, Fields>> }).schemas;

/** Words that need the code beside them, or that are no words of the field. */
const DIALECT = [
  /^Of\b/,
  /^That\b/,
  /\b(?:whoever|nobody|somebody|anybody|whenever|meanwhile|anew|reckoned)\b/i,
  /\b(?:tells?|told|hears?|heard)\b/i,
  /\bso (?:many|long|much)\b/i,
  /\b(?<!there )is (?:none|no(?! longer))\b/i,
  /\bfor ever\b/i,
  /\bby (?:now|turns)\b/i,
  /\b(?:stands?|stood) for\b/i,
  /\bbeside\b/i,
  /\bit is so\b/i,
  /\bat work\b/i,
  /\b(?:left out|leave it out)\b/i,
  /\bsomething else than\b/i,
];

const dialectOf = (text: string): readonly string[] =>
  DIALECT.filter((pattern) => pattern.test(text)).map(String);

describe("the English of what callers and operators read", () => {
  const texts = descriptionsOf(document);
  const messages = messagesOf(repositoryRoot());

  test("the served document and the sources have texts to look at", () => {
    expect(texts.length).toBeGreaterThan(1000);
    expect(messages.length).toBeGreaterThan(500);
    expect(dialectOf("Of recording.")).not.toEqual([]);
    expect(dialectOf("Nobody hears of it, so long as there is none.")).not.toEqual([]);
    expect(dialectOf("There is no such memory in this namespace.")).toEqual([]);
  });

  test("no summary or description of /openapi.json needs the code beside it", () => {
    const found = texts
      .filter(({ text }) => dialectOf(text).length > 0)
      .map(({ place, text }) => `${place}: ${text} ${dialectOf(text).join(" ")}`);
    expect(found).toEqual([]);
  });

  test("no message in the sources needs the code beside it", () => {
    const found = messages
      .filter(({ text }) => dialectOf(text).length > 0)
      .map(({ file, line, text }) => `${file}:${line}: ${text} ${dialectOf(text).join(" ")}`);
    expect(found).toEqual([]);
  });

  test("no comment on the memory's ports and model needs the code beside it", () => {
    const comments = commentsOf(repositoryRoot(), "src/memory/ports", "src/memory/model");
    expect(comments.length).toBeGreaterThan(100);
    const found = comments
      .filter(({ text }) => dialectOf(text).length > 0)
      .map(({ file, line, text }) => `${file}:${line}: ${text} ${dialectOf(text).join(" ")}`);
    expect(found).toEqual([]);
  });
});

describe("/openapi.json", () => {
  test("describes every property of every schema", () => {
    expect([...undescribed(document, "")]).toEqual([]);
  });

  test("describes every parameter and every answer", () => {
    for (const [path, operations] of Object.entries(document["paths"] as Record<string, Fields>)) {
      for (const [method, operation] of Object.entries(operations)) {
        const { parameters = [], responses } = operation as {
          parameters?: readonly Fields[];
          responses: Fields;
        };
        for (const { name, description } of parameters)
          expect(description, `${method} ${path} ${String(name)}`).toMatch(/\w/);
        for (const [status, answer] of Object.entries(responses))
          expect((answer as Fields)["description"], `${method} ${path} ${status}`).toMatch(/\w/);
      }
    }
  });
});

function* undescribed(part: unknown, place: string): Generator<string> {
  if (typeof part !== "object" || part === null) return;
  for (const [key, inner] of Object.entries(part)) {
    const here = `${place}/${key}`;
    if (key === "properties" && !place.endsWith("/properties")) {
      for (const [name, property] of Object.entries(inner as Fields))
        if (!isDescribed(property)) yield `${here}/${name}`;
    }
    yield* undescribed(inner, here);
  }
}

function isDescribed(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  const { description, $ref, allOf = [], anyOf = [] } = schema as Record<string, unknown>;
  if (typeof description === "string" && !description.startsWith("Default: ")) return /\w/.test(description);
  if (typeof $ref === "string") return isDescribed(components[$ref.split("/").at(-1) ?? ""]);
  return [...(allOf as unknown[]), ...(anyOf as unknown[])].some(isDescribed);
}
