import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { consolidate } from "../support/acts/consolidations.js";
import type { FakeChat } from "../support/embeddings/fake-chat.js";
import { says, startFakeChat } from "../support/embeddings/fake-chat.js";
import { newNamespace, postBatch } from "../support/acts/memories.js";
import type { HttpSink } from "../support/run/http-sink.js";
import { startHttpSink } from "../support/run/http-sink.js";
import type { Overrides } from "../support/service/service.js";
import { failingStart, startService, until } from "../support/service/service.js";

const TEXTS = [
  "Ann: The greenhouse needs a new irrigation pump. The old irrigation pump leaks in the greenhouse since April.",
  "Ann: An irrigation pump of 40 litres is enough. The greenhouse irrigation pump has room beside the tap.",
  "Ann: I ordered the irrigation pump from Gardena. The greenhouse irrigation pump comes on Tuesday.",
  "Ann: The irrigation pump works. The greenhouse is watered by the irrigation pump every night.",
];

let chat: FakeChat;
let langsmith: HttpSink;
beforeAll(async () => {
  chat = await startFakeChat();
  chat.behave(says('{"statements":[]}'));
  langsmith = await startHttpSink();
});
afterAll(async () => {
  await chat.close();
  await langsmith.close();
});

/** All that switches tracing on, by its new names and its old ones, and what prints prompts. */
const environment = () => ({
  OPENAI_API_KEY: "sk-test",
  OPENAI_BASE_URL: chat.baseURL,
  LANGSMITH_API_KEY: "ls-test",
  LANGCHAIN_API_KEY: "ls-test",
  LANGSMITH_ENDPOINT: langsmith.endpoint,
  LANGCHAIN_ENDPOINT: langsmith.endpoint,
  LANGSMITH_TRACING: "true",
  LANGSMITH_TRACING_V2: "true",
  LANGCHAIN_TRACING: "true",
  LANGCHAIN_TRACING_V2: "true",
  LANGCHAIN_CALLBACKS_BACKGROUND: "false",
  LANGCHAIN_VERBOSE: "true",
});

/** Has a language model summarise something; everything that the service printed. */
async function summarise(overrides: Overrides, meanwhile: () => Promise<unknown> = async () => {}) {
  const service = await startService({ ...environment(), ...overrides });
  const namespace = newNamespace();
  await postBatch(
    service,
    namespace,
    TEXTS.map((content) => ({ content, memory_type: "episodic", session_id: "talk" })),
  );
  const asked = chat.requests.length;
  await consolidate(service, namespace);
  expect(chat.requests.length).toBeGreaterThan(asked);
  await meanwhile();
  await service.stop();
  return service.logs();
}

describe("LangSmith", () => {
  test("LangSmith receives nothing for any LANGSMITH_* and LANGCHAIN_* variables, and nothing is printed", async () => {
    const printed = await summarise({});
    expect(langsmith.requests).toEqual([]);
    expect(printed).not.toContain("irrigation");
  });

  test("gets the prompts where MNEME_TRACING=langsmith switches it on by name", async () => {
    const traced = () => langsmith.requests.map(({ text }) => text).join("\n");
    const off = {
      LANGSMITH_TRACING: "",
      LANGSMITH_TRACING_V2: "",
      LANGCHAIN_TRACING: "",
      LANGCHAIN_TRACING_V2: "",
    };
    const printed = await summarise({ ...off, MNEME_TRACING: "langsmith" }, () =>
      until(
        async () => traced(),
        (text) => text.includes("irrigation"),
      ),
    );
    expect(printed).not.toContain("irrigation");
  });

  test("isn't switched on by a value that isn't its name", async () => {
    const { code, output } = await failingStart({ MNEME_TRACING: "1" });
    expect(code).not.toBe(0);
    expect(output).toContain("MNEME_TRACING");
  });
});
