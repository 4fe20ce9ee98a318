/** Kinds of requests that may keep each other waiting, but not those of another kind. */
export type LaneName = "search" | "write" | "walk" | "transfer" | "direct";

/** What a request's body may be. */
export type BodyKind =
  /** JSON, in which a vector may be rounded to float32. */
  | "json"
  /** The same, for many memories at once. */
  | "batch"
  /** JSON that is stored as it is, or a patch of it: its members may have any names, and nothing is rounded. */
  | "document"
  /** A part of a file, which the route reads line by line. */
  | "part";

/** What middleware has to know of a route before its handler runs. Each route states it, see `createRoute`. */
export interface RouteTraits {
  /** `unbounded`: never waits for other requests. An operator must see what is wrong while it is. */
  readonly lane: LaneName | "unbounded";
  /**
   * The route needs no key, because it shows nothing of what is stored. `metered`: how often one address may call it is
   * bounded, so that callers with a key aren't slowed.
   */
  readonly open?: "metered" | "unmetered";
  /** Callers that were let in lately are let in while keys can't be read: see `identifyWhileAway`. */
  readonly whileAway?: true;
  /** `json` if absent. */
  readonly body?: BodyKind;
  /**
   * A POST that changes no data of callers: it has nothing to wait for under `Prefer: durable`, and a repetition reads again,
   * so no answer is stored for an `Idempotency-Key`.
   */
  readonly readsOnly?: true;
  /**
   * What the answer to a POST or PUT shows, besides the namespace in the path. An answer that is stored for an
   * Idempotency-Key ends with the deletion of what it shows. `memories`: those that the handler names by `showMemories`;
   * ids alone show nothing. `transaction`: the states that the body names.
   */
  readonly shows?: readonly ("memories" | "session" | "state" | "transaction")[];
  /** An `Idempotency-Key` has no effect: what the request asks for decides by itself what a repetition does. */
  readonly keepsNoAnswer?: true;
  /** Where a request says how many milliseconds it gives its answer, as `budget_ms`. */
  readonly budget?: "body" | "query";
}

/** The traits that a route must state. */
export type StatedTraits<Method> = Method extends "post" | "put"
  ? RouteTraits & Required<Pick<RouteTraits, "shows">>
  : RouteTraits;

/** The route of a request. */
export interface MatchedRoute {
  /** Its path, with the names of parameters in place of their values. */
  readonly pattern: string;
  /** False: no route takes this method and path. */
  readonly exists: boolean;
  readonly traits: RouteTraits;
}

/** The traits of a route or its description. `createRoute` demands traits of this type, and nothing changes them. */
export function traitsOf(route: object): RouteTraits | undefined {
  return "traits" in route ? (route.traits as RouteTraits) : undefined;
}
