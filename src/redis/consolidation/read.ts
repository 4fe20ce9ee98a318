import type { Trail } from "../../access/trail.js";
import type { Claim } from "../../memory/consolidation/ports.js";
import type { Action, Run } from "../../memory/consolidation/run.js";
import { dueNotes } from "../search/due-notes.js";
import { arrayOf } from "../scripts/replies.js";
import { decodeAction, decodeRun } from "./codec.js";
import type { ConsolidationDeps } from "./deps.js";

export async function read(
  { auditor, keys }: ConsolidationDeps,
  trail: Trail,
  namespace: string,
  id: string,
  from: number,
  limit: number,
): Promise<{ readonly run: Run; readonly actions: readonly Action[] } | undefined> {
  const [run, found] = await auditor.run(namespace, trail, (client, audit) =>
    client.readConsolidation(
      audit,
      [keys.consolidation(namespace, id), keys.consolidationActions(namespace, id)],
      [String(from), String(limit), id],
    ),
  );
  if (run === undefined) return undefined;
  return {
    run: decodeRun(namespace, id, run),
    actions: arrayOf(found).map(decodeAction),
  };
}

export async function list(
  { auditor, keys }: ConsolidationDeps,
  trail: Trail,
  namespace: string,
  limit: number,
): Promise<readonly Run[]> {
  const found = await auditor.run(namespace, trail, (client, audit) =>
    client.listConsolidations(
      audit,
      [keys.consolidations(namespace)],
      [keys.consolidationPrefix(namespace), String(limit)],
    ),
  );
  return Array.from({ length: found.length / 2 }, (_, index) =>
    decodeRun(namespace, String(found[2 * index]), found[2 * index + 1]),
  );
}

export async function actions(
  { redis, keys }: ConsolidationDeps,
  { run: { namespace, id } }: Claim,
  from: number,
  limit: number,
): Promise<readonly Action[]> {
  const found = await redis.run((client) =>
    client.lRange(keys.consolidationActions(namespace, id), from, from + limit - 1),
  );
  return found.map(decodeAction);
}

export async function due(
  { redis, keys }: ConsolidationDeps,
  now: number,
  limit: number,
): Promise<readonly string[]> {
  const index = keys.consolidationsDueIndex();
  const notes = await dueNotes(redis, { index, fields: ["ns"] }, now, limit);
  return notes.flatMap(([namespace]) => namespace ?? []);
}

export async function standBack(
  { redis, keys }: ConsolidationDeps,
  namespace: string,
  at: number,
): Promise<void> {
  // Where nothing is due any more, the next claim deletes the note.
  await redis.run((client) => client.hSet(keys.consolidationDue(namespace), { at, ns: namespace }));
}
