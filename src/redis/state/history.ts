import type { Trail } from "../../access/trail.js";
import type { StateOperation, StateRef } from "../../state/document.js";
import { STATE_OPERATIONS } from "../../state/document.js";
import type { StateVersion, VersionPage } from "../../state/ports.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";

/** A page is at least one version, however large. */
const PAGE_BYTES = 4 * 1024 * 1024;
const FIELDS = 6;

export async function history(
  deps: StateDeps,
  trail: Trail,
  { namespace, key }: StateRef,
  limit: number,
  before: string | undefined,
): Promise<VersionPage> {
  const { auditor, keys } = deps;
  const [more, ...parts] = await auditor.run(namespace, trail, (client, audit) =>
    client.stateHistory(
      audit,
      scopeIn(deps, namespace, trail),
      [keys.state(namespace, key), keys.stateFacts(namespace, key), keys.stateHistory(namespace, key)],
      [String(limit), before ?? "", String(PAGE_BYTES)],
    ),
  );
  const versions: StateVersion[] = [];
  for (let at = 0; at < parts.length; at += FIELDS)
    versions.push(decodeVersion(parts.slice(at, at + FIELDS)));
  return { versions, next: more === 1 ? parts.at(-FIELDS) : undefined };
}

function decodeVersion([
  id = "",
  op = "",
  by = "",
  expires = "",
  sliding,
  json = "",
]: string[]): StateVersion {
  const dash = id.indexOf("-");
  return {
    op: operationOf(op),
    version: Number(id.slice(dash + 1)),
    updated_at: Number(id.slice(0, dash)),
    updated_by: by,
    expires_at: expires === "" ? null : Number(expires),
    sliding: sliding === "1",
    json: json === "" ? "null" : json,
  };
}

export function operationOf(text: string): StateOperation {
  const operation = STATE_OPERATIONS.find((name) => name === text);
  if (operation === undefined) throw new Error("an operation that no script writes");
  return operation;
}
