import { z } from "zod";
import { stage } from "../domain/tracing.js";
import type { LlmConfig } from "../config.js";
import type { LlmFailure } from "../memory/consolidation/run.js";
import { failureOf } from "./failure.js";
import { readJson } from "./read-json.js";

/** A question to a model, with the shape of its answer. */
export interface Question<Shape extends z.ZodType> {
  /** The answer's name, for the model. */
  readonly name: string;
  readonly shape: Shape;
  readonly instructions: string;
  /** Data of callers, quoted. */
  readonly data: string;
  readonly maxTokens: number;
}

export interface ChatAnswer<Value> {
  readonly value: Value;
  /** Tokens of prompt and answer together, by the provider's count; undefined: it gave none. */
  readonly tokens: number | undefined;
}

/** A model gave nothing usable. */
export class ChatFailed extends Error {
  override readonly name = "ChatFailed";
  readonly reason: LlmFailure;
  /** Tokens spent on the failed call, by the provider's count; undefined: unknown. */
  readonly tokens: number | undefined;

  constructor(reason: LlmFailure, tokens: number | undefined) {
    super(`the language model gave nothing usable: ${reason}`);
    this.reason = reason;
    this.tokens = tokens;
  }
}

/**
 * Asks a chat model through LangChain for a structured answer, once, within the configured time. Every failure is a
 * {@link ChatFailed}.
 */
export async function ask<Shape extends z.ZodType>(
  config: LlmConfig,
  { name, shape, instructions, data, maxTokens }: Question<Shape>,
): Promise<ChatAnswer<z.infer<Shape>>> {
  // First: reading the library for the first time may take as long as an answer.
  const { ChatOpenAI } = await import("@langchain/openai");
  // As for embeddings: not AbortSignal.timeout, which a garbage collection in Node 20 may take away.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("time-out", "TimeoutError")), config.timeoutMs);
  let tokens: number | undefined;
  try {
    const chat = new ChatOpenAI(clientOptions(config, maxTokens, late.signal));
    const messages = [
      { role: "system", content: instructions },
      { role: "user", content: data },
    ];
    const answer = await stage("generate", () =>
      chat.invoke(messages, { response_format: formatOf(name, shape) }),
    );
    tokens = tokensIn(answer.usage_metadata);
    if (refusalIn(answer.additional_kwargs) !== undefined) throw new ChatFailed("refused", tokens);
    return { value: checked(answer.content, shape, tokens), tokens };
  } catch (error) {
    if (error instanceof ChatFailed) throw error;
    throw new ChatFailed(late.signal.aborted ? "timeout" : failureOf(error), tokens);
  } finally {
    clearTimeout(timer);
  }
}

function formatOf(name: string, shape: z.ZodType) {
  return {
    type: "json_schema" as const,
    json_schema: {
      name,
      strict: true,
      schema: z.toJSONSchema(shape, { target: "draft-7" }) as Record<string, unknown>,
    },
  };
}

/** Not LangChain's structured output: it has one error for every failure, and doesn't report a refusal. */
function checked<Shape extends z.ZodType>(
  answer: unknown,
  shape: Shape,
  tokens: number | undefined,
): z.infer<Shape> {
  for (const value of typeof answer === "string" ? readJson(answer) : [answer]) {
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
  }
  throw new ChatFailed("malformed", tokens);
}

/** As for embeddings: one request, with a time-out that holds for its body as well, and nothing from the environment. */
function clientOptions(
  { apiKey, baseURL, model, timeoutMs }: LlmConfig,
  maxTokens: number,
  signal: AbortSignal,
) {
  return {
    apiKey,
    model,
    maxTokens,
    maxRetries: 0,
    __includeRawResponse: true,
    timeout: timeoutMs,
    configuration: {
      baseURL: baseURL ?? "https://api.openai.com/v1",
      organization: null,
      project: null,
      logLevel: "off" as const,
      fetch: (url: string | URL | Request, init?: RequestInit) => fetch(url, { ...init, signal }),
    },
  };
}

const refusal = z.object({
  __raw_response: z.object({ choices: z.tuple([z.object({ message: z.object({ refusal: z.string() }) })]) }),
});

/** LangChain keeps a refusal in the raw answer only. */
function refusalIn(kwargs: unknown): string | undefined {
  const parsed = refusal.safeParse(kwargs);
  return parsed.success ? parsed.data["__raw_response"].choices[0].message.refusal : undefined;
}

const usage = z.object({ total_tokens: z.int().positive() });

function tokensIn(metadata: unknown): number | undefined {
  const parsed = usage.safeParse(metadata);
  return parsed.success ? parsed.data.total_tokens : undefined;
}
