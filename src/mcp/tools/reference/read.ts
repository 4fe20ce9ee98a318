import { z } from "zod";
import { bodyOf } from "../../api.js";
import { quoted } from "../../quoted.js";
import { aboutNames, listed, newRoom } from "../../reference/find.js";
import type { Room } from "../../reference/find.js";
import { graphOf, partOf, storedMemory } from "../../reference/graph.js";
import type { Graph } from "../../reference/graph.js";
import { defineTool } from "../../tool.js";
import type { Tool, ToolContext } from "../../tool.js";
import { entityResult, graphName, MOST, relationResult } from "./arguments.js";

const graph = z.object({
  entities: z.array(entityResult),
  relations: z.array(relationResult),
  truncated: z
    .literal(true)
    .optional()
    .describe("There is more: search_nodes and open_nodes read a part of it."),
});

const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

function shown({ entities, relations }: Graph, room: Room): z.input<typeof graph> {
  return {
    entities: [...entities],
    relations: [...relations],
    ...(room.full ? { truncated: true as const } : {}),
  };
}

const readGraph = defineTool({
  name: "read_graph",
  title: "Read the graph",
  description:
    "Reads the whole graph: entities with their types and observations, and relations. Use when the graph is small and you need an overview. Not for a question (search_nodes). A graph of more than 2,000 facts or 256 KiB comes without its oldest part, and `truncated` says so. Returns entities and relations.",
  input: z.strictObject({}),
  output: graph,
  needs: ["read"],
  annotations: READS,
  text: (result) => quoted([result]),
  run: async (context) => {
    const room = newRoom();
    return shown(graphOf(await listed(context, [], room)), room);
  },
});

const openNodes = defineTool({
  name: "open_nodes",
  title: "Open entities",
  description:
    "Reads entities by their names, with all relations from and to them. Use when you know the names. Not for searching (search_nodes). Names that aren't known are skipped. Returns entities and relations.",
  input: z.strictObject({
    names: z.array(graphName).max(MOST).describe("Names of the entities; case doesn't matter."),
  }),
  output: graph,
  needs: ["read"],
  annotations: READS,
  text: (result) => quoted([result]),
  run: async (context, { names }) => open(context, names),
});

const searchNodes = defineTool({
  name: "search_nodes",
  title: "Search the graph",
  description:
    "Finds entities by what is known of them: by meaning and by words of their names, types, observations and relations, and by how their names begin. Use when a question may depend on earlier conversations, before you answer. Not for known names (open_nodes). Returns the entities that fit, with all their relations; empty if nothing fits.",
  input: z.strictObject({
    query: z.string().min(1).describe("What to look for, as a question or as words."),
  }),
  output: graph,
  needs: ["read"],
  annotations: READS,
  text: (result) => quoted([result]),
  run: async (context, { query }) => {
    const names = [...(await recalled(context, query)), ...(await beginning(context, query))];
    return open(context, [...new Set(names)].slice(0, MOST));
  },
});

export const READING_TOOLS: readonly Tool[] = [readGraph, searchNodes, openNodes];

async function open(context: ToolContext, names: readonly string[]): Promise<z.input<typeof graph>> {
  const room = newRoom();
  return shown(partOf(graphOf(await aboutNames(context, names, room)), names), room);
}

const hits = z.object({ hits: z.array(z.object({ memory: storedMemory })) });

/** As a recall's `answerable`. */
const RELEVANT = 0.35;
const HITS = 20;

/** The names in what a recall finds. */
async function recalled({ call, namespace }: ToolContext, query: string): Promise<string[]> {
  const body = {
    query,
    namespaces: [namespace],
    memory_types: ["semantic"],
    min_relevance: RELEVANT,
    limit: HITS,
  };
  const found = hits.parse(await bodyOf(call, { method: "POST", path: "/v1/recall", body }));
  const graphs = graphOf(found.hits.map(({ memory }) => memory));
  return [
    ...graphs.entities.map(({ name }) => name),
    ...graphs.relations.flatMap(({ from, to }) => [from, to]),
  ];
}

const names = z.object({ entities: z.array(z.object({ name: z.string() })) });

/** Names of the graph that begin so; none for a text that is too long for a name. */
async function beginning({ call, namespace }: ToolContext, query: string): Promise<string[]> {
  if (!graphName.safeParse(query).success) return [];
  const search = new URLSearchParams({ prefix: query, limit: String(HITS) });
  const path = `/v1/namespaces/${encodeURIComponent(namespace)}/entities?${search.toString()}`;
  return names.parse(await bodyOf(call, { method: "GET", path })).entities.map(({ name }) => name);
}
