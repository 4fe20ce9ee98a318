import { tryDecode } from "hono/utils/url";
import { isJsonObject } from "../../domain/json.js";
import type { JsonValue } from "../../domain/json.js";
import { subjectOf } from "../../domain/idempotency.js";
import type { MatchedRoute } from "../route-traits.js";

interface Answered {
  readonly path: string;
  readonly body: string;
  readonly status: number;
  /** As its handler says, of a route that shows some. */
  readonly memories: readonly string[] | undefined;
}

/** What one answer may refer to: as much as a batch of memories with eight sources each. */
const MOST_SUBJECTS = 4_500;

/**
 * What the answer to a request refers to, as its route and its handler say: namespace, session, state and memories.
 * Undefined: it isn't known, or too much. Nothing is taken from the text of the answer, which a caller may have written.
 * A refusal by 400 says no more than the request: it ends with the namespace alone.
 */
export function subjectsOf(route: MatchedRoute, answered: Answered): readonly string[] | undefined {
  const showsMemories = route.traits.shows?.includes("memories") === true && answered.status < 400;
  const memories = showsMemories ? answered.memories : [];
  if (memories === undefined) return undefined;
  const subjects = new Set([...namedSubjects(route, answered), ...memories]);
  return subjects.size > MOST_SUBJECTS ? undefined : [...subjects];
}

function namedSubjects(
  { pattern, traits }: MatchedRoute,
  { path, body, status }: Answered,
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
      if (shown === "memories") return [];
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
