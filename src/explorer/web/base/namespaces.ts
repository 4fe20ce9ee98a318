import { signal } from "@preact/signals";
import { param, setParams } from "./place.js";
import type { Schemas } from "./service.js";

/** Namespaces that the key may read, as far as they were listed. */
export const namespaces = signal<Schemas["NamespacePage"]["namespaces"] | undefined>(undefined);
/** Whether there are more than were listed. */
export const moreNamespaces = signal(false);
/** Pattern that was chosen last, for views that are opened without one. */
const chosen = signal("");

export const isPattern = (name: string): boolean => name === "**" || name.endsWith(".**");

/** The namespace or pattern that a view shows. */
export function scope(): string {
  const asked = param("ns");
  if (asked !== "") return asked;
  return chosen.value === "" ? "**" : chosen.value;
}

export function choose(name: string): void {
  chosen.value = name;
  setParams({ ns: name, cursor: undefined });
}

/** Remembers what the address says, for the next view. */
export function rememberScope(): void {
  const asked = param("ns");
  if (asked !== "") chosen.value = asked;
}

/** The largest namespaces that the chosen pattern covers, at most `most`; undefined as long as they aren't known. */
export function namespacesInside(most: number): readonly string[] | undefined {
  const name = scope();
  if (!isPattern(name)) return [name];
  const prefix = name === "**" ? "" : name.slice(0, -".**".length);
  return namespaces.value
    ?.filter(({ namespace }) => prefix === "" || namespace === prefix || namespace.startsWith(`${prefix}.`))
    .toSorted((a, b) => b.memories - a.memories)
    .slice(0, most)
    .map(({ namespace }) => namespace);
}

/** For views of one namespace: the chosen one, or the largest one that the chosen pattern covers. */
export function oneNamespace(): string | undefined {
  return namespacesInside(1)?.[0];
}
