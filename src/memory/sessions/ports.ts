import type { Trail } from "../../access/trail.js";
import type { Message, RunningSummary, Session, SessionRef } from "./session.js";

/** A message on its way into the store, which gives it its number. */
export type DraftMessage = Omit<Message, "number" | "appended_at" | "source_agent">;

export interface AppendResult {
  readonly id: string;
  /** Undefined for a caller that may not read. */
  readonly number: number | undefined;
  /** False: the id was there already; nothing was appended. */
  readonly created: boolean;
}

export interface AppendOutcome {
  readonly results: readonly AppendResult[];
  /** Undefined for a caller that may not read. */
  readonly messageCount: number | undefined;
  /** More is here than the window holds: the oldest turns are due to be promoted. */
  readonly due: boolean;
}

export interface MessageQuery {
  readonly limit: number;
  /** Only numbers below or above this one. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export interface SessionPage {
  readonly sessions: readonly Session[];
  /** Undefined at the end. */
  readonly next: SessionPlace | undefined;
}

/** Where a page of a list of sessions ends. */
export interface SessionPlace {
  /** Of the last append, in microseconds since the epoch. */
  readonly moment: string;
  /** Of the session; empty: all of the moment's. */
  readonly facet: string;
}

export interface RemovedSession {
  readonly incarnation: string;
  /** Up to this number, messages had left it for episodic memory. */
  readonly summarisedTo: number;
  /** Some of the next ones may be in episodic memory as well: a promotion hadn't come to its end. */
  readonly unsettled: boolean;
}

/** A stretch of a session that one process may promote. */
export interface Claim {
  readonly ref: SessionRef;
  /** Distinguishes this session from an earlier one of the same name. */
  readonly incarnation: string;
  /** The fencing token: only the newest one may settle. */
  readonly fence: number;
  readonly from: number;
  readonly to: number;
  readonly summary: RunningSummary | null;
  readonly messages: readonly Message[];
}

/** A session with all of its messages, as they are stored. */
export interface StoredSession {
  readonly session: Session;
  readonly messages: readonly Message[];
}

/** The same texts as they are to be. */
export interface SessionRewriting {
  readonly summary: string | undefined;
  /** Those that change. */
  readonly messages: readonly Message[];
}

/**
 * The domain's store of sessions. Every method rejects with `redis_unavailable` when the store can't be reached. Each
 * is one step that happens whole or not at all.
 */
export interface SessionStore {
  append(trail: Trail, ref: SessionRef, messages: readonly DraftMessage[]): Promise<AppendOutcome>;
  /** Reads a page in ascending order and the session itself; renews it. Undefined: there is none. */
  messages(
    trail: Trail,
    ref: SessionRef,
    query: MessageQuery,
  ): Promise<{ readonly session: Session; readonly messages: readonly Message[] } | undefined>;
  /** The last appended to first; `after` is where the page before ended. */
  list(trail: Trail, namespace: string, limit: number, after: SessionPlace | undefined): Promise<SessionPage>;
  /**
   * Undefined: there is none. `derived`: memories promoted from it are noted, and handled by {@link erase}. `unusedSince`,
   * milliseconds since the epoch: undefined as well where a message came later, and that session stays.
   */
  remove(
    trail: Trail,
    ref: SessionRef,
    derived: boolean,
    unusedSince?: number,
  ): Promise<RemovedSession | undefined>;
  /** Undefined: nothing is due there, or another process has the claim. */
  claim(ref: SessionRef, leaseMs: number): Promise<Claim | undefined>;
  /**
   * In one step, the messages of a claim leave the session and its summary becomes this. `lost`: another process has
   * the claim, `gone`: the session is gone; nothing was changed.
   */
  settle(trail: Trail, claim: Claim, summary: RunningSummary): Promise<"settled" | "lost" | "gone">;
  /** Lets no other process claim it for so long, from now. False: another process has the claim, or it was settled. */
  postpone(claim: Claim, ms: number): Promise<boolean>;
  /** Sessions that are past their window, of all namespaces. */
  due(now: number, limit: number): Promise<readonly SessionRef[]>;
  /** The first places of sessions after one, in an order that nothing changes; none at the end. `""`: from the start. */
  places(namespace: string, after: string, limit: number): Promise<readonly string[]>;
  /** The session at a place, which this doesn't renew; undefined: it is gone. */
  stored(namespace: string, place: string): Promise<StoredSession | undefined>;
  /** Replaces texts where they are stored. `changed`: it is another session, or has another summary; nothing is written. */
  treat(trail: Trail, before: StoredSession, next: SessionRewriting): Promise<"rewritten" | "changed">;
}
