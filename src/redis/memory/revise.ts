import type { Trail } from "../../access/trail.js";
import type { ReviseOutcome, Revision } from "../../memory/ports/records.js";
import { encodeRevision } from "../codec/encode.js";
import { encodeIndexVector, requireModel } from "../codec/vector.js";
import type { StoreDeps } from "../deps.js";
import { argumentsOf } from "../scripts/arguments.js";
import { CODE, meaningOf } from "../scripts/codes.js";

export async function revise(
  { auditor, meter, keys }: StoreDeps,
  trail: Trail,
  revision: Revision,
): Promise<ReviseOutcome> {
  const { memory, vectors = [] } = revision;
  const { namespace, id } = memory;
  const { patch, size } = encodeRevision(revision);
  const reply = await auditor.run(namespace, trail, (client, audit) =>
    client.reviseMemory(
      audit,
      meter(namespace, { ...size, exempt: revision.exempt }),
      [
        keys.record(namespace, id),
        ...vectors.map((_, passage) =>
          keys.vector(requireModel(memory.embedding.model), namespace, id, passage),
        ),
      ],
      argumentsOf(
        "memory/lua/revise",
        {
          id,
          expectedVersion: String(revision.expectedVersion),
          records: keys.recordPrefix(namespace),
          patch,
          expiry: revision.newExpiry ? String(memory.expires_at ?? "") : "keep",
          replacesVectors: revision.vectors === undefined ? "0" : "1",
          hashes: keys.contentHashPrefix(namespace),
          nextHash: revision.contentHash ?? "",
          at: String(memory.updated_at),
          nextEnd: revision.newEnd ? String(memory.valid_to ?? "") : "keep",
          knownBy: (revision.knownBy ?? []).join(" "),
          wording: revision.wording,
        },
        vectors.map(encodeIndexVector),
      ),
    ),
  );
  const [code, text = "", published, ended = ""] = reply;
  if (code === CODE.DONE) {
    const validTo = ended === "" ? memory.valid_to : Number(ended);
    return { kind: "revised", since: Number(text), published: published === "1", validTo };
  }
  return meaningOf<ReviseOutcome>("memory/lua/revise", code, {
    [CODE.MISSING]: { kind: "missing" },
    [CODE.CONFLICT]: { kind: "conflict" },
    [CODE.DUPLICATE]: { kind: "duplicate", id: text },
    [CODE.QUOTA]: { kind: "full", quota: text },
  });
}
