import type { Hit } from "./score-parts.js";

/** What has become of a hit since. */
export type Fate =
  | { readonly kind: "same" | "revised"; readonly place: number }
  | { readonly kind: "absent" };

const keyOf = ({ memory }: Hit): string => `${memory.namespace}/${memory.id}`;

/** For each hit of then, where it stands today. */
export function fatesOf(then: readonly Hit[], today: readonly Hit[]): readonly Fate[] {
  const places = new Map(today.map((hit, index) => [keyOf(hit), { hit, place: index + 1 }]));
  return then.map((hit) => {
    const found = places.get(keyOf(hit));
    if (found === undefined) return { kind: "absent" };
    const kind = found.hit.memory.version === hit.memory.version ? "same" : "revised";
    return { kind, place: found.place };
  });
}

/** Hits of today that weren't among those of then. */
export function newOf(then: readonly Hit[], today: readonly Hit[]): readonly Hit[] {
  const known = new Set(then.map(keyOf));
  return today.filter((hit) => !known.has(keyOf(hit)));
}
