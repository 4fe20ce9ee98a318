import type { Grant, GrantVerb } from "../domain/grant.js";

/** A pattern taken apart. `below`: with everything below it; an empty root with `below` is everything. */
export interface Scope {
  readonly root: string;
  readonly below: boolean;
}

export function scopeOf(pattern: string): Scope {
  if (pattern === "**") return { root: "", below: true };
  return pattern.endsWith(".**")
    ? { root: pattern.slice(0, -3), below: true }
    : { root: pattern, below: false };
}

export function patternOf({ root, below }: Scope): string {
  if (!below) return root;
  return root === "" ? "**" : `${root}.**`;
}

/** Whether `outer` covers all of `inner`. */
export function covers(outer: Scope, inner: Scope): boolean {
  if (!outer.below) return !inner.below && inner.root === outer.root;
  return outer.root === "" || inner.root === outer.root || inner.root.startsWith(`${outer.root}.`);
}

/** Whether a key with these grants may do this everywhere in a scope. One grant must cover all of it. */
export function allows(grants: readonly Grant[], verb: GrantVerb, scope: Scope): boolean {
  return grants.some(({ namespace, verbs }) => verbs.includes(verb) && covers(scopeOf(namespace), scope));
}

export function allowsIn(grants: readonly Grant[], verb: GrantVerb, namespace: string): boolean {
  return allows(grants, verb, { root: namespace, below: false });
}

/** The parts of a scope that these grants allow. None of them holds another. */
export function allowedParts(grants: readonly Grant[], verb: GrantVerb, scope: Scope): Scope[] {
  const parts = grants
    .filter(({ verbs }) => verbs.includes(verb))
    .map(({ namespace }) => scopeOf(namespace))
    .flatMap((granted) => (covers(granted, scope) ? [scope] : covers(scope, granted) ? [granted] : []));
  return parts.filter(
    (part, index) =>
      !parts.some(
        (other, place) => place !== index && covers(other, part) && (!covers(part, other) || place < index),
      ),
  );
}
