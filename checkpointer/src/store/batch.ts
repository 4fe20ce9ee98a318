import type { GetOperation, Operation, PutOperation, SearchOperation } from "@langchain/langgraph-checkpoint";
import type { StoreContext } from "./context.js";
import { get } from "./get.js";
import { listNamespaces } from "./list-namespaces.js";
import { put } from "./put.js";
import { search } from "./search.js";

/** Requests of one batch that are under way at a time. */
const AT_ONCE = 16;

/**
 * Runs operations as if one after the other: what is read sees every put before it, and none after it. Reads that
 * follow each other go together, and so do puts; of several puts to one item only the last is sent.
 */
export async function runBatch(context: StoreContext, operations: readonly Operation[]): Promise<unknown[]> {
  const results: unknown[] = operations.map(() => undefined);
  for (const { puts, places } of runsOf(operations)) {
    const last = new Map(places.map((place) => [puts ? itemOf(operations[place]) : place, place]));
    await inParallel([...last.values()], async (place) => {
      const operation = operations[place];
      if (operation !== undefined) results[place] = await perform(context, operation);
    });
  }
  return results;
}

function perform(context: StoreContext, operation: Operation): Promise<unknown> {
  if (isPut(operation)) return put(context, operation);
  if (isGet(operation)) return get(context, operation);
  if (isSearch(operation)) return search(context, operation);
  return listNamespaces(context, operation);
}

interface Run {
  readonly puts: boolean;
  readonly places: number[];
}

function runsOf(operations: readonly Operation[]): Run[] {
  const runs: Run[] = [];
  for (const [place, operation] of operations.entries()) {
    const puts = isPut(operation);
    const current = runs.at(-1);
    if (current?.puts === puts) current.places.push(place);
    else runs.push({ puts, places: [place] });
  }
  return runs;
}

function itemOf(operation: Operation | undefined): string {
  return operation !== undefined && isPut(operation)
    ? JSON.stringify([operation.namespace, operation.key])
    : "";
}

const isPut = (operation: Operation): operation is PutOperation => "value" in operation;
const isGet = (operation: Operation): operation is GetOperation =>
  "key" in operation && !("value" in operation);
const isSearch = (operation: Operation): operation is SearchOperation => "namespacePrefix" in operation;

/** Does all of it, also where one operation fails, and then rejects with the first failure. */
async function inParallel(places: readonly number[], work: (place: number) => Promise<void>): Promise<void> {
  const open = places.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const place of open) {
      await work(place).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, places.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
