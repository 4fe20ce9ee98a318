import type { Fact } from "../model/fact.js";
import type { Scope } from "../../access/grants.js";
import type { Trail } from "../../access/trail.js";
import type { Deadline } from "../../domain/deadline.js";
import type { FacetQuery } from "../conditions/filter.js";
import type { MemoryRef } from "../model/ref.js";
import type { Moment } from "../model/moment.js";
import type { Memory } from "../model/record.js";

/** A name in its normal form, and as written. */
export interface Name {
  readonly name: string;
  readonly written: string;
}

/** An entity with one or more names: subject or object of facts, or an alias. */
export interface Entity extends Name {
  /** All of its names, its own first. */
  readonly names: readonly Name[];
}

export interface Resolved {
  /** In the order of the names; undefined: there is no such entity. */
  readonly entities: readonly (Entity | undefined)[];
  /** Whether the namespace has any aliases. */
  readonly aliases: boolean;
}

export interface FactQuery {
  /** All of these together. */
  readonly scopes: readonly Scope[];
  readonly filter: FacetQuery;
  readonly moment: Moment;
  readonly limit: number;
}

export interface LinkQuery extends FactQuery {
  /** Only such facts, those first that fit best; undefined: all, those that were recorded last first. */
  readonly named?: NamedLinks | undefined;
  /** The search isn't begun once it has passed: it rejects with `TooLate`. */
  readonly deadline?: Deadline | undefined;
}

/** Facts that hold one of these terms in their text, or have one of these predicates. */
export interface NamedLinks {
  readonly terms: readonly string[];
  readonly predicates: readonly string[];
}

export interface FoundLinks {
  readonly links: readonly Link[];
  /** Number of facts in all. */
  readonly total: number;
}

/** What a fact links, and whether it still does: a fact without its content. */
export interface Link
  extends MemoryRef, Pick<Memory, "expires_at" | "superseded_at" | "superseded_by" | "quarantined"> {
  readonly fact: Pick<Fact, "subject" | "predicate" | "object">;
}

export interface FactPageQuery extends FactQuery {
  /** Below which sequence number the page begins; undefined: at the last. */
  readonly before: number | undefined;
}

/** The facts that were recorded last come first; of several namespaces, those that were written or revised last. */
export interface FactRefs {
  /** `seq` is of one namespace only, and can be gone on from there. */
  readonly refs: readonly (MemoryRef & { readonly seq: number })[];
  readonly total: number;
}

export interface FoundFacts {
  readonly facts: readonly Memory[];
  /** Number of facts in all. */
  readonly total: number;
}

export interface ListedName extends Name {
  /** The entity's own name as it is written, where this is another of its names. */
  readonly aliasOf: string | undefined;
  /** Facts that hold this name now. */
  readonly facts: number;
}

export type AliasOutcome =
  | { readonly kind: "done"; readonly entity: Entity }
  | { readonly kind: "missing" }
  /** The name is another entity's. */
  | { readonly kind: "taken"; readonly name: string }
  | { readonly kind: "too_many" };

/**
 * Facts by what they are about. Names come and go as they are compared (`normaliseName`). What has no trail records
 * nothing: the act that calls it does. Rejects as `RecordStore` does.
 */
export interface EntityStore {
  resolve(namespace: string, names: readonly string[]): Promise<Resolved>;
  factRefs(query: FactPageQuery): Promise<FactRefs>;
  /** Facts with their contents, in one round trip. */
  facts(query: FactQuery): Promise<FoundFacts>;
  /** Facts without their contents, in one round trip. */
  links(query: LinkQuery): Promise<FoundLinks>;
  /** Names that begin so, in their own order; `next` is where to go on, undefined at the end. */
  list(
    namespace: string,
    prefix: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ readonly names: readonly ListedName[]; readonly next: string | undefined }>;
  /** Gives an entity these names besides its own, and no others. */
  putAliases(trail: Trail, namespace: string, entity: Name, aliases: readonly Name[]): Promise<AliasOutcome>;
  /** Makes two entities one, under the name of `into`. */
  merge(trail: Trail, namespace: string, from: Name, into: Name): Promise<AliasOutcome>;
}

/** Facts on the same timeline as a fact. Rejects as `RecordStore` does. */
export interface FactStore {
  /** Facts of one subject and predicate that begin around a time, and those that dispute them. */
  rivalsOf(
    namespace: string,
    fact: Pick<Fact, "subject" | "predicate">,
    from: number,
  ): Promise<readonly Memory[]>;
}
