/**
 * What a Redis server can and can't, by its version and those of its modules: the one place in the service that looks at
 * versions. All other code asks {@link Capabilities}.
 */

/** Versions as MODULE LIST counts them: 21005 is 2.10.5, 80800 is 8.8.0. Undefined: not known. */
export interface ModuleVersions {
  readonly search: number | undefined;
  readonly json: number | undefined;
}

interface Trait {
  readonly module: keyof ModuleVersions;
  /** The versions that have it: from the first to the second, exclusive; without a second, all later ones. */
  readonly versions: readonly (readonly [from: number, before?: number])[];
  /** Of a server whose versions aren't known. Default false: it is taken for the oldest that is supported. */
  readonly assumed?: boolean;
  /** For the documentation. */
  readonly means: string;
}

/** What differs between the servers that the service supports. */
export const TRAITS = {
  coordinator: {
    module: "search",
    versions: [[80_000]],
    means: "In a Redis Cluster, one index spans all nodes, and any node searches all of it",
  },
  errorCodes: {
    module: "search",
    versions: [[80_800]],
    means: "Errors of searches begin with a code (`SEARCH_INDEX_NOT_FOUND`)",
  },
  refusesReversedRange: {
    module: "search",
    versions: [[80_000]],
    means: "A numeric range that ends before it begins is an error, not an empty set",
  },
  plansNoEmptyIntersection: {
    module: "search",
    versions: [[80_400]],
    means: "An intersection with an empty part has no plan that shows sizes",
  },
  clampsIdf: {
    module: "search",
    versions: [[21_025, 80_000], [80_206]],
    means: "The IDF of a word with more postings than there are records is near 0, not 37",
  },
  hidesWhenFull: {
    module: "search",
    versions: [[80_400]],
    means: "Over `maxmemory`, a search finds nothing and reports no error, unless `search-on-oom` is `fail`",
  },
  searchesInThreads: {
    module: "search",
    versions: [[80_800]],
    means: "Searches run in threads of their own by default (`search-workers`)",
  },
  narrowsFloats: {
    module: "json",
    versions: [[80_800]],
    means: "An array of only fractional numbers loses digits, unless `JSON.SET` says `FPHA FP64`",
  },
  abortsOnElement: {
    module: "json",
    versions: [[80_400]],
    assumed: true,
    means:
      "Redis aborts when an array that lost its only number gets something else, also by a `JSON.SET` of that element",
  },
} as const satisfies Readonly<Record<string, Trait>>;

export type TraitName = keyof typeof TRAITS;

export interface Capabilities extends Readonly<Record<TraitName, boolean>> {
  /** It is a node of a Redis Cluster. */
  readonly cluster: boolean;
  readonly modules: ModuleVersions;
}

export function capabilitiesOf(modules: ModuleVersions, cluster: boolean): Capabilities {
  return { ...traitsOf(modules), cluster, modules };
}

function traitsOf(modules: ModuleVersions): Readonly<Record<TraitName, boolean>> {
  const has = (name: TraitName): boolean => hasTrait(TRAITS[name], modules);
  return {
    coordinator: has("coordinator"),
    errorCodes: has("errorCodes"),
    refusesReversedRange: has("refusesReversedRange"),
    plansNoEmptyIntersection: has("plansNoEmptyIntersection"),
    clampsIdf: has("clampsIdf"),
    hidesWhenFull: has("hidesWhenFull"),
    searchesInThreads: has("searchesInThreads"),
    narrowsFloats: has("narrowsFloats"),
    abortsOnElement: has("abortsOnElement"),
  };
}

function hasTrait({ module, versions, assumed = false }: Trait, modules: ModuleVersions): boolean {
  const version = modules[module];
  if (version === undefined) return assumed;
  return versions.some(([from, before = Infinity]) => version >= from && version < before);
}

/** `8.2.13`, of a version as MODULE LIST counts. */
export function versionText(version: number): string {
  return [Math.floor(version / 10_000), Math.floor(version / 100) % 100, version % 100].join(".");
}
