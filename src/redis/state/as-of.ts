import type { Trail } from "../../access/trail.js";
import type { StateRef } from "../../state/document.js";
import type { ReadPath } from "../../state/json-path.js";
import type { JsonText } from "../../state/json-text.js";
import type { AsOfOutcome } from "../../state/ports.js";
import { decodeDocument } from "./codec.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import type { StateDeps } from "./deps.js";
import { floatsFlag, scopeIn } from "./deps.js";

export async function asOf(
  deps: StateDeps,
  trail: Trail,
  { namespace, key }: StateRef,
  time: number,
): Promise<AsOfOutcome> {
  const { auditor, keys } = deps;
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.stateAsOf(
      audit,
      scopeIn(deps, namespace, trail),
      [keys.state(namespace, key), keys.stateFacts(namespace, key), keys.stateHistory(namespace, key)],
      [String(time)],
    ),
  );
  const [code] = reply;
  if (code === CODE.DONE) return { kind: "found", document: decodeDocument(reply) };
  return meaningOf<AsOfOutcome>("state/lua/as-of", code, {
    [CODE.MISSING]: { kind: "missing" },
    [CODE.EXPIRED]: { kind: "expired" },
    [CODE.FUTURE]: { kind: "future" },
  });
}

export async function query(
  deps: StateDeps,
  namespace: string,
  { stored, fixes }: JsonText,
  path: ReadPath,
): Promise<string> {
  const { redis, keys } = deps;
  return redis.run((client) =>
    client.queryState(
      [keys.stateDraft(namespace, 1)],
      [stored, floatsFlag(deps), String(path.parts.length), ...path.parts, ...fixes],
    ),
  );
}
