import { eventsOf } from "./events.js";
import type { ServerSentEvent } from "./events.js";
import { readOptions } from "./options.js";
import type { ClientOptions } from "./options.js";
import { createSend } from "./send.js";
import type { Repeat } from "./send.js";
import type { paths } from "./schema.js";
import type { AnswerOf, InitOf, ItemOf, Method, PathOfList, PathWith } from "./types.js";

export type { ClientOptions } from "./options.js";

/** The init is optional where the route needs nothing. */
type Arguments<P extends keyof paths, M extends Method> =
  object extends InitOf<P, M> ? [init?: InitOf<P, M>] : [init: InitOf<P, M>];

type Call<M extends Method> = <P extends PathWith<M>>(
  path: P,
  ...args: Arguments<P, M>
) => Promise<AnswerOf<P, M>>;

/** A client of mneme's HTTP API. Every method rejects with a `MnemeError`, or with the reason of the signal's abort. */
export interface MnemeClient {
  readonly get: Call<"get">;
  /** Sent with an `Idempotency-Key`, so that a retry does nothing twice. */
  readonly post: Call<"post">;
  /** As `post`. */
  readonly put: Call<"put">;
  readonly patch: Call<"patch">;
  readonly delete: Call<"delete">;
  /** The pages of a list, each when it is asked for. */
  pages<P extends PathOfList>(
    path: P,
    ...args: Arguments<P, "get">
  ): AsyncGenerator<AnswerOf<P, "get">, void>;
  /** The elements of a list, over all of its pages. */
  items<P extends PathOfList>(
    path: P,
    ...args: Arguments<P, "get">
  ): AsyncGenerator<ItemOf<AnswerOf<P, "get">>, void>;
  /** The events of a stream, which is opened again where it breaks off. */
  events<P extends PathWith<"get">>(
    path: P,
    init: InitOf<P, "get"> & { readonly lastEventId?: string },
  ): AsyncGenerator<ServerSentEvent, void>;
}

/** What the types of a route come to once they are checked. */
interface Init {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly ifMatch?: string | number;
  readonly ifNoneMatch?: string;
  readonly idempotencyKey?: string;
  readonly durable?: boolean;
  readonly timeoutMs?: number;
  readonly lastEventId?: string;
}

export function createClient(options: ClientOptions): MnemeClient {
  const settings = readOptions(options);
  const send = createSend(settings);

  const request = async (method: Method, path: string, init: Init = {}): Promise<unknown> =>
    send({
      method: method.toUpperCase(),
      path: addressOf(path, init),
      headers: headersOf(method, init),
      body: bodyOf(init.body),
      repeat: repeatOf(method, init),
      timeoutMs: init.timeoutMs,
      signal: init.signal,
    });

  async function* pages(path: string, init: Init = {}): AsyncGenerator<unknown, void> {
    let cursor: unknown = init.query?.["cursor"];
    do {
      const page = await request("get", path, { ...init, query: { ...init.query, cursor } });
      yield page;
      cursor = fieldsOf(page)["cursor"];
    } while (typeof cursor === "string");
  }

  async function* items(path: string, init?: Init): AsyncGenerator<unknown, void> {
    for await (const page of pages(path, init)) {
      const list: unknown = Object.values(fieldsOf(page)).find(Array.isArray);
      if (Array.isArray(list)) yield* list as unknown[];
    }
  }

  const call = (method: Method) => (path: string, init?: Init) => request(method, path, init);
  return typed({
    get: call("get"),
    post: call("post"),
    put: call("put"),
    patch: call("patch"),
    delete: call("delete"),
    pages,
    items,
    events: (path: string, init: Init) => eventsOf(settings, addressOf(path, init), init),
  });
}

/** An answer has the type of its route: the service's tests check each against the document that the types are made of. */
function typed(client: { readonly [K in keyof MnemeClient]: unknown }): MnemeClient {
  return client as MnemeClient;
}

function addressOf(path: string, { path: parameters = {}, query = {} }: Init): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new TypeError(`${path} needs path.${name}.`);
    // Such a part would make the address another one: of what is above, or of a list.
    if (["", ".", ".."].includes(String(value)))
      throw new TypeError(`path.${name} must not be empty, . or ..; a URL can't name that.`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      search.append(name, typeof each === "object" ? JSON.stringify(each) : String(each));
    }
  }
  const text = search.toString();
  return text === "" ? address : `${address}?${text}`;
}

/** Reads, and what has a key, may be sent again. A deletion that finds nothing then was done the first time. */
function repeatOf(method: Method, { ifMatch, durable }: Init): Repeat {
  if (method === "patch") return "never";
  if (method !== "delete") return "always";
  return ifMatch === undefined && durable !== true ? "until gone" : "never";
}

/** randomUUID is missing where a page came by plain HTTP. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );

function headersOf(method: Method, init: Init): Record<string, string> {
  const key = init.idempotencyKey ?? (method === "post" || method === "put" ? newKey() : undefined);
  return {
    ...(init.body === undefined
      ? {}
      : { "content-type": typeof init.body === "string" ? "application/octet-stream" : "application/json" }),
    ...(init.ifMatch === undefined ? {} : { "if-match": quoted(init.ifMatch) }),
    ...(init.ifNoneMatch === undefined ? {} : { "if-none-match": init.ifNoneMatch }),
    ...(key === undefined ? {} : { "idempotency-key": key }),
    ...(init.durable === true ? { prefer: "durable" } : {}),
  };
}

/** A version as an entity tag. */
const quoted = (version: string | number): string =>
  typeof version === "number" || /^\d+$/.test(version) ? `"${version}"` : version;

const bodyOf = (body: unknown): string | undefined =>
  body === undefined || typeof body === "string" ? body : JSON.stringify(body);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
