import type { Grant } from "../../domain/grant.js";
import { allowedParts, covers } from "../../access/grants.js";
import type { Scope } from "../../access/grants.js";
import type { SearchStore } from "../ports/search.js";

const CHUNK = 200;

/** Appended to a namespace that is finished with all below it: the byte after the dot. */
export const WHOLE = "/";

/**
 * The namespaces of a scope that a caller may read and in which there was ever an act, in a fixed order, after `after`:
 * a namespace, or one with {@link WHOLE} behind it.
 *
 * Only namespaces that the caller may read are ever looked at. So neither the place where a walk stops nor its duration
 * reveals any others.
 */
export async function* readableNamespaces(
  store: Pick<SearchStore, "namespacesIn">,
  grants: readonly Grant[],
  scope: Scope,
  after: string | undefined,
): AsyncGenerator<readonly string[]> {
  const parts = allowedParts(grants, "read", scope).toSorted((a, b) => compareLabels(a.root, b.root));
  for (const part of parts) {
    if (after !== undefined && isPassed(part, after)) continue;
    let last = after !== undefined && covers(part, single(after)) ? after : undefined;
    for (;;) {
      const names = await store.namespacesIn(part, last, CHUNK);
      if (names.length > 0) yield names;
      if (names.length < CHUNK) break;
      last = names.at(-1);
    }
  }
}

const nameOf = (place: string): string => (place.endsWith(WHOLE) ? place.slice(0, -WHOLE.length) : place);
const single = (place: string): Scope => ({ root: nameOf(place), below: false });

function isPassed(part: Scope, after: string): boolean {
  if (covers(part, single(after))) return false;
  if (after.endsWith(WHOLE) && covers({ root: nameOf(after), below: true }, part)) return true;
  return compareLabels(part.root, nameOf(after)) < 0;
}

/** Label by label: what lies below a namespace stands together, which it doesn't in the order of bytes (`a`, `a-b`, `a.b`). */
function compareLabels(one: string, other: string): number {
  const [a, b] = [one.replaceAll(".", "\0"), other.replaceAll(".", "\0")];
  return a < b ? -1 : Number(a > b);
}
