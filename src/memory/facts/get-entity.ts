import { cursorsOf } from "../../domain/cursor.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { entityNotFound } from "../../domain/errors.js";
import { matches } from "../conditions/filter.js";
import { holds } from "../model/moment.js";
import { momentOf } from "../ports/moment.js";
import { judgeAll } from "../trust/judge.js";
import type { Judged } from "../trust/judge.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import { aboutAny } from "./about.js";
import { isGone } from "./is-gone.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { Entity } from "../ports/facts.js";
import type { RecordStore } from "../ports/records.js";

export interface EntityInput {
  /** See {@link RecallInput}. */
  readonly as_of?: number | undefined;
  readonly valid_at?: number | "any" | undefined;
  /** Facts with less trust are dropped. */
  readonly min_trust?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface EntityOutcome {
  readonly entity: Entity;
  /** Most recently recorded first. A page may hold fewer than `limit`, even none, before the end. */
  readonly facts: readonly Judged[];
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** An entity with the facts that hold one of its names as subject or object. */
export async function getEntity(
  services: Using<RecordStore, "entities" | "audit" | "accuracies">,
  context: Context,
  namespace: string,
  name: string,
  input: EntityInput,
): Promise<EntityOutcome> {
  const { store, entities, audit } = services;
  await authorize(audit, context, namespace, { verb: "read", act: "entity.get" });
  const { entities: found } = await entities.resolve(namespace, [normaliseName(name)]);
  const trail = trailOf(context, "entity.get");
  const [entity] = found;
  if (entity === undefined) {
    await audit.record(namespace, trail, "missing");
    throw entityNotFound();
  }
  const { as_of, valid_at, min_trust = 0 } = input;
  const cursors = cursorsOf("entity or different times", namespace, entity.name, as_of, valid_at, min_trust);
  const [, before, began] = cursors.read(input.cursor, /^(\d{1,15}) (any|-?\d{1,15})$/) ?? [];
  // What is so now is asked of the same now on all pages.
  const moment =
    began === undefined
      ? momentOf(context, input)
      : { asOf: as_of, validAt: began === "any" ? undefined : Number(began) };
  const query = { scopes: [{ root: namespace, below: false }], filter: aboutAny([entity]) };
  const page = await entities.factRefs({
    ...query,
    moment,
    before: before === undefined ? undefined : Number(before),
    limit: input.limit,
  });
  if (before === undefined && page.total === 0 && (await isGone(entities, query.scopes, entity))) {
    await audit.record(namespace, trail, "missing");
    throw entityNotFound();
  }
  const loaded = await store.load(trail, [namespace], page.refs, moment.asOf);
  const now = context.now();
  const facts = loaded
    .filter((memory) => memory !== undefined)
    .filter((memory) => isAlive(memory, now) && holds(memory, moment) && matches(memory, query.filter));
  const last = page.refs.at(-1);
  const more = last !== undefined && page.total > page.refs.length;
  const judged = (await judgeAll(services, facts, moment.asOf ?? now)).filter(
    ({ trust }) => trust.trust >= min_trust,
  );
  return {
    entity,
    facts: judged,
    cursor: more ? cursors.write(`${last.seq} ${moment.validAt ?? "any"}`) : undefined,
  };
}
