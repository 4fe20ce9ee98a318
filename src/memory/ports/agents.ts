import type { Trail } from "../../access/trail.js";

/**
 * What is known of an agent, by verdicts of others on its memories. It is known by administration: what the keys of one
 * administrator can say of an agent counts in the namespaces that this one administers, and nowhere else.
 */
export interface Agent {
  readonly id: string;
  /** Those in which there are verdicts. */
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
  /** Which memory, which of its contents, whose verdict: one vote, however often it is brought. */
  readonly id: string;
  /** When it was given, milliseconds since the epoch: of two, the later one holds. */
  readonly at: number;
  readonly verdict: keyof Verdicts;
}

/** Agents lie in no namespace. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface AgentRegistry {
  get(trail: Trail, id: string): Promise<Agent>;
  /** Those who were judged, by name, after `after`. */
  page(trail: Trail, after: string | undefined, limit: number): Promise<readonly Agent[]>;
  /** What counts in a namespace: the verdicts of its administration and of those around it. As part of another act. */
  peek(id: string, namespace: string): Promise<Verdicts>;
  /** Votes on memories of one namespace. Idempotent: a vote that is known, or older than the known one, changes nothing. */
  count(id: string, namespace: string, votes: readonly Vote[]): Promise<void>;
  /** The narrowest pattern that anybody administers, for each namespace; `**` where only the operator does. */
  administrationsOf(namespaces: readonly string[]): Promise<readonly string[]>;
}

/** How accurate agents are, as this process knows it. */
export interface Accuracies {
  /** For each author, in order. */
  of(authors: readonly AuthorIn[]): Promise<readonly number[]>;
  /** Asked for again the next time, wherever it writes. */
  forget(agent: string): void;
}

export interface Verdicts {
  readonly confirmed: number;
  readonly contradicted: number;
}
