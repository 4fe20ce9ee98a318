import type { Trail } from "../../access/trail.js";
import type { PutCommand, PutOutcome } from "../../state/ports.js";
import { decodeFacts, encodePrecondition, encodeTtl, tooLong } from "./codec.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";

/** How long what an operation has done is remembered. */
export const DONE_MS = 24 * 3600 * 1000;

export async function put(deps: StateDeps, trail: Trail, command: PutCommand): Promise<PutOutcome> {
  const { auditor, keys } = deps;
  const { ref, value, operation } = command;
  const { namespace, key } = ref;
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.putState(
      audit,
      scopeIn(deps, namespace, trail),
      [
        keys.state(namespace, key),
        keys.stateFacts(namespace, key),
        keys.stateHistory(namespace, key),
        ...(operation === undefined ? [] : [keys.done(namespace, operation)]),
      ],
      [
        key,
        value.stored,
        encodeTtl(command.ttl),
        command.sliding ? "1" : "",
        encodePrecondition(command.precondition),
        String(DONE_MS),
        value.delicate ? "1" : "",
        ...value.fixes,
      ],
    ),
  );
  switch (reply[0]) {
    case 0:
      return { kind: "replaced", facts: decodeFacts(reply) };
    case 1:
      return { kind: "created", facts: decodeFacts(reply) };
    case 2:
      return { kind: "conflict" };
    case 3:
      return tooLong(reply[1]);
    default:
      throw new Error(`state/lua/put.lua returned ${reply[0]}`);
  }
}
