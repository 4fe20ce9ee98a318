import { listOf } from "../base/fields.js";
import { scope } from "../base/namespaces.js";
import { place } from "../base/place.js";
import type { MemoryType, Schemas } from "../base/service.js";

export type RecallRequest = Schemas["RecallRequest"];

export const TYPES: readonly MemoryType[] = ["episodic", "semantic", "procedural"];

export function chosenTypes(): readonly MemoryType[] {
  const asked = (place.value.params["type"] ?? "").split(",");
  return TYPES.filter((type) => asked.includes(type));
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === "" || !Number.isFinite(Number(text)) ? undefined : Number(text);

/**
 * The recall that the address asks for. Looking at memories is no use of them: `touch` is off, so nothing lives longer
 * for having been looked at, and a receipt is kept only on request.
 */
export function recallOf(params: Readonly<Record<string, string>>): RecallRequest {
  const types = chosenTypes();
  const filter = {
    ...(params["agent"] === undefined ? {} : { agent_id: params["agent"] }),
    ...(params["session"] === undefined ? {} : { session_id: params["session"] }),
    ...(params["tags"] === undefined ? {} : { tags: listOf(params["tags"]) }),
    ...(params["subject"] === undefined ? {} : { fact: { subject: params["subject"] } }),
  };
  const minTrust = numberOf(params["min_trust"]);
  const minRelevance = numberOf(params["min_relevance"]);
  const recency = numberOf(params["recency"]);
  const tokens = numberOf(params["tokens"]);
  const ms = numberOf(params["ms"]);
  const { as_of: asOf, valid_at: validAt, mode } = params;
  return {
    query: params["q"] ?? "",
    namespaces: [scope()],
    limit: numberOf(params["limit"]) ?? 10,
    explain: true,
    touch: false,
    receipt: params["receipt"] !== undefined,
    ...(types.length === 0 ? {} : { memory_types: [...types] }),
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
    ...(minTrust === undefined ? {} : { min_trust: minTrust }),
    ...(minRelevance === undefined ? {} : { min_relevance: minRelevance }),
    ...(tokens === undefined ? {} : { budget_tokens: tokens }),
    ...(ms === undefined ? {} : { budget_ms: ms }),
    ...(recency === undefined ? {} : { recency: { weight: recency } }),
    ...(mode === "keyword" || mode === "vector" ? { mode } : {}),
    ...(params["expand"] === undefined ? {} : { expand: "entities" }),
    ...(params["include_archive"] === undefined ? {} : { include_archive: true }),
    ...(asOf === undefined ? {} : { as_of: asOf }),
    ...(validAt === undefined ? {} : { valid_at: validAt }),
  };
}

/** The same question of today, without its times. */
export function todayOf({ as_of: _asOf, valid_at: _validAt, ...rest }: RecallRequest): RecallRequest {
  return { ...rest, receipt: false };
}
