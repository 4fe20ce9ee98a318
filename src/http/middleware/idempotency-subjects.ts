import { tryDecode } from "hono/utils/url";
import { isJsonObject } from "../../domain/json.js";
import type { JsonValue } from "../../domain/json.js";
import { subjectOf } from "../../domain/idempotency.js";

const IN_NAMESPACE = /^\/v1\/namespaces\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?/;

/**
 * What the answer to a request may refer to, by its path: namespace, session and state. Memories are found in the
 * answer.
 */
export function subjectsOf(path: string, body: string): readonly string[] {
  const [, ...parts] = IN_NAMESPACE.exec(path) ?? [];
  // Decoded as Hono decodes them for the routes.
  const [namespace, collection, name] = parts.map((part: string | undefined) =>
    part === undefined ? undefined : tryDecode(part, decodeURIComponent),
  );
  if (namespace === undefined) return [];
  const subjects = [subjectOf.namespace(namespace)];
  if (collection === "sessions" && name !== undefined) subjects.push(subjectOf.session(namespace, name));
  if (collection === "state" && name !== undefined) subjects.push(subjectOf.state(namespace, name));
  if (collection === "state-transactions") {
    for (const key of keysIn(body)) subjects.push(subjectOf.state(namespace, key));
  }
  return subjects;
}

/** More than a transaction may have of each. A body with more is refused, and its answer says nothing of them. */
const MOST = 256;

/** Keys of state in the body of a transaction, which isn't checked yet. */
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
