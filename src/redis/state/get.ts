import type { Trail } from "../../access/trail.js";
import type { ReadPath } from "../../state/json-path.js";
import type { StateRef } from "../../state/document.js";
import type { GetOutcome } from "../../state/ports.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import { decodeDocument } from "./codec.js";
import { mending } from "./mend.js";
import type { StateDeps } from "./deps.js";

export async function get(
  deps: StateDeps,
  trail: Trail,
  ref: StateRef,
  path: ReadPath | undefined,
): Promise<GetOutcome> {
  const { auditor, keys, historyMs } = deps;
  const { namespace, key } = ref;
  const reply = await mending(
    deps,
    () =>
      auditor.run(namespace, trail, (client, audit) =>
        client.getState(
          audit,
          [keys.state(namespace, key), keys.stateFacts(namespace, key), keys.settings(namespace)],
          [String(historyMs), ...(path?.parts ?? [])],
        ),
      ),
    ([code, version = "", json = ""]) => (code === CODE.DRIFTED ? [{ ref, version, json }] : []),
  );
  const [code] = reply;
  if (code === CODE.DONE) return { kind: "found", document: decodeDocument(reply) };
  if (code === CODE.MISSING) return { kind: "missing" };
  throw wrongCode("state/lua/get", code);
}
