import type { Trail } from "../../access/trail.js";
import { stage } from "../../domain/tracing.js";
import type { ReadPath } from "../../state/json-path.js";
import type { StateRef } from "../../state/document.js";
import type { GetOutcome } from "../../state/ports.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import { decodeDocument } from "./codec.js";
import { mending } from "./mend.js";
import { readTogether } from "./reads.js";
import type { ReadReply, Reads } from "./reads.js";
import type { StateDeps } from "./deps.js";

export async function get(
  deps: StateDeps & { readonly reads: Reads },
  trail: Trail,
  ref: StateRef,
  path: ReadPath | undefined,
): Promise<GetOutcome> {
  const read = { trail, ref };
  const reply = await stage(
    "read",
    () => (path === undefined ? deps.reads.ask(ref.namespace, read) : readAt(deps, trail, ref, path)),
    { act: trail.verb },
  );
  const [code] = reply;
  if (code === CODE.DONE) return { kind: "found", document: decodeDocument(reply) };
  if (code === CODE.MISSING) return { kind: "missing" };
  throw wrongCode("state/lua/get", code);
}

async function readAt(deps: StateDeps, trail: Trail, ref: StateRef, path: ReadPath): Promise<ReadReply> {
  const [reply] = await mending(
    deps,
    () => readTogether(deps, ref.namespace, [{ trail, ref }], path),
    ([[code, version = "", json = ""] = [CODE.MISSING]]) =>
      code === CODE.DRIFTED ? [{ ref, version, json }] : [],
  );
  return reply ?? [CODE.MISSING];
}
