import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import type { SimulationLinkDatum, SimulationNodeDatum } from "d3-force";

export interface GraphNode {
  readonly name: string;
  /** Steps from the entity that was asked for. */
  readonly hops: number;
  readonly expanded: boolean;
}

export interface GraphEdge {
  readonly id: string;
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly past: boolean;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
}

interface Body extends SimulationNodeDatum {
  readonly name: string;
}

const TICKS = 220;

/**
 * Where the nodes stand. It is computed at once, not shown while it moves: that is calmer, and the same for those who
 * want no motion. What stood before begins there, so that an expansion doesn't turn the graph around.
 */
export function layout(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  before: ReadonlyMap<string, Placed>,
): ReadonlyMap<string, Placed> {
  const bodies: Body[] = nodes.map(({ name, hops }) => ({
    name,
    ...before.get(name),
    ...(hops === 0 ? { fx: 0, fy: 0 } : {}),
  }));
  const links: SimulationLinkDatum<Body>[] = edges.map(({ subject, object }) => ({
    source: subject,
    target: object,
  }));
  forceSimulation(bodies)
    .force("charge", forceManyBody().strength(-620))
    .force(
      "link",
      forceLink<Body, SimulationLinkDatum<Body>>(links)
        .id(({ name }) => name)
        .distance(150),
    )
    .force("collide", forceCollide(58))
    .force("x", forceX(0).strength(0.04))
    .force("y", forceY(0).strength(0.07))
    .stop()
    .tick(TICKS);
  return new Map(bodies.map(({ name, x = 0, y = 0 }) => [name, { x, y }]));
}
