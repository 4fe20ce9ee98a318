import type { Trail } from "../../access/trail.js";
import type { StateRef } from "../../state/document.js";
import type { GetOutcome } from "../../state/ports.js";
import { decodeDocument } from "./codec.js";
import type { StateDeps } from "./deps.js";

export async function get(
  { auditor, keys, historyMs }: StateDeps,
  trail: Trail,
  { namespace, key }: StateRef,
  path: string | undefined,
): Promise<GetOutcome> {
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.getState(
      audit,
      [keys.state(namespace, key), keys.stateFacts(namespace, key)],
      [path ?? "", String(historyMs)],
    ),
  );
  switch (reply[0]) {
    case 0:
      return { kind: "found", document: decodeDocument(reply) };
    case 1:
      return { kind: "missing" };
    case 2:
      return { kind: "bad_path" };
    default:
      throw new Error(`state-get.lua returned ${reply[0]}`);
  }
}
