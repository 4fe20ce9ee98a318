import { LIMITS } from "../../domain/limits.js";
import type { Trail } from "../../access/trail.js";
import type { PatchCommand, PatchOutcome } from "../../state/ports.js";
import { decodeDocument, encodePrecondition, encodeTtl, tooLong } from "./codec.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";
import { mending } from "./mend.js";

export async function patch(deps: StateDeps, trail: Trail, command: PatchCommand): Promise<PatchOutcome> {
  const { auditor, keys } = deps;
  const { ref } = command;
  const { namespace, key } = ref;
  if (deps.floats.mustSay && command.patch.hidden) return { kind: "inexact" };
  const reply = await mending(
    deps,
    () =>
      auditor.run(namespace, trail, (client, audit) =>
        client.patchState(
          audit,
          scopeIn(deps, namespace, trail),
          [
            keys.state(namespace, key),
            keys.stateFacts(namespace, key),
            keys.stateHistory(namespace, key),
            keys.stateDraft(namespace, 1),
          ],
          [
            key,
            command.patch.stored,
            encodeTtl(command.ttl),
            encodePrecondition(command.precondition),
            String(LIMITS.stateBytes),
            command.patch.delicate ? "1" : "",
            String(command.patch.fixes.length / 2),
            ...command.patch.fixes,
            ...(deps.floats.mustSay ? command.patch.arrays : []),
          ],
        ),
      ),
    ([code, version = "", json = ""]) => (code === 5 ? [{ ref, version, json }] : []),
  );
  switch (reply[0]) {
    case 0:
      return { kind: "patched", document: decodeDocument(reply) };
    case 1:
      return { kind: "missing" };
    case 2:
      return { kind: "conflict" };
    case 3:
      return tooLong(reply[1]);
    case 4:
      return { kind: "too_large" };
    default:
      throw new Error(`state/lua/patch.lua returned ${reply[0]}`);
  }
}
