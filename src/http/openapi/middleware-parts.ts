import type { OpenAPIHono } from "@hono/zod-openapi";
import { describeFields } from "./field-descriptions.js";
import { headerOf, RESPONSE_HEADERS } from "./response-headers.js";
import type { AppEnv } from "../env.js";
import { traitsOf } from "../route-traits.js";
import type { RouteTraits } from "../route-traits.js";

type Document = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

type Method = (typeof METHODS)[number];
type Operation = NonNullable<NonNullable<Document["paths"]>[string][Method]>;
type Response = NonNullable<Operation["responses"]>[string];

const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header" as const,
  schema: {
    type: "string" as const,
    minLength: 1,
    maxLength: 255,
    pattern: "^[\\x21-\\x7e]([\\x20-\\x7e]{0,253}[\\x21-\\x7e])?$",
  },
  description:
    "A key that makes retries safe: for 24 hours, a request with the same key and body gets the first answer again.",
};

const PREFER = {
  name: "Prefer",
  in: "header" as const,
  schema: { type: "string" as const, maxLength: 1024 },
  description: "`durable`: the service answers after Redis has the write on disk.",
};

const REPEATED = {
  409: {
    content: problem,
    description: "The first request with this Idempotency-Key is still being processed (idempotency_busy).",
  },
  410: {
    content: problem,
    description:
      "The request with this Idempotency-Key was already processed, but its stored response has been erased (answer_erased), because something in it has been deleted since, or because an earlier release stored it.",
  },
  422: {
    content: problem,
    description: "This Idempotency-Key belongs to another request (idempotency_mismatch).",
  },
};

const MISDIRECTED = {
  content: problem,
  description:
    "The Host header names another host, or a proxy has forwarded the request. Without API keys, the service serves its own machine only.",
};

/** Parameters of paths, which mean the same wherever they stand; a route's own description comes first. */
const PATH_PARAMETERS: Readonly<Record<string, string>> = {
  ns: "The namespace: labels joined by dots.",
  id: "Id of the resource.",
  part: "Number of the part, from 1.",
};

/** Query parameters that mean the same wherever they stand; a route's own description comes first. */
const QUERY_PARAMETERS: Readonly<Record<string, string>> = {
  limit: "Maximum number of results on a page.",
  cursor: "Cursor from the previous page; returns the next page.",
  memory_type: "Only memories of this type; repeat it for several.",
  agent_id: "Only memories of this agent (`agent_id`); repeat it for several.",
  session_id: "Only memories of this session; repeat it for several.",
  from: "Only from this time on (inclusive).",
  to: "Only before this time (exclusive).",
  fact_predicate: "Only facts with this predicate; repeat it for several.",
  fact_object: "Only facts with this object; repeat it for several. Aliases aren't resolved.",
  namespace: "A namespace, or a pattern such as `acme.shared.**`.",
  before: "Only versions with a lower number.",
  hops: "Maximum distance from the entity.",
  token_budget: "Maximum number of tokens in the context.",
  agent: "Only acts of this agent.",
  verb: "Only acts with this name, such as `remember`; repeat it for several.",
};

/** Adds to each operation what middleware does for it, so that no route has to say it again. */
export function withCommonParts(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (operation !== undefined) complete(operation, method);
    }
  }
  describeFields(document);
  simplify(document.components?.schemas);
  simplify(document.paths);
  document.components = { ...document.components, headers: RESPONSE_HEADERS };
  return document;
}

const ALL_TYPES = 6;

/**
 * Rewrites parts that make generators of clients give up on a schema and on all that refers to it: any JSON as a list
 * of all six types, and an object as a default. For a validator the meaning stays the same.
 */
function simplify(part: unknown): void {
  if (typeof part !== "object" || part === null) return;
  if ("type" in part && Array.isArray(part.type) && part.type.length === ALL_TYPES) delete part.type;
  if ("default" in part && isObject(part.default) && !isObject(part.default["type"])) {
    const said = "description" in part && typeof part.description === "string" ? `${part.description} ` : "";
    Object.assign(part, { description: `${said}Default: \`${JSON.stringify(part.default)}\`.` });
    delete part.default;
  }
  for (const inner of Object.values(part)) simplify(inner);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function complete(operation: Operation, method: Method): void {
  const traits = takeTraits(operation);
  const isOpen = traits?.open !== undefined;
  if (isOpen) operation.security = [];
  const reads = method === "get" || traits?.readsOnly === true;
  const repeatable = !reads && (method === "post" || method === "put");
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...(repeatable ? [IDEMPOTENCY_KEY] : []),
    ...(reads ? [] : [PREFER]),
  ];
  for (const parameter of operation.parameters) describeParameter(parameter);
  operation.responses = {
    ...(repeatable ? REPEATED : {}),
    ...operation.responses,
    421: MISDIRECTED,
  };
  for (const [status, response] of Object.entries(operation.responses)) {
    addHeaders(response as Response, Number(status), { reads, repeatable, isOpen });
  }
}

/** Takes the route's traits off its operation: they are for the middleware, and no part of the description. */
function takeTraits(operation: Operation): RouteTraits | undefined {
  const traits = traitsOf(operation);
  delete (operation as { traits?: unknown }).traits;
  return traits;
}

function describeParameter(parameter: NonNullable<Operation["parameters"]>[number]): void {
  if (!("in" in parameter)) return;
  // Handlers read headers by their lower-case names.
  if (parameter.name === "if-match") parameter.name = "If-Match";
  const { name, in: place } = parameter;
  const own =
    parameter.schema !== undefined && "description" in parameter.schema
      ? parameter.schema.description
      : undefined;
  const shared = (place === "path" ? PATH_PARAMETERS : QUERY_PARAMETERS)[name];
  const description = parameter.description ?? own ?? shared;
  if (description !== undefined) parameter.description = description;
}

interface Kind {
  readonly reads: boolean;
  readonly repeatable: boolean;
  readonly isOpen: boolean;
}

function addHeaders(response: Response, status: number, { reads, repeatable, isOpen }: Kind): void {
  const names = [
    ...(status === 401 ? (["WWW-Authenticate"] as const) : []),
    ...(status === 429 || status === 503 || status === 507 ? (["Retry-After"] as const) : []),
    ...(status === 409 && repeatable ? (["Retry-After"] as const) : []),
    ...(isOpen ? [] : (["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"] as const)),
    ...(repeatable ? (["Idempotency-Replayed"] as const) : []),
    ...(!reads && status < 300 ? (["Preference-Applied"] as const) : []),
  ];
  if (names.length === 0) return;
  const common = Object.fromEntries(names.map((name) => [name, headerOf(name)]));
  response.headers = { ...common, ...response.headers };
}
