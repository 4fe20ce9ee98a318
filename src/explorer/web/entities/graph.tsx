import { useEffect, useRef, useState } from "preact/hooks";
import type { MnemeError } from "@mneme/client";
import { excerpt, plural } from "../base/format.js";
import { here } from "../base/place.js";
import { errorOf, service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Failure, Loading, Note } from "../parts/notice.js";
import { layout } from "./layout.js";
import type { GraphEdge, GraphNode, Placed } from "./layout.js";
import { Table } from "../parts/table.js";

/** More can't be read, on any screen. */
const MOST_NODES = 300;
/** Facts of one entity that are read. */
const MOST_EDGES = 100;
const MARGIN = 90;

interface GraphState {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly places: ReadonlyMap<string, Placed>;
  /** There are entities for which there is no room. */
  readonly full: boolean;
  /** An entity has more facts than were read. */
  readonly cut: boolean;
}

const NOTHING: GraphState = { nodes: [], edges: [], places: new Map(), full: false, cut: false };

/** What an entity is connected with. A node shows its own neighbours when it is chosen. */
export function Graph({ ns, name }: { readonly ns: string; readonly name: string }) {
  const client = service.value;
  const [graph, setGraph] = useState<GraphState>(NOTHING);
  const [error, setError] = useState<MnemeError | undefined>(undefined);
  const [busy, setBusy] = useState(true);
  const latest = useRef(graph);
  latest.current = graph;
  const control = useRef(new AbortController());

  const expand = async (center: string): Promise<void> => {
    const { signal } = control.current;
    setBusy(true);
    setError(undefined);
    try {
      const found = await client.get("/v1/namespaces/{ns}/entities/{entity}/neighbors", {
        path: { ns, entity: center },
        query: { hops: 1, valid_at: "any", limit: MOST_EDGES },
        signal,
      });
      if (!signal.aborted) setGraph(joined(latest.current, center, found));
    } catch (fault) {
      if (!signal.aborted) setError(errorOf(fault));
    } finally {
      if (!signal.aborted) setBusy(false);
    }
  };
  useEffect(() => {
    control.current = new AbortController();
    // What another API key may read isn't for this one.
    latest.current = NOTHING;
    setGraph(NOTHING);
    void expand(name);
    return () => control.current.abort();
  }, [client]);

  if (error !== undefined && graph.nodes.length === 0)
    return <Failure error={error} retry={() => void expand(name)} />;
  if (graph.nodes.length === 0) return busy ? <Loading rows={6} /> : <Note>It has no neighbours.</Note>;
  return (
    <>
      {error !== undefined && <Failure error={error} />}
      <p class="status" role="status">
        {busy
          ? "Loading neighbours"
          : `${plural(graph.nodes.length, "entity", "entities")}. Choose one to see its neighbours too.`}
      </p>
      <Picture graph={graph} onChoose={(node) => void expand(node)} />
      {graph.full && (
        <Note>The graph shows at most {MOST_NODES} entities. Open another entity to go on from there.</Note>
      )}
      {graph.cut && (
        <Note>Of an entity with more than {MOST_EDGES} facts, those recorded last are shown.</Note>
      )}
      <details>
        <summary>As a table</summary>
        <EdgeTable ns={ns} edges={graph.edges} />
      </details>
    </>
  );
}

function joined(before: GraphState, center: string, found: Schemas["Neighbors"]): GraphState {
  const nodes = new Map(before.nodes.map((node) => [node.name, node]));
  const base = nodes.get(center)?.hops ?? 0;
  let { full } = before;
  for (const { name, hops } of [{ name: found.name, hops: 0 }, ...found.nodes]) {
    if (nodes.has(name)) continue;
    if (nodes.size >= MOST_NODES) full = true;
    else nodes.set(name, { name, hops: base + hops, expanded: false });
  }
  const chosen = nodes.get(center) ?? nodes.get(found.name);
  if (chosen !== undefined) nodes.set(chosen.name, { ...chosen, expanded: true });
  const edges = new Map(before.edges.map((edge) => [edge.id, edge]));
  for (const { fact_id: id, subject, predicate, object, valid_to: to } of found.edges) {
    if (nodes.has(subject) && nodes.has(object))
      edges.set(id, { id, subject, predicate, object, past: to !== null && Date.parse(to) < Date.now() });
  }
  const all = { nodes: [...nodes.values()], edges: [...edges.values()] };
  return {
    ...all,
    places: layout(all.nodes, all.edges, before.places),
    full,
    cut: before.cut || found.truncated,
  };
}

interface PictureProps {
  readonly graph: GraphState;
  readonly onChoose: (name: string) => void;
}

function Picture({ graph, onChoose }: PictureProps) {
  const { nodes, edges, places } = graph;
  const placed = [...places.values()];
  const left = Math.min(...placed.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...placed.map(({ y }) => y)) - MARGIN / 2;
  const width = Math.max(...placed.map(({ x }) => x)) + MARGIN - left;
  const height = Math.max(...placed.map(({ y }) => y)) + MARGIN / 2 - top;
  const at = (name: string): Placed => places.get(name) ?? { x: 0, y: 0 };
  return (
    <div class="graph" tabIndex={0} role="region" aria-label="Graph of neighbours">
      <svg viewBox={`${left} ${top} ${width} ${height}`} style={{ minWidth: `${Math.min(width, 640)}px` }}>
        {edges.map(({ id, subject, predicate, object, past }) => {
          const [a, b] = [at(subject), at(object)];
          return (
            <g key={id} class={past ? "edge edge-past" : "edge"}>
              <line x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
              <text x={(a.x + b.x) / 2} y={(a.y + b.y) / 2 - 4}>
                {excerpt(predicate, 22)}
              </text>
            </g>
          );
        })}
        {nodes.map(({ name, hops, expanded }) => {
          const { x, y } = at(name);
          const choose = (): void => onChoose(name);
          return (
            <g
              key={name}
              class={`node ${hops === 0 ? "node-first" : ""} ${expanded ? "node-open" : ""}`}
              transform={`translate(${x} ${y})`}
              role="button"
              tabindex={0}
              aria-label={expanded ? `${name}, shown with its neighbours` : `${name}: show its neighbours`}
              onClick={choose}
              onKeyDown={(event) => {
                if (event.key === "Enter" || event.key === " ") {
                  event.preventDefault();
                  choose();
                }
              }}
            >
              <rect class="node-area" x={-50} y={-14} width={100} height={44} />
              <circle r={hops === 0 ? 11 : 8} />
              <text y={24}>{excerpt(name, 20)}</text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function EdgeTable({ ns, edges }: { readonly ns: string; readonly edges: readonly GraphEdge[] }) {
  return (
    <Table label="Facts of the graph" columns={["Subject", "Predicate", "Object", "Fact"]}>
      {edges.map(({ id, subject, predicate, object, past }) => (
        <tr key={id}>
          <td>
            <a href={here({ entity: subject, show: "graph" })}>{excerpt(subject, 60)}</a>
          </td>
          <td>{excerpt(predicate, 60)}</td>
          <td>
            <a href={here({ entity: object, show: "graph" })}>{excerpt(object, 60)}</a>
          </td>
          <td>
            <a href={here({ m: id, in: ns })}>{past ? "ended" : "open"}</a>
          </td>
        </tr>
      ))}
    </Table>
  );
}
