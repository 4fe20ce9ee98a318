import type { ListPage, ListQuery } from "../../memory/ports.js";
import { refOfKey } from "../keys.js";
import type { Params } from "../query.js";
import { scopeClause } from "../query.js";
import type { StoreDeps } from "./deps.js";
import { SEARCH_TIMEOUT_MS } from "./search.js";
import { getMany } from "./get.js";

/**
 * A page in the order of the namespace's sequence, which a record keeps for life: a walk visits each record once,
 * whatever is written meanwhile.
 *
 * RediSearch sorts all that a query matches before it cuts the page, so each query looks at a bounded window of
 * the sequence only; the window grows where a filter lets little through.
 */
export async function list(deps: StoreDeps, query: ListQuery): Promise<ListPage> {
  const { redis, keys } = deps;
  const counter = await redis.run((client) => client.get(keys.sequence(query.namespace)));
  const last = Number(counter ?? 0);
  const step = query.order === "asc" ? 1 : -1;
  let position = query.after === undefined ? (step === 1 ? 1 : last) : query.after + step;
  let width = Math.max(query.limit * 4, 256);
  const rows: Row[] = [];
  while (rows.length < query.limit && position >= 1 && position <= last) {
    const edge = position + step * (width - 1);
    const found = await window(
      deps,
      query,
      Math.min(position, edge),
      Math.max(position, edge),
      query.limit - rows.length,
    );
    rows.push(...found);
    const lastFound = found.at(-1);
    const full = rows.length >= query.limit;
    position = (full && lastFound !== undefined ? lastFound.seq : edge) + step;
    width *= 4;
  }
  const memories = await getMany(
    deps,
    rows.map((row) => row.ref),
  );
  const end = position < 1 || position > last;
  return {
    memories: memories.filter((memory) => memory !== undefined),
    next: end ? undefined : position - step,
  };
}

interface Row {
  readonly ref: { namespace: string; id: string };
  readonly seq: number;
}

async function window(
  { redis, keys }: StoreDeps,
  query: ListQuery,
  from: number,
  to: number,
  limit: number,
): Promise<Row[]> {
  const params: Params = {};
  const scope = scopeClause([query.namespace], query.filter, params);
  const reply = await redis.run((client) =>
    client.ft.search(keys.recordIndex(), `${scope} @seq:[${from} ${to}]`, {
      SORTBY: { BY: "seq", DIRECTION: query.order === "asc" ? "ASC" : "DESC" },
      LIMIT: { from: 0, size: limit },
      RETURN: ["seq"],
      PARAMS: params,
      TIMEOUT: SEARCH_TIMEOUT_MS,
      DIALECT: 2,
    }),
  );
  return reply.documents.map(({ id, value }) => ({ ref: refOfKey(id), seq: Number(value["seq"]) }));
}
