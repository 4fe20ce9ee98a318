import type { ListNamespacesOperation, MatchCondition } from "@langchain/langgraph-checkpoint";
import { PAGE_LIMIT } from "./api.js";
import type { StoreContext } from "./context.js";
import { decodeNamespace, encodeLabel } from "./names.js";

/** Namespaces that hold items now, in the order of the bytes of their names in mneme. */
export async function listNamespaces(
  context: StoreContext,
  operation: ListNamespacesOperation,
): Promise<string[][]> {
  const { limit = Infinity, offset = 0, maxDepth, matchConditions = [] } = operation;
  if (maxDepth !== undefined && !(maxDepth >= 1))
    throw new RangeError(`maxDepth must be 1 or more, not ${maxDepth}.`);
  const wanted = offset + limit;
  const found = new Map<string, string[]>();
  for await (const labels of matching(context, matchConditions, maxDepth)) {
    if (found.size >= wanted) break;
    found.set(JSON.stringify(labels), labels);
  }
  return [...found.values()].slice(offset, wanted);
}

/**
 * The service looks for one prefix and one suffix, and cuts to a depth; further conditions are looked at here, on whole
 * names, which are then cut here.
 */
async function* matching(
  { client, settings: { root } }: StoreContext,
  conditions: readonly MatchCondition[],
  maxDepth: number | undefined,
): AsyncGenerator<string[]> {
  const [prefixes, suffixes] = [pathsOf(conditions, "prefix"), pathsOf(conditions, "suffix")];
  const all = prefixes.length <= 1 && suffixes.length <= 1;
  const [prefix = []] = prefixes;
  const [suffix = []] = suffixes;
  // A suffix mustn't reach into the root.
  const least = Array.from({ length: Math.max(0, suffix.length - prefix.length) }, () => "*");
  const parameters = {
    prefix: patternOf([...root, ...prefix.map(encodeStep), ...(root.length > 0 ? least : [])]),
    suffix: patternOf(suffix.map(encodeStep)),
    max_depth: all && maxDepth !== undefined ? cappedDepth(root.length + maxDepth) : undefined,
    items_only: "true" as const,
    limit: PAGE_LIMIT,
  };
  let cursor: string | null = null;
  do {
    const page = await client.listNamespaces({ ...parameters, cursor: cursor ?? undefined });
    for (const { namespace } of page.namespaces) {
      const labels = decodeNamespace(root, namespace);
      if (labels === undefined || labels.length === 0) continue;
      if (all || conditions.every((condition) => fits(labels, condition))) yield labels.slice(0, maxDepth);
    }
    cursor = page.cursor;
  } while (cursor !== null);
}

function pathsOf(conditions: readonly MatchCondition[], type: MatchCondition["matchType"]): string[][] {
  return conditions.filter(({ matchType }) => matchType === type).map(({ path }) => path);
}

const encodeStep = (step: string): string => (step === "*" ? step : encodeLabel(step));

const patternOf = (labels: readonly string[]): string | undefined =>
  labels.length === 0 ? undefined : labels.join(".");

/** No namespace of mneme has more labels. */
const MAX_LABELS = 16;
const cappedDepth = (depth: number): number | undefined => (depth >= MAX_LABELS ? undefined : depth);

function fits(labels: readonly string[], { matchType, path }: MatchCondition): boolean {
  if (path.length > labels.length) return false;
  const from = matchType === "prefix" ? 0 : labels.length - path.length;
  return path.every((step, index) => step === "*" || step === labels[from + index]);
}
