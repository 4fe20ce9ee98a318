import { typeFacet } from "../../memory/model/facets.js";
import type { MemoryRef, Vectors } from "../../memory/model/ref.js";
import type { Near } from "../../memory/ports/search.js";
import type { MemoryType } from "../../memory/model/record.js";
import { askIndex } from "../connection/ask-index.js";
import { refOfKey } from "../keys.js";
import { hybridPolicy, scopeClause } from "./query.js";
import type { Params } from "./query.js";
import { numberOfSortKey, readRows } from "./rows.js";
import { readDocument } from "../codec/decode.js";
import { decodeIndexVector, encodeIndexVector } from "../codec/vector.js";
import type { ModelVector } from "../../memory/model/model-vector.js";
import type { StoreDeps } from "../deps.js";
import { commonArguments } from "./search.js";

const BULK_STRING = 36;
/** For a client's type mapping: strings come as bytes. */
export const BUFFERS = { [BULK_STRING]: Buffer } as const;

export async function vectorsOf(
  { redis, keys }: StoreDeps,
  namespace: string,
  ids: readonly string[],
  model: string | undefined,
): Promise<readonly (Float32Array | undefined)[]> {
  if (model === undefined) return ids.map(() => undefined);
  const found = await redis.run((client) =>
    Promise.all(
      ids.map((id) => client.withTypeMapping(BUFFERS).hGet(keys.vector(model, namespace, id, 0), "v")),
    ),
  );
  return found.map((bytes) => (bytes === null ? undefined : decodeIndexVector(bytes)));
}

export async function oldVectors(
  { redis, keys }: StoreDeps,
  { namespace, id }: MemoryRef,
  version: number,
  model: string | undefined,
): Promise<Vectors> {
  if (model === undefined) return [];
  const json = await redis.run((client) =>
    client.sendCommand(["JSON.GET", keys.old(namespace, id, version), "$"]),
  );
  const document = typeof json === "string" ? readDocument(json) : undefined;
  if (document === undefined) return [];
  const { embedding } = document.memory;
  const { also } = document.index;
  const passages =
    embedding.model === model ? document.index.passages : also?.model === model ? also.passages : 0;
  const found = await redis.run((client) =>
    Promise.all(
      Array.from({ length: passages }, (_, passage) =>
        client.withTypeMapping(BUFFERS).hGet(keys.oldVector(model, namespace, id, passage, version), "v"),
      ),
    ),
  );
  const vectors = found.filter((bytes) => bytes !== null).map(decodeIndexVector);
  return vectors.length === passages ? vectors : [];
}

/** Compares first passages only: compared memories are short, and the rest of a long text may say anything. */
export function nearest(
  deps: StoreDeps,
  namespace: string,
  type: MemoryType,
  { model, values }: ModelVector,
  limit: number,
): Promise<readonly Near[]> {
  return nearestTo(deps, namespace, type, { model, bytes: encodeIndexVector(values) }, limit);
}

/** `bytes`: as the index has them. */
export async function nearestTo(
  { redis, keys, statistics }: StoreDeps,
  namespace: string,
  type: MemoryType,
  { model, bytes }: { readonly model: string; readonly bytes: Buffer },
  limit: number,
): Promise<readonly Near[]> {
  const filter = { groups: [[typeFacet(type)]] };
  const params: Params = { v: bytes };
  const scopes = [{ root: namespace, below: false }];
  const moment = { asOf: undefined, validAt: undefined };
  const scope = scopeClause(scopes, filter, params, moment);
  const { letThrough, records } = await statistics.lookup({ scopes, filter, moment }, []);
  const [reply] = await askIndex(redis, scopes, [
    "FT.SEARCH",
    keys.vectorIndex(model),
    `(${scope})=>[KNN ${limit} @v $v HYBRID_POLICY ${hybridPolicy(letThrough, records)} AS distance]`,
    "SORTBY",
    "distance",
    "WITHSORTKEYS",
    "NOCONTENT",
    ...commonArguments(limit, params),
  ]);
  return readRows(reply, 2, (key, sortKey) => ({
    first: key.endsWith(":0"),
    id: refOfKey(key).id,
    similarity: 1 - numberOfSortKey(sortKey),
  }))
    .filter(({ first }) => first)
    .map(({ id, similarity }) => ({ id, similarity }));
}
