import type { Trail } from "../../access/trail.js";

/**
 * An agent's record: verdicts of others on its memories, by administration. Verdicts by the keys of one administrator
 * count in the namespaces that it administers, and nowhere else.
 */
export interface Agent {
  readonly id: string;
  /** Administrations with verdicts. */
  readonly administrations: readonly AdministeredVerdicts[];
}

export interface AdministeredVerdicts extends Verdicts {
  /** A pattern that some key administers, `**` for what only the operator does; verdicts count in all namespaces below it. */
  readonly namespace: string;
}

/** An agent as the author of something in a namespace. */
export interface AuthorIn {
  readonly source_agent: string;
  readonly namespace: string;
}

/** One caller's standing verdict on what a memory says. */
export interface Vote {
  /** Names the memory, its content and the caller: one vote, even if sent repeatedly. */
  readonly id: string;
  /** When it was given, milliseconds since the epoch: of two, the later one holds. */
  readonly at: number;
  readonly verdict: keyof Verdicts;
}

/** Agents lie in no namespace. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface AgentRegistry {
  get(trail: Trail, id: string): Promise<Agent>;
  /** Judged agents by name, after `after`. */
  page(trail: Trail, after: string | undefined, limit: number): Promise<readonly Agent[]>;
  /**
   * The verdicts that count in a namespace: those of its administration and of those around it. Part of another act.
   */
  peek(id: string, namespace: string): Promise<Verdicts>;
  /** Votes on memories of one namespace. Idempotent: a vote that is known, or older than the known one, changes nothing. */
  count(id: string, namespace: string, votes: readonly Vote[]): Promise<void>;
  /** For each namespace, the narrowest pattern that a key administers; `**` if only the operator administers it. */
  administrationsOf(namespaces: readonly string[]): Promise<readonly string[]>;
}

/** The accuracy of agents, as this process knows it. */
export interface Accuracies {
  /** Accuracies of the authors, in order. */
  of(authors: readonly AuthorIn[]): Promise<readonly number[]>;
  /** Drops an agent from the cache, for all namespaces: the next question asks the store. */
  forget(agent: string): void;
}

export interface Verdicts {
  readonly confirmed: number;
  readonly contradicted: number;
}
