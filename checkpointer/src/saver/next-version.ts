/**
 * The version after `current`: above it, and unlike any that another branch makes, because two branches that go on
 * from one checkpoint would else give different values the same version.
 */
export function nextVersion(current: number | undefined): number {
  return Math.floor(current ?? 0) + 1 + Math.random();
}
