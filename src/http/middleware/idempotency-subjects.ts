import { tryDecode } from "hono/utils/url";
import { isJsonObject } from "../../domain/json.js";
import type { JsonValue } from "../../domain/json.js";
import { subjectOf } from "../../domain/idempotency.js";
import type { MatchedRoute } from "../route-traits.js";

/**
 * What the answer to a request refers to, as its route says: namespace, session and state. Memories are found in the
 * answer. A refusal by 400 says no more than the request: it ends with the namespace alone.
 */
export function subjectsOf(
  { pattern, traits }: MatchedRoute,
  path: string,
  body: string,
  status: number,
): readonly string[] {
  const names = pattern.split("/");
  const parts = path.split("/");
  // Decoded as Hono decodes them for the routes.
  const valueOf = (parameter: string): string | undefined => {
    const part = parts[names.indexOf(`:${parameter}`)];
    return part === undefined ? undefined : tryDecode(part, decodeURIComponent);
  };
  const namespace = valueOf("ns");
  if (namespace === undefined) return [];
  const whole = subjectOf.namespace(namespace);
  if (status === 400) return [whole];
  return [
    whole,
    ...(traits.shows ?? []).flatMap((shown) => {
      if (shown === "transaction") return [...keysIn(body)].map((key) => subjectOf.state(namespace, key));
      const name = valueOf(PARAMETERS[shown]);
      return name === undefined ? [] : [subjectOf[shown](namespace, name)];
    }),
  ];
}

const PARAMETERS = { session: "sid", state: "key" } as const;

/** More than a transaction may have of each. */
const MOST = 256;

/** Keys of state in the body of a transaction. */
function keysIn(body: string): ReadonlySet<string> {
  const sent = parsed(body);
  const lists = isJsonObject(sent) ? [sent["operations"], sent["checks"]] : [];
  const parts = lists.flatMap((list) => (Array.isArray(list) ? list.slice(0, MOST) : []));
  return new Set(
    parts.flatMap((part) => (isJsonObject(part) && typeof part["key"] === "string" ? [part["key"]] : [])),
  );
}

function parsed(body: string): JsonValue | undefined {
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    return undefined;
  }
}
