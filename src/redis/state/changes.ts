import type { Trail } from "../../access/trail.js";
import type { StateChange } from "../../state/ports.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";
import { operationOf } from "./history.js";

export async function startOfChanges(
  deps: StateDeps,
  trail: Trail,
  namespace: string,
  after: string | undefined,
): Promise<string | undefined> {
  const [code, start] = await deps.auditor.run(namespace, trail, (client, audit) =>
    client.watchState(audit, scopeIn(deps, namespace, trail), [], [after ?? ""]),
  );
  if (code === CODE.DONE) return start;
  if (code === CODE.EXPIRED) return undefined;
  throw wrongCode("state/lua/watch", code);
}

/** Two commands, sent together. */
export async function changesAfter(
  { redis, keys }: StateDeps,
  namespace: string,
  id: string,
  limit: number,
): Promise<{ changes: StateChange[]; latest: number; erasedTo: number }> {
  const [entries, [latest, erasedTo]] = await redis.run((client) =>
    Promise.all([
      client.xRange(keys.stateChanges(namespace), `(${id}`, "+", { COUNT: limit }),
      client.hmGet(keys.stateHead(namespace), ["number", "erased_to"]),
    ]),
  );
  return {
    changes: (entries ?? []).map(decodeChange),
    latest: Number(latest ?? 0),
    erasedTo: Number(erasedTo ?? 0),
  };
}

function decodeChange(entry: { id: string; message: Readonly<Record<string, string>> }): StateChange {
  const { id, message } = entry;
  const dash = id.indexOf("-");
  return {
    id,
    key: message["k"] ?? "",
    version: Number(id.slice(dash + 1)),
    op: operationOf(message["o"] ?? ""),
    by: message["b"] ?? "",
    at: Number(id.slice(0, dash)),
  };
}
