import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { entityNotFound } from "../../domain/errors.js";
import { LIMITS } from "../../domain/limits.js";
import { judgeAll } from "../trust/judge.js";
import { momentOf } from "../ports/moment.js";
import type { Memory } from "../model/record.js";
import type { RecordStore } from "../ports/records.js";
import type { Using } from "../services.js";
import { isAlive } from "../lifecycle/ttl.js";
import { aboutAny } from "./about.js";
import type { Fact } from "../model/fact.js";
import { isGone } from "./is-gone.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { Entity, EntityStore } from "../ports/facts.js";

export interface NeighborsInput {
  readonly hops: number;
  /** Undefined: along any. */
  readonly predicate?: readonly string[] | undefined;
  readonly as_of?: number | undefined;
  readonly valid_at?: number | "any" | undefined;
  /** A fact that is trusted less isn't followed. */
  readonly min_trust?: number | undefined;
  /** The most edges. */
  readonly limit: number;
}

export interface Node {
  readonly entity: Entity;
  /** The distance from the start, in hops. */
  readonly hops: number;
}

export interface Edge {
  readonly memory: Memory & { readonly fact: Fact };
  /** The step in which it was found: one of its ends is that many hops away, less one. */
  readonly hops: number;
}

export interface NeighborsOutcome {
  readonly entity: Entity;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  /** Whether more edges exist than were returned. */
  readonly truncated: boolean;
}

/** Names that one step looks up. */
const MAX_FRONTIER = 256;

/**
 * Everything within some hops of an entity, breadth first: one search a hop, for the facts that hold a name of the
 * frontier as subject or object; and one lookup more where the namespace has aliases. What was recorded last comes
 * first where there is more than `limit`. Each fact and each entity is visited once, so a cycle ends.
 */
export async function neighbors(
  services: Using<RecordStore, "entities" | "audit" | "accuracies">,
  context: Context,
  namespace: string,
  name: string,
  input: NeighborsInput,
): Promise<NeighborsOutcome> {
  const { entities, audit } = services;
  await authorize(audit, context, namespace, { verb: "read", act: "neighbors" });
  const moment = momentOf(context, input);
  const start = await entities.resolve(namespace, [normaliseName(name)]);
  const [entity] = start.entities;
  if (entity === undefined) {
    await audit.record(namespace, trailOf(context, "neighbors"), "missing");
    throw entityNotFound();
  }
  const scopes = [{ root: namespace, below: false }];
  const nodes = new Map<string, Node>([[entity.name, { entity, hops: 0 }]]);
  const edges = new Map<string, Edge>();
  let frontier: readonly Entity[] = [entity];
  let truncated = false;
  // Facts that aren't trusted enough don't take the places of others.
  const most = input.min_trust === undefined ? input.limit : LIMITS.edges;
  for (let hops = 1; hops <= input.hops && frontier.length > 0; hops++) {
    const bounded = bound(frontier);
    truncated ||= bounded.length < frontier.length;
    const found = await entities.facts({
      scopes,
      filter: aboutAny(bounded, input.predicate),
      moment,
      // Those of the last step are found once more.
      limit: most + edges.size,
    });
    truncated ||= found.total > most + edges.size;
    const alive = found.facts.filter((memory) => isAlive(memory, context.now()) && !edges.has(memory.id));
    const fresh = (await trusted(services, alive, moment.asOf ?? context.now(), input)).flatMap(withFact);
    const shown = fresh.slice(0, input.limit - edges.size);
    truncated ||= shown.length < fresh.length;
    for (const memory of shown) edges.set(memory.id, { memory, hops });
    frontier = await reached(entities, namespace, shown, start.aliases);
    frontier = frontier.filter((each) => !nodes.has(each.name));
    for (const each of frontier) nodes.set(each.name, { entity: each, hops });
  }
  if (edges.size === 0 && (await isGone(entities, scopes, entity))) {
    await audit.record(namespace, trailOf(context, "neighbors"), "missing");
    throw entityNotFound();
  }
  // Recorded before it is shown.
  await audit.record(namespace, trailOf(context, "neighbors", { ids: [...edges.keys()] }), "ok");
  return { entity, nodes: [...nodes.values()], edges: [...edges.values()], truncated };
}

function bound(frontier: readonly Entity[]): readonly Entity[] {
  let names = 0;
  return frontier.filter((entity) => (names += entity.names.length) <= MAX_FRONTIER);
}

async function trusted(
  services: Using<RecordStore, "entities" | "audit" | "accuracies">,
  memories: readonly Memory[],
  at: number,
  { min_trust }: NeighborsInput,
): Promise<readonly Memory[]> {
  // Judged in any case: they name no facts as contradicting that are gone.
  const judged = await judgeAll(services, memories, at);
  return min_trust === undefined ? judged : judged.filter(({ trust }) => trust.trust >= min_trust);
}

function withFact(memory: Memory): (Memory & { readonly fact: Fact })[] {
  return memory.fact === null ? [] : [{ ...memory, fact: memory.fact }];
}

/** The entities at both ends of these facts, each once. */
async function reached(
  entities: EntityStore,
  namespace: string,
  facts: readonly { readonly fact: Fact }[],
  aliases: boolean,
): Promise<readonly Entity[]> {
  const ends = facts.flatMap(({ fact }) => [fact.subject, fact.object]);
  const alone = new Map<string, Entity>();
  for (const written of ends.map((end) => end.trim())) {
    const name = normaliseName(written);
    if (!alone.has(name)) alone.set(name, { name, written, names: [{ name, written }] });
  }
  if (!aliases || alone.size === 0) return [...alone.values()];
  const names = [...alone.keys()];
  const { entities: known } = await entities.resolve(namespace, names);
  const found = [...alone.values()].map((entity, index) => known[index] ?? entity);
  return [...new Map(found.map((entity) => [entity.name, entity])).values()];
}
