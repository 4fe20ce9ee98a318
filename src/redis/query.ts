import type { FacetQuery } from "../memory/filter.js";
import type { KeywordQuery } from "../memory/ports.js";

/** A query string whose caller-made parts are PARAMS, so that no text of theirs is ever parsed as syntax. */
export interface BoundQuery {
  readonly text: string;
  readonly params: Record<string, string | Buffer>;
}

/** Namespace and filter. Weight 0: RediSearch otherwise adds each tag's own IDF to a hit's BM25 score. */
export function scopeClause(
  namespaces: readonly string[],
  filter: FacetQuery,
  params: Record<string, string | Buffer>,
): string {
  const tags = (field: string, values: readonly string[], name: string): string =>
    `@${field}:{${values.map((value, index) => bind(params, `${name}_${index}`, value)).join("|")}}`;
  const clauses = [
    tags("ns", namespaces, "ns"),
    ...filter.groups.map((group, index) => tags("facets", group, `f${index}`)),
  ];
  if (filter.from !== undefined || filter.to !== undefined) {
    clauses.push(`@time:[${filter.from ?? "-inf"} ${filter.to === undefined ? "+inf" : `(${filter.to}`}]`);
  }
  return clauses.map((clause) => `(${clause})=>{$weight:0}`).join(" ");
}

/** Any of the words and phrases. Both hold only letters, digits and marks: no character of them is query syntax. */
export function keywordClause(
  { terms, phrases }: KeywordQuery,
  params: Record<string, string | Buffer>,
): string {
  const alternatives = [
    ...terms.map((term, index) => bind(params, `t${index}`, term)),
    ...phrases.map((phrase) => `"${phrase.join(" ")}"`),
  ];
  return `@text:(${alternatives.join("|")})`;
}

function bind(params: Record<string, string | Buffer>, name: string, value: string): string {
  params[name] = value;
  return `$${name}`;
}
