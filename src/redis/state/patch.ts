import { LIMITS } from "../../domain/limits.js";
import type { Trail } from "../../access/trail.js";
import type { PatchCommand, PatchOutcome } from "../../state/ports.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { decodeDocument, encodePrecondition, encodeTtl, tooLong } from "./codec.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";
import { withinQuota } from "./within-quota.js";
import { mending } from "./mend.js";

export async function patch(deps: StateDeps, trail: Trail, command: PatchCommand): Promise<PatchOutcome> {
  const { auditor, keys } = deps;
  const { ref } = command;
  const { namespace, key } = ref;
  if (deps.capabilities.now.narrowsFloats && command.patch.hidden) return { kind: "inexact" };
  const reply = await mending(
    deps,
    () =>
      withinQuota(deps, namespace, () =>
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
              ...(deps.capabilities.now.narrowsFloats ? command.patch.arrays : []),
            ],
          ),
        ),
      ),
    ([code, version = "", json = ""]) => (code === CODE.DRIFTED ? [{ ref, version, json }] : []),
  );
  const [code, most] = reply;
  if (code === CODE.DONE) return { kind: "patched", document: decodeDocument(reply) };
  if (code === CODE.TTL_TOO_LONG) return tooLong(most);
  return meaningOf<PatchOutcome>("state/lua/patch", code, {
    [CODE.MISSING]: { kind: "missing" },
    [CODE.CONFLICT]: { kind: "conflict" },
    [CODE.TOO_LARGE]: { kind: "too_large" },
  });
}
