import type { MemoryRef } from "./ref.js";

type Ref = Pick<MemoryRef, "namespace" | "id">;
/** The origin of a copy; null or undefined: it isn't known to be one. */
type OriginOf = (name: string) => Ref | null | undefined;

/** Copies of copies are followed this far. A file that was imported can hold a circle of origins. */
export const MAX_ORIGINS = 4;

/** The name of a memory. An id alone doesn't name one: an import keeps ids, so two namespaces can hold unrelated ones. */
export const nameOf = ({ namespace, id }: Ref): string => `${namespace}\0${id}`;

/** The name of the memory that this one is a published copy of, or its own. */
export function originalOf(ref: Ref, originOf: OriginOf): string {
  let name = nameOf(ref);
  for (let step = 0; step < MAX_ORIGINS; step++) {
    const origin = originOf(name);
    if (origin === null || origin === undefined) break;
    name = nameOf(origin);
  }
  return name;
}
