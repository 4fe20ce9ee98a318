import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Answer } from "./answer.js";

interface Operation {
  readonly operationId?: string;
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly content?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, Header | { readonly $ref: string }>>;
}

interface Header {
  readonly required?: boolean;
  readonly schema: object;
}

/** Headers that say something of the API: an answer with one must be described with it. */
const TELLING = [
  "etag",
  "location",
  "retry-after",
  "ratelimit-limit",
  "ratelimit-remaining",
  "ratelimit-reset",
  "idempotency-replayed",
  "preference-applied",
  "www-authenticate",
];

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly headers: Readonly<Record<string, Header>> };
}

/** What a service says of itself in /openapi.json, to hold each of its answers against. */
export interface Contract {
  readonly document: OpenApi;
  /** Throws if the answer has a status, a content type or a body that isn't described. */
  check(method: string, path: string, answer: Answer): void;
}

/** The pages and the description themselves aren't part of the API that is described. */
const UNDESCRIBED = /^\/(docs(\/|$)|openapi\.json)/;

/** A service that bounds open routes narrowly may refuse it for a while: what waited for readiness asked often. */
async function readDocument(url: string): Promise<OpenApi> {
  for (;;) {
    const answer = await fetch(`${url}/openapi.json`);
    if (answer.status === 200) return (await answer.json()) as OpenApi;
    if (answer.status !== 429) throw new Error(`/openapi.json answered ${answer.status}`);
    await sleep(200);
  }
}

export async function loadContract(url: string): Promise<Contract> {
  const document = await readDocument(url);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "openapi");
  const validators = new Map<string, ValidateFunction>();
  const routes = Object.entries(document.paths).map(([template, operations]) => ({
    template,
    pattern: new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`),
    operations,
  }));

  function validator(pointer: string): ValidateFunction {
    const known = validators.get(pointer);
    if (known !== undefined) return known;
    const made = ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, made);
    return made;
  }

  function checkHeaders(name: string, response: Response, answer: Answer): void {
    const described = new Map(
      Object.entries(response.headers ?? {}).map(([header, value]) => [header.toLowerCase(), resolve(value)]),
    );
    for (const header of TELLING) {
      const value = answer.headers.get(header);
      const { required = false, schema } = described.get(header) ?? {};
      if (value === null) {
        if (required) throw new Error(`${name} lacks the header ${header}.`);
        continue;
      }
      if (schema === undefined) throw new Error(`${name} has the header ${header}, which isn't described.`);
      const typed = "type" in schema && schema.type === "integer" ? Number(value) : value;
      if (!ajv.validate(schema, typed)) throw new Error(`${name} has ${header}: ${value}, not as described.`);
    }
  }

  function resolve(header: Header | { readonly $ref: string }): Header | undefined {
    return "$ref" in header ? document.components.headers[header.$ref.split("/").at(-1) ?? ""] : header;
  }

  return {
    document,
    check(method, path, answer) {
      // As fetch sends it: it resolves "." and "..".
      const { pathname } = new URL(path, url);
      if (UNDESCRIBED.test(pathname)) return;
      const candidates = routes.filter(({ pattern }) => pattern.test(pathname));
      const route =
        candidates.find(({ template }) => template === pathname) ??
        candidates.toSorted((a, b) => parameters(a.template) - parameters(b.template))[0];
      const verb = method.toLowerCase();
      const operation = route?.operations[verb];
      if (route === undefined || operation === undefined) return;
      const name = `${method} ${route.template} → ${answer.status}`;
      const response = operation.responses[String(answer.status)];
      if (response === undefined) throw new Error(`${name} isn't described: ${answer.text.slice(0, 300)}`);
      checkHeaders(name, response, answer);
      if (response.content === undefined) {
        if (answer.text !== "") throw new Error(`${name} has a body, which isn't described.`);
        return;
      }
      const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
      if (!(type in response.content)) throw new Error(`${name} has the content type ${type}.`);
      if (!/[/+]json$/.test(type)) return;
      const validate = validator(
        `/paths/${escape(route.template)}/${verb}/responses/${answer.status}/content/${escape(type)}/schema`,
      );
      if (!validate(answer.body)) {
        throw new Error(`${name} isn't as described: ${ajv.errorsText(validate.errors)}`);
      }
    },
  };
}

const parameters = (template: string): number => template.split("{").length;

/** A step of a JSON pointer inside a URI fragment. */
const escape = (step: string): string => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
