import type { Trail } from "../../access/trail.js";
import { doneAndGone } from "../../domain/errors.js";
import type { PutCommand, PutOutcome } from "../../state/ports.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import { decodeFacts, encodePrecondition, encodeTtl, tooLong } from "./codec.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";
import { withinQuota } from "./within-quota.js";

/** How long an operation's result is remembered. */
export const DONE_MS = 24 * 3600 * 1000;

export async function put(deps: StateDeps, trail: Trail, command: PutCommand): Promise<PutOutcome> {
  const { auditor, keys } = deps;
  const { ref, value, operation } = command;
  const { namespace, key } = ref;
  const reply = await withinQuota(deps, namespace, () =>
    auditor.run(namespace, trail, (client, audit) =>
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
    ),
  );
  const [code, most] = reply;
  if (code === CODE.DONE) return { kind: "replaced", facts: decodeFacts(reply) };
  if (code === CODE.CREATED) return { kind: "created", facts: decodeFacts(reply) };
  if (code === CODE.MISSING) throw doneAndGone();
  if (code === CODE.CONFLICT) return { kind: "conflict" };
  if (code === CODE.TTL_TOO_LONG) return tooLong(most);
  throw wrongCode("state/lua/put", code);
}
