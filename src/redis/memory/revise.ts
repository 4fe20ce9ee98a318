import type { Trail } from "../../access/trail.js";
import type { ReviseOutcome, Revision } from "../../memory/ports.js";
import { encodeRevision } from "../codec.js";
import { encodeIndexVector } from "../vector.js";
import type { StoreDeps } from "./deps.js";
import { requireModel } from "./insert.js";

export async function revise(
  { auditor, meter, keys, model }: StoreDeps,
  trail: Trail,
  revision: Revision,
): Promise<ReviseOutcome> {
  const { memory, vectors = [] } = revision;
  const { namespace, id } = memory;
  const { patch, facets, prior, size } = encodeRevision(revision);
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
        keys.vectorModelPrefix(),
        keys.recordPrefix(namespace),
        patch,
        revision.newExpiry ? String(memory.expires_at ?? "") : "keep",
        namespace,
        facets,
        String(memory.timestamp),
        revision.vectors === undefined ? "0" : "1",
        keys.contentHashPrefix(namespace),
        revision.contentHash ?? "",
        String(prior),
        keys.vectorPassagePrefix(namespace, id),
        ...vectors.map(encodeIndexVector),
      ],
    ),
  );
  if (reply.code === 0) return { kind: "revised", published: reply.text === "1" };
  if (reply.code === 1) return { kind: "missing" };
  if (reply.code === 2) return { kind: "conflict" };
  if (reply.code === 3) return { kind: "duplicate", id: reply.text };
  if (reply.code === 4) return { kind: "full", quota: reply.text };
  throw new Error(`revise.lua returned ${reply.code}`);
}
