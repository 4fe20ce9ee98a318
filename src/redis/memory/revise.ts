import type { Trail } from "../../access/trail.js";
import type { ReviseOutcome, Revision } from "../../memory/ports/records.js";
import { encodeRevision } from "../codec/encode.js";
import { encodeIndexVector, requireModel } from "../codec/vector.js";
import type { StoreDeps } from "../deps.js";
import { CODE } from "../scripts/codes.js";

export async function revise(
  { auditor, meter, keys, model }: StoreDeps,
  trail: Trail,
  revision: Revision,
): Promise<ReviseOutcome> {
  const { memory, vectors = [] } = revision;
  const { namespace, id } = memory;
  const { patch, vectorFields, size } = encodeRevision(revision);
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.reviseMemory(
      audit,
      meter(namespace, { ...size, exempt: revision.exempt }),
      [
        keys.record(namespace, id),
        ...vectors.map((_, passage) => keys.vector(requireModel(model), namespace, id, passage)),
      ],
      [
        id,
        String(revision.expectedVersion),
        keys.recordPrefix(namespace),
        patch,
        revision.newExpiry ? String(memory.expires_at ?? "") : "keep",
        vectorFields,
        revision.vectors === undefined ? "0" : "1",
        keys.contentHashPrefix(namespace),
        revision.contentHash ?? "",
        String(memory.updated_at),
        revision.newEnd ? String(memory.valid_to ?? "") : "keep",
        (revision.knownBy ?? []).join(" "),
        ...vectors.map(encodeIndexVector),
      ],
    ),
  );
  const [code, text = "", published, ended = ""] = reply;
  if (code === CODE.DONE) {
    const validTo = ended === "" ? memory.valid_to : Number(ended);
    return { kind: "revised", since: Number(text), published: published === "1", validTo };
  }
  if (code === CODE.MISSING) return { kind: "missing" };
  if (code === CODE.CONFLICT) return { kind: "conflict" };
  if (code === CODE.DUPLICATE) return { kind: "duplicate", id: text };
  if (code === CODE.QUOTA) return { kind: "full", quota: text };
  throw new Error(`memory/lua/revise.lua returned ${code}`);
}
