import { createClient } from "@mneme/client";
import type { MnemeClient } from "@mneme/client";

/** What a turn was called with: `configurable` of the agent's config. */
export interface TurnConfig {
  readonly configurable: Readonly<Record<string, unknown>>;
}

export type ToolName = "remember" | "recall" | "forget";

/** What `response_metadata.mneme` of an answer says. */
export interface MnemeReceipt {
  readonly namespace: string;
  readonly session_id: string;
  /** Of the recalls whose memories the model was shown: `GET /v1/receipts/{id}`. */
  readonly receipt_ids: readonly string[];
  /** Tokens of what was shown, by o200k_base. */
  readonly tokens: number;
}

export interface MnemeMemoryOptions {
  /** A client of the service, in place of `url` and `apiKey`. */
  readonly client?: MnemeClient;
  /** The service's URL: `http://127.0.0.1:8080`. */
  readonly url?: string;
  /** Needed once the service has any. */
  readonly apiKey?: string;
  /** The namespace that exchanges are stored in, or a function that gives it for each turn. */
  readonly namespace: string | ((turn: TurnConfig) => string);
  /** Namespaces and patterns to recall from. Default: the namespace. */
  readonly recallFrom?: readonly string[];
  /** The session of a turn. Default: its `thread_id`. */
  readonly sessionId?: string | ((turn: TurnConfig) => string);
  /** Whose profile is shown, such as a customer's. Default: none. */
  readonly subject?: string | ((turn: TurnConfig) => string | undefined);
  /** Most tokens of what is shown to the model, by o200k_base: 64 to 1,000,000. Default: 2,000. */
  readonly tokenBudget?: number;
  /** Most recalled memories, and most procedures: 0 to 100. Default: 10. */
  readonly limit?: number;
  /** Least trust of what is shown, 0 to 1. Default: any. */
  readonly minTrust?: number;
  /** Whether exchanges are stored after each turn. Default: true. */
  readonly store?: boolean;
  /** Tools that the model may call: all of them, or these. Default: none. */
  readonly tools?: boolean | readonly ToolName[];
  /** How long a turn waits for what to show, for a tool, and to store its exchange, in milliseconds each. Default: 3,000. */
  readonly timeoutMs?: number;
  /**
   * Told when mneme doesn't answer in time or refuses; the turn goes on. What it throws fails the turn; `"throw"` throws the
   * error itself. Default: a warning of the process.
   */
  readonly onError?: "throw" | ((error: unknown, during: "context" | "store") => void);
}

/** Options with their defaults. */
export interface Settings {
  /** Asks once. */
  readonly reading: MnemeClient;
  /** Asks again until the time is over. */
  readonly writing: MnemeClient;
  readonly namespaceOf: (turn: TurnConfig) => string;
  readonly sessionOf: (turn: TurnConfig) => string;
  readonly subjectOf: (turn: TurnConfig) => string | undefined;
  readonly recallFrom: readonly string[] | undefined;
  readonly tokenBudget: number;
  readonly limit: number;
  readonly minTrust: number | undefined;
  readonly store: boolean;
  readonly tools: readonly ToolName[];
  readonly timeoutMs: number;
  readonly onError: (error: unknown, during: "context" | "store") => void;
}

const NAMES: ReadonlySet<string> = new Set([
  "client",
  "url",
  "apiKey",
  "namespace",
  "recallFrom",
  "sessionId",
  "subject",
  "tokenBudget",
  "limit",
  "minTrust",
  "store",
  "tools",
  "timeoutMs",
  "onError",
]);
const TOOLS: readonly ToolName[] = ["remember", "recall", "forget"];
const NAMESPACE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

export function readOptions(options: MnemeMemoryOptions): Settings {
  const unknown = Object.keys(options).filter((name) => !NAMES.has(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `mnemeMemory has no option ${unknown.join(", ")}. Its options are ${[...NAMES].join(", ")}.`,
    );
  }
  const { namespace, sessionId, subject, recallFrom, minTrust, store = true, onError = warn } = options;
  const { tokenBudget = 2000, limit = 10, timeoutMs = 3000, tools = false } = options;
  if (typeof namespace === "string") checkNamespace(namespace);
  inRange("tokenBudget", tokenBudget, 64, 1_000_000);
  inRange("limit", limit, 0, 100);
  inRange("timeoutMs", timeoutMs, 1, 600_000);
  if (minTrust !== undefined && !(minTrust >= 0 && minTrust <= 1)) {
    throw new RangeError(`minTrust must be a number from 0 to 1, not ${minTrust}.`);
  }
  const named = tools === true ? TOOLS : tools === false ? [] : tools;
  const other = named.filter((name) => !TOOLS.includes(name));
  if (other.length > 0) throw new TypeError(`tools are ${TOOLS.join(", ")}, not ${other.join(", ")}.`);
  return {
    ...clientsOf(options, timeoutMs),
    namespaceOf: (turn) => checkNamespace(typeof namespace === "function" ? namespace(turn) : namespace),
    sessionOf: (turn) => sessionIdOf(typeof sessionId === "function" ? sessionId(turn) : sessionId, turn),
    subjectOf: (turn) => (typeof subject === "function" ? subject(turn) : subject),
    recallFrom,
    tokenBudget,
    limit,
    minTrust,
    store,
    tools: named,
    timeoutMs,
    onError: onError === "throw" ? rethrow : onError,
  };
}

function clientsOf(
  { client, url, apiKey }: MnemeMemoryOptions,
  timeoutMs: number,
): Pick<Settings, "reading" | "writing"> {
  if (client !== undefined && url === undefined && apiKey === undefined) {
    return { reading: client, writing: client };
  }
  if (client !== undefined || url === undefined) {
    throw new TypeError("mnemeMemory needs either a client, or the url of a mneme service.");
  }
  const connection = { url, ...(apiKey === undefined ? {} : { apiKey }), timeoutMs };
  return {
    // An answer a moment later than now is worth less than a turn without memories.
    reading: createClient({ ...connection, retryForMs: 0 }),
    writing: createClient({ ...connection, retryForMs: timeoutMs, connectTimeoutMs: timeoutMs }),
  };
}

function checkNamespace(namespace: string): string {
  if (NAMESPACE.test(namespace)) return namespace;
  throw new TypeError(
    `namespace must be labels of letters, digits, "_" and "-", joined by dots, not ${JSON.stringify(namespace)}.`,
  );
}

function sessionIdOf(given: string | undefined, { configurable }: TurnConfig): string {
  const id = given ?? configurable["thread_id"];
  if (typeof id === "string" && id !== "") return id;
  throw new TypeError(
    "mnemeMemory needs a session: call the agent with configurable.thread_id, or set the option sessionId.",
  );
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}.`);
}

function rethrow(error: unknown): never {
  throw error;
}

/** Its message names no content: it comes from the client. */
function warn(error: unknown, during: "context" | "store"): void {
  const what = during === "context" ? "a turn had no memories" : "an exchange wasn't stored";
  const reason = error instanceof Error ? error.message : String(error);
  process.emitWarning(`mneme: ${what}: ${reason}`, { code: "MNEME_MEMORY" });
}
