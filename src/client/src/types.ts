import type { paths } from "./schema.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have a method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [_ in M]: { responses: unknown } } ? P : never;
}[keyof paths];

type OperationOf<P extends keyof paths, M extends Method> = paths[P][M];

type PathPart<O> = O extends { parameters: { path: infer T extends object } }
  ? { readonly path: T }
  : unknown;
/** An undefined parameter isn't sent. */
type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };
type QueryPart<O> = O extends { parameters: { query: infer T extends object } }
  ? { readonly query: Loose<T> }
  : O extends { parameters: { query?: infer T extends object } }
    ? { readonly query?: Loose<T> | undefined }
    : unknown;
type BodyPart<O> = O extends { requestBody: { content: infer C extends object } }
  ? { readonly body: C[keyof C] }
  : O extends { requestBody?: { content: infer C extends object } }
    ? { readonly body?: C[keyof C] }
    : unknown;

interface Common {
  readonly signal?: AbortSignal;
  /** Version that must be current: `If-Match`. */
  readonly ifMatch?: string | number;
  /** `*`: only if nothing is there. */
  readonly ifNoneMatch?: string;
  /** Of a POST, in place of one that the client makes: with the same key, the act is done once. */
  readonly idempotencyKey?: string;
  /** Waits until Redis has the write on disk: `Prefer: durable`. */
  readonly durable?: boolean;
  /** Time limit of one attempt, in milliseconds. Default: that of the client. */
  readonly timeoutMs?: number;
}

/** What a request takes: `path`, `query` and `body` where the route has them, and what every request takes. */
export type InitOf<P extends keyof paths, M extends Method> = Common &
  PathPart<OperationOf<P, M>> &
  QueryPart<OperationOf<P, M>> &
  BodyPart<OperationOf<P, M>>;

type ContentOf<R> = R extends { content: { "application/json": infer T } }
  ? T
  : R extends { content: object }
    ? string
    : undefined;

/** What a request gives: the body of any success, undefined where it has none. */
export type AnswerOf<P extends keyof paths, M extends Method> =
  OperationOf<P, M> extends { responses: infer R } ? { [S in keyof R]: ContentOf<R[S]> }[keyof R] : never;

/** The elements of the one list of a page. */
export type ItemOf<Page> = {
  [K in keyof Page]: Page[K] extends readonly (infer T)[] ? T : never;
}[keyof Page];

/** Paths of a list: their answers have a cursor. */
export type PathOfList = {
  [P in PathWith<"get">]: AnswerOf<P, "get"> extends { cursor: string | null } ? P : never;
}[PathWith<"get">];
