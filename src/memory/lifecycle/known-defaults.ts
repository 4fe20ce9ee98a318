import { createFreshCache } from "../../domain/fresh-cache.js";
import type { KnownDefaults, LifecycleStore, NamespaceDefaults } from "../ports/lifecycle.js";

const MAX_KNOWN = 10_000;

/** Settings are read with every recall and change seldom, so a recall doesn't wait for them. */
export function createKnownDefaults({ defaultsOf }: Pick<LifecycleStore, "defaultsOf">): KnownDefaults {
  const known = createFreshCache<NamespaceDefaults>({ load: defaultsOf, max: MAX_KNOWN });
  return {
    async of(namespace) {
      return (await known.find(namespace)) ?? defaultsOf(namespace);
    },
    forget: known.forget,
  };
}
